use std::{
    ops::RangeInclusive,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use libsql::{
    Builder, Connection, Database, Row, Transaction, TransactionBehavior, Value, params::IntoParams,
};
use tokio::{runtime::Handle, sync::Mutex, task};
use tracing::info;

use crate::{
    config::{Config, Target},
    error::{Result, StorageError},
    migrations::{MIGRATIONS, migrate},
};

/// How long a writer that finds another one at work waits before it tries again. A commit that is flushed takes
/// about a millisecond; unequal, so that two who once met do not meet again.
const BETWEEN_TRIES: RangeInclusive<Duration> =
    Duration::from_micros(500)..=Duration::from_millis(4);

/// The database, open. Cheap to clone; clones share its connections.
#[derive(Clone)]
pub struct Storage {
    pub(crate) reader: Connection,
    writers: Option<Writers>,
    /// As [`Config::busy_timeout`].
    busy_timeout: Duration,
}

/// What a function wants of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Questions only: a single connection that refuses to write.
    Read,
    /// Questions and changes.
    Write,
}

/// How much a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Any crash of a process; a power cut may undo the last moments. Takes microseconds.
    Process,
    /// A power cut as well. Takes a disk flush: for what someone was promised.
    Promise,
}

/// One connection per durability, because `synchronous` belongs to a connection.
///
/// A transaction belongs to its connection, too, and a task that used the connection in the middle of
/// another task's transaction would join it unawares. Hence the mutexes: a worker's heartbeat and its
/// work write at the same time.
#[derive(Clone)]
struct Writers {
    process: Arc<Mutex<Connection>>,
    promise: Arc<Mutex<Connection>>,
}

impl Storage {
    /// Opens the database, creating and migrating it as needed.
    ///
    /// # Errors
    /// When `config` names a server, or the file cannot be opened or switched to WAL.
    pub async fn open(config: &Config, access: Access) -> Result<Self> {
        let path = match config.target() {
            Target::File(path) => path,
            Target::Server { scheme } => {
                return Err(StorageError::RemoteUnsupported {
                    scheme: scheme.to_owned(),
                });
            }
        };
        let database = Builder::new_local(path).build().await?;
        let connect = |durability| connect(&database, durability, config.busy_timeout);

        let reader = connect(Durability::Process).await?;
        migrate(&reader, MIGRATIONS).await?;
        log_modes(&reader, path, access).await?;
        set_pragma(&reader, "PRAGMA query_only = ON").await?;

        let writers = match access {
            Access::Read => None,
            Access::Write => Some(Writers {
                process: Arc::new(Mutex::new(connect(Durability::Process).await?)),
                promise: Arc::new(Mutex::new(connect(Durability::Promise).await?)),
            }),
        };
        let storage = Self {
            reader,
            writers,
            busy_timeout: config.busy_timeout,
        };
        storage.never_close();
        Ok(storage)
    }

    /// Keeps the connections open until the process ends.
    ///
    /// The last connection to close checkpoints the WAL. SQLite before 3.51.3, which libsql bundles, can
    /// corrupt the file when two processes checkpoint at once
    /// (<https://github.com/tursodatabase/libsql/issues/2271>), so only the sweep does, of which one runs
    /// at a time. A handle that is never dropped never closes; the system takes the files back.
    fn never_close(&self) {
        std::mem::forget(self.clone());
    }

    /// Returns once no write is being made, not even one whose caller was cancelled.
    ///
    /// For who may have cancelled one and is about to answer. A write waits for other writers no longer than
    /// [`Config::busy_timeout`], and so does this.
    pub async fn idle(&self) {
        let writers = self.writers.iter();
        for connection in writers.flat_map(|writers| [&writers.process, &writers.promise]) {
            drop(connection.lock().await);
        }
    }

    /// Reads at most one row.
    ///
    /// Runs on the caller's thread although libsql blocks in it: a read takes microseconds, and under
    /// WAL it waits for nobody.
    pub(crate) async fn first<T>(
        &self,
        sql: &str,
        params: impl IntoParams,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(rows(&self.reader, sql, params, read).await?.pop())
    }

    /// Reads every row.
    pub(crate) async fn all<T>(
        &self,
        sql: &str,
        params: impl IntoParams,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        rows(&self.reader, sql, params, read).await
    }

    /// Runs statements of which all or none take effect, as soon as no other process writes.
    ///
    /// # Errors
    /// [`StorageError::Busy`] when others have written for all of [`Config::busy_timeout`],
    /// [`StorageError::ReadOnly`], and what `change` returns.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        durability: Durability,
        change: impl AsyncFnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy_timeout = self.busy_timeout;
        self.on_writer(durability, async move |connection| {
            let transaction = begin(connection, busy_timeout).await?;
            match change(&transaction).await {
                Ok(done) => {
                    transaction.commit().await?;
                    Ok(done)
                }
                Err(error) => {
                    // SQLite has already rolled back after a full disk. Should this fail all the same,
                    // the first error tells more.
                    if !connection.is_autocommit() {
                        transaction.rollback().await.ok();
                    }
                    Err(error)
                }
            }
        })
        .await
    }

    /// Lends a connection that may write.
    ///
    /// A writer may have to wait for another process, which blocks the thread: so it gets a thread of its own,
    /// where it also finishes when the caller is cancelled half-way. Lambda freezes a process with its answer,
    /// lock and all: so whoever answers waits for the write, not for a clock, or after it for [`Storage::idle`].
    pub(crate) async fn on_writer<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl AsyncFnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let writers = self.writers.as_ref().ok_or(StorageError::ReadOnly)?;
        let connection = match durability {
            Durability::Process => Arc::clone(&writers.process),
            Durability::Promise => Arc::clone(&writers.promise),
        };
        let connection = connection.lock_owned().await;
        let runtime = Handle::current();
        task::spawn_blocking(move || runtime.block_on(work(&connection)))
            .await
            .map_err(|error| StorageError::Unavailable(error.into()))?
    }
}

/// Begins to write, as soon as no other process does; blocks its thread until then.
///
/// # Errors
/// [`StorageError::Busy`] after `busy_timeout`.
async fn begin(connection: &Connection, busy_timeout: Duration) -> Result<Transaction> {
    connection.busy_timeout(Duration::ZERO)?;
    let begun = once_free(busy_timeout, || async {
        // A deferred transaction that reads first cannot be sure to write later (SQLITE_BUSY_SNAPSHOT).
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        Ok(begun.await?)
    })
    .await;
    connection.busy_timeout(busy_timeout)?;
    begun
}

/// Does what needs a lock, again and again until others let go of it; blocks its thread until then.
///
/// SQLite's own wait pauses the longer between two tries the longer it has waited, up to a tenth of a second: among
/// many writers the last to come is served first, and the first may wait for seconds. Here all try equally often.
///
/// # Errors
/// [`StorageError::Busy`] after `busy_timeout`, and what `attempt` returns.
async fn once_free<T, F: Future<Output = Result<T>>>(
    busy_timeout: Duration,
    attempt: impl Fn() -> F,
) -> Result<T> {
    let until = Instant::now() + busy_timeout;
    loop {
        match attempt().await {
            Err(StorageError::Busy(_)) if Instant::now() < until => {
                thread::sleep(rand::random_range(BETWEEN_TRIES));
            }
            outcome => return outcome,
        }
    }
}

/// Opens a connection in the modes every process uses.
async fn connect(
    database: &Database,
    durability: Durability,
    busy_timeout: Duration,
) -> Result<Connection> {
    let connection = database.connect()?;
    // The switch reads before it writes, and SQLite does not wait where two who do so could wait for each other: it
    // answers "busy" at once, whatever the time-out, to all but one of those who open a new file together.
    let switch = || pragma_text(&connection, "PRAGMA journal_mode = WAL");
    let mode = once_free(busy_timeout, switch).await?;
    connection.busy_timeout(busy_timeout)?;
    if mode != "wal" {
        let cause =
            format!("journal mode is {mode}, not wal: is the file on a network file system?");
        return Err(StorageError::Unavailable(cause.into()));
    }
    // NORMAL flushes the disk at checkpoints only, FULL at every commit as well.
    let synchronous = match durability {
        Durability::Process => "PRAGMA synchronous = NORMAL",
        Durability::Promise => "PRAGMA synchronous = FULL",
    };
    set_pragma(&connection, synchronous).await?;
    set_pragma(&connection, "PRAGMA foreign_keys = ON").await?;
    // No commit checkpoints either, see `never_close`.
    set_pragma(&connection, "PRAGMA wal_autocheckpoint = 0").await?;
    Ok(connection)
}

/// Logs the modes that are in force, as the database tells them.
async fn log_modes(connection: &Connection, path: &str, access: Access) -> Result<()> {
    let synchronous = match pragma_int(connection, "PRAGMA synchronous").await? {
        0 => "off",
        1 => "normal",
        2 => "full",
        _ => "extra",
    };
    // Asked for out here: a future that awaits within the macro could not be sent to another thread.
    let journal_mode = pragma_text(connection, "PRAGMA journal_mode").await?;
    let busy_timeout_ms = pragma_int(connection, "PRAGMA busy_timeout").await?;
    let foreign_keys = pragma_int(connection, "PRAGMA foreign_keys").await?;
    let wal_autocheckpoint = pragma_int(connection, "PRAGMA wal_autocheckpoint").await?;
    let schema_version = pragma_int(connection, "PRAGMA user_version").await?;
    info!(
        path,
        access = ?access,
        journal_mode,
        busy_timeout_ms,
        synchronous,
        foreign_keys,
        wal_autocheckpoint,
        schema_version,
        "database initialized"
    );
    Ok(())
}

/// Reads rows to the end: an unfinished read pins its snapshot and holds up checkpoints.
pub(crate) async fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl IntoParams,
    read: impl Fn(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut rows = connection.query(sql, params).await?;
    let mut values = Vec::new();
    while let Some(row) = rows.next().await? {
        values.push(read(&row)?);
    }
    Ok(values)
}

/// Sets a mode. Through `query`, because `execute` fails on those that answer with a row.
pub(crate) async fn set_pragma(connection: &Connection, sql: &str) -> Result<()> {
    rows(connection, sql, (), |_| Ok(())).await.map(drop)
}

/// Asks for a mode that is a number.
pub(crate) async fn pragma_int(connection: &Connection, sql: &str) -> Result<i64> {
    match pragma(connection, sql).await? {
        Value::Integer(number) => Ok(number),
        other => Err(StorageError::corrupt(format!("{sql} answered {other:?}"))),
    }
}

async fn pragma_text(connection: &Connection, sql: &str) -> Result<String> {
    match pragma(connection, sql).await? {
        Value::Text(text) => Ok(text),
        other => Err(StorageError::corrupt(format!("{sql} answered {other:?}"))),
    }
}

async fn pragma(connection: &Connection, sql: &str) -> Result<Value> {
    let values = rows(connection, sql, (), |row| Ok(row.get_value(0)?)).await?;
    Ok(values.into_iter().next().unwrap_or(Value::Null))
}
