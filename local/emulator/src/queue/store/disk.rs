//! The file under the store: changes that come together share a commit, and a disk that failed is tried again.
use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    thread::{self, JoinHandle},
};

use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase};
use tokio::sync::{mpsc, oneshot};

use super::{StoreError, tables::Tables};
use crate::{
    faults::Faults,
    taken::{TRIES, TRY_AGAIN_AFTER},
};

/// The most changes in one commit. The disk takes about as long for one as for all.
const MOST_CHANGES: usize = 256;

/// The open file and the thread that writes it.
pub(super) struct Disk {
    file: Arc<File>,
    /// `None` only while the disk is dropped.
    changes: Option<mpsc::UnboundedSender<Box<dyn Change>>>,
    writer: Option<JoinHandle<()>>,
}

struct File {
    path: PathBuf,
    faults: Faults,
    /// `None` after a failure, until opening it again succeeds.
    open: RwLock<Option<Database>>,
}

/// A change that waits for its commit, whatever its result.
trait Change: Send {
    /// Makes the change. It may be made again in another transaction, if the first fails for another's sake.
    fn apply(&mut self, tables: &mut Tables<'_>) -> Result<(), StoreError>;

    /// Tells who waits.
    fn finish(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<F, T> {
    change: F,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl Disk {
    /// Opens the file at `path`, making it if there is none.
    pub(super) fn open(path: PathBuf, faults: Faults) -> Result<Disk, StoreError> {
        let open = open_file(&path)?;
        let transaction = open.begin_write()?;
        Tables::open(&transaction)?;
        transaction.commit()?;
        let file = Arc::new(File {
            path,
            faults,
            open: RwLock::new(Some(open)),
        });
        let (changes, waiting) = mpsc::unbounded_channel();
        let writer = thread::Builder::new().name("queue-disk".to_owned());
        let writer = writer.spawn({
            let file = Arc::clone(&file);
            move || write(&file, waiting)
        })?;
        Ok(Disk {
            file,
            changes: Some(changes),
            writer: Some(writer),
        })
    }

    /// Makes `change` in a transaction. It is on disk when this returns, and only then.
    ///
    /// A future that is dropped does not take the change back.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl Fn(&mut Tables<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let pending = Pending {
            change,
            result: None,
            reply,
        };
        if let Some(changes) = &self.changes {
            // A writer that is gone drops the reply, which is the answer then.
            let _ = changes.send(Box::new(pending));
        }
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Looks at what is committed, where waiting for the disk holds nobody up.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&ReadTransaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = Arc::clone(&self.file);
        let looking = tokio::task::spawn_blocking(move || {
            file.with(|database| look(&database.begin_read()?))
        });
        looking.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for Disk {
    /// Waits for the last commit, so that the file can be opened again at once.
    fn drop(&mut self) {
        drop(self.changes.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Opens the file, or makes it; waits for a moment if somebody else has it.
fn open_file(path: &Path) -> Result<Database, DatabaseError> {
    for _ in 1..TRIES {
        match Database::create(path) {
            Err(DatabaseError::DatabaseAlreadyOpen) => thread::sleep(TRY_AGAIN_AFTER),
            other => return other,
        }
    }
    Database::create(path)
}

/// Writes what comes until nobody can send any more.
fn write(file: &File, mut waiting: mpsc::UnboundedReceiver<Box<dyn Change>>) {
    let mut changes = Vec::new();
    while let Some(first) = waiting.blocking_recv() {
        changes.push(first);
        while changes.len() < MOST_CHANGES
            && let Ok(next) = waiting.try_recv()
        {
            changes.push(next);
        }
        match file.commit(&mut changes) {
            Ok(()) => changes.drain(..).for_each(|change| change.finish(Ok(()))),
            Err(error) => fail(file, &mut changes, &error),
        }
    }
}

/// Fails all changes of a transaction, or tries each by itself when only one of them may be at fault.
fn fail(file: &File, changes: &mut Vec<Box<dyn Change>>, error: &StoreError) {
    for change in changes.drain(..) {
        match error.of_all() {
            Some(error) => change.finish(Err(error)),
            None => {
                let mut alone = [change];
                let committed = file.commit(&mut alone);
                let [change] = alone;
                change.finish(committed);
            }
        }
    }
}

impl File {
    /// redb's default durability has the changes on disk when its commit returns.
    fn commit(&self, changes: &mut [Box<dyn Change>]) -> Result<(), StoreError> {
        let committed = self.with(|database| {
            self.faults.write().map_err(redb::StorageError::Io)?;
            let transaction = database.begin_write()?;
            let mut tables = Tables::open(&transaction)?;
            for change in changes {
                change.apply(&mut tables)?;
            }
            drop(tables);
            Ok(transaction.commit()?)
        });
        if let Err(StoreError::Database(_)) = &committed {
            // After one failure redb refuses everything, but a disk that was full may have room again.
            *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        committed
    }

    /// Calls `work` with the database, opened again if it was closed.
    fn with<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = &*open {
            return work(database);
        }
        drop(open);
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            *open = Some(open_file(&self.path)?);
        }
        match &*open {
            Some(database) => work(database),
            None => Err(StoreError::Closed),
        }
    }
}

impl<F, T> Change for Pending<F, T>
where
    F: Fn(&mut Tables<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn apply(&mut self, tables: &mut Tables<'_>) -> Result<(), StoreError> {
        self.result = Some((self.change)(tables)?);
        Ok(())
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) {
        let Pending { result, reply, .. } = *self;
        // Who asked may be gone; the change stays.
        let _ = reply.send(committed.and_then(|()| result.ok_or(StoreError::Closed)));
    }
}
