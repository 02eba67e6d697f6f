//! The write-ahead log loses or garbles its tail, as after a power cut: what was committed before is kept.
//!
//! A history of many jobs notes after each change how long the log was and what the database held. The
//! log is then cut, or one byte of it changed, at many places: what opens must hold exactly what the
//! last change before that place left. The same check is made of databases into which a change was
//! copied half, as one without a log would be left.

use std::{collections::HashMap, fs, path::Path};

use podcast::Stage;
use rand::{Rng, rngs::StdRng};

use super::*;
use crate::{
    error::Result,
    migrations::{MIGRATIONS, migrate},
};

/// Sizes in the format of the log, <https://www.sqlite.org/fileformat2.html#walformat>.
const WAL_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// The tables, and what must hold between them.
const TABLES: [&str; 6] = [
    "podcasts",
    "scripts",
    "checkpoints",
    "totals",
    "idempotency",
    "discarded_media",
];
const BROKEN_RULES: [(&str, &str); 4] = [
    (
        "completed is not the same as having an episode of this generation",
        "SELECT id FROM podcasts LEFT JOIN scripts ON podcast_id = id
        WHERE (status = 'completed') <> (script IS NOT NULL)
            OR (status = 'completed') <> (audio_key IS NOT NULL)
            OR audio_key <> 'episodes/' || id || '/' || generation || '.mp3'",
    ),
    (
        "a checkpoint outlived its generation",
        "SELECT podcast_id FROM checkpoints JOIN podcasts ON id = podcast_id
        WHERE status NOT IN ('pending', 'processing') OR checkpoints.generation <> podcasts.generation",
    ),
    (
        "a total is wrong",
        "SELECT owner FROM totals WHERE count <> (SELECT count(*) FROM podcasts
            WHERE podcasts.owner = totals.owner AND podcasts.status = totals.status)",
    ),
    ("a reference leads nowhere", "SELECT * FROM pragma_foreign_key_check"),
];

/// A database and its log, and what it held after each change.
struct History {
    database: Vec<u8>,
    wal: Vec<u8>,
    /// The length of the log, and everything the database held then.
    states: Vec<(usize, Vec<String>)>,
}

impl History {
    /// Makes, fails, deletes and remakes podcasts. The first half of it is in the database file already.
    async fn write(dice: &mut StdRng) -> Self {
        let world = World::start().await;
        world.hurry().await;
        let raw = world.raw().await;
        let mut library = Library::default();
        for _ in 0..60 {
            library.change(&world, dice).await;
        }
        world.storage.checkpoint_wal().await.unwrap();
        let mut states = vec![(0, contents(&raw).await.unwrap())];
        for _ in 0..60 {
            library.change(&world, dice).await;
            states.push((world.wal().len(), contents(&raw).await.unwrap()));
        }
        Self {
            database: fs::read(world.config().url).unwrap(),
            wal: world.wal(),
            states,
        }
    }

    /// What must be there when nothing of the log from `place` on can be trusted.
    fn before(&self, place: usize) -> &[String] {
        let before = self
            .states
            .iter()
            .rev()
            .find(|(length, _)| *length <= place);
        &before.expect("the first length is 0").1
    }

    /// Where in the log each frame begins.
    fn frames(&self) -> impl Iterator<Item = usize> {
        let frame_bytes = FRAME_HEADER_BYTES + self.page_bytes();
        (WAL_HEADER_BYTES..self.wal.len()).step_by(frame_bytes)
    }

    fn page_bytes(&self) -> usize {
        self.number(8)
    }

    /// The big-endian number at `place` of the log.
    fn number(&self, place: usize) -> usize {
        let bytes = self.wal[place..place + 4].try_into().unwrap();
        u32::from_be_bytes(bytes).try_into().unwrap()
    }

    /// The database after someone copied `frame` of a change into it, and not the frames after.
    fn half_written(&self, frame: usize) -> Vec<u8> {
        let mut database = self.database.clone();
        for frame in self.frames().take_while(|earlier| *earlier <= frame) {
            let (page, content) = (self.number(frame), frame + FRAME_HEADER_BYTES);
            let end = page * self.page_bytes();
            database.resize(database.len().max(end), 0);
            database[end - self.page_bytes()..end]
                .copy_from_slice(&self.wal[content..content + self.page_bytes()]);
        }
        database
    }

    /// The last frame of a change tells how big the database is then.
    fn ends_a_change(&self, frame: usize) -> bool {
        self.number(frame + 4) > 0
    }
}

impl World {
    /// The log up to where it ends: after a checkpoint it is written from the start again, over the old one.
    fn wal(&self) -> Vec<u8> {
        let mut wal = fs::read(format!("{}-wal", self.config().url)).unwrap();
        let salt = wal[16..24].to_vec();
        let page_bytes = u32::from_be_bytes(wal[8..12].try_into().unwrap());
        let frame_bytes = FRAME_HEADER_BYTES + usize::try_from(page_bytes).unwrap();
        let frames = wal[WAL_HEADER_BYTES..].chunks_exact(frame_bytes);
        let written = frames.take_while(|frame| frame[8..16] == salt).count();
        wal.truncate(WAL_HEADER_BYTES + written * frame_bytes);
        wal
    }
}

/// Podcasts of any age, and those at work with their jobs.
#[derive(Default)]
struct Library {
    ids: Vec<PodcastId>,
    jobs: HashMap<PodcastId, Job>,
}

impl Library {
    /// Makes one change to one podcast, in one transaction.
    async fn change(&mut self, world: &World, dice: &mut StdRng) {
        let storage = &world.storage;
        let now = at(i64::try_from(self.ids.len()).unwrap());
        if self.ids.is_empty() || dice.random_ratio(1, 4) {
            let accepted = storage.accept(asked_by("alice"), None, now).await.unwrap();
            return self.ids.push(accepted.podcast_id);
        }
        let id = self.ids[dice.random_range(0..self.ids.len())];
        if let Some(job) = self.jobs.get(&id).filter(|_| dice.random_ratio(1, 2)) {
            let payload = "x".repeat(dice.random_range(0..5000));
            let kept = storage.checkpoint(&job.lease, Stage::Script, &payload, 30, "…", now);
            return kept.await.unwrap();
        }
        if let Some(job) = self.jobs.remove(&id) {
            let done = match dice.random_range(0..4) {
                0 => storage.fail(&job.lease, "No", now).await,
                1 => storage.retry_later(&job.lease, "…", now).await,
                _ => storage.complete(&job.lease, episode(&job), now).await,
            };
            return done.unwrap();
        }
        match storage.claim(id, now).await.unwrap() {
            Claim::Won(job) => drop(self.jobs.insert(id, *job)),
            // It is finished or deleted, and in the latter case neither of these changes anything.
            _ if dice.random_ratio(1, 4) => drop(storage.delete(id, &alice(), now).await),
            _ => drop(storage.regenerate(id, &alice(), "", None, now).await),
        }
    }
}

/// Everything in every table.
async fn contents(connection: &Connection) -> Result<Vec<String>> {
    let mut contents = Vec::new();
    for table in TABLES {
        let read = |row: &libsql::Row| {
            let columns = 0..row.column_count();
            let values = columns.map(|column| text(row.get_value(column).unwrap()));
            Ok(format!(
                "{table}: {}",
                values.collect::<Vec<_>>().join(", ")
            ))
        };
        let sql = format!("SELECT * FROM {table} ORDER BY 1, 2, 3");
        contents.extend(rows(connection, &sql, (), read).await?);
    }
    Ok(contents)
}

/// Opens the database as every function does, and says which rule is broken.
async fn broken_rule(
    folder: &Path,
    database: &[u8],
    wal: &[u8],
    must: &[String],
) -> Option<String> {
    let path = folder.join("torn.db");
    // The index of the log lies in shared memory and does not outlive a power cut.
    let _ = fs::remove_file(folder.join("torn.db-shm"));
    fs::write(&path, database).unwrap();
    fs::write(folder.join("torn.db-wal"), wal).unwrap();
    let database = Builder::new_local(&path).build().await.unwrap();
    let connection = database.connect().unwrap();
    first_broken_rule(&connection, must)
        .await
        .unwrap_or_else(|error| Some(format!("{error:?}")))
}

async fn first_broken_rule(connection: &Connection, must: &[String]) -> Result<Option<String>> {
    let read = |row: &libsql::Row| Ok(text(row.get_value(0)?));
    set_pragma(connection, "PRAGMA synchronous = OFF").await?;
    migrate(connection, MIGRATIONS).await?;
    let integrity = rows(connection, "PRAGMA integrity_check", (), read).await?;
    if integrity != ["ok"] {
        return Ok(Some(format!("integrity: {}", integrity[0])));
    }
    for (rule, sql) in BROKEN_RULES {
        if let Some(broken) = rows(connection, sql, (), read).await?.first() {
            return Ok(Some(format!("{rule}: {broken}")));
        }
    }
    let is_whole = contents(connection).await? == must;
    Ok((!is_whole).then(|| "not what the last whole change left".to_owned()))
}

#[tokio::test]
async fn a_torn_log_keeps_every_whole_change_and_nothing_of_a_torn_one() {
    let (first, places) = (first_seed(), tries(1000, 10_000));
    let mut dice = dice(first);
    let history = History::write(&mut dice).await;
    let folder = tempfile::tempdir().unwrap();
    let mut broken = Vec::new();
    for number in 0..places {
        let place = dice.random_range(0..history.wal.len());
        let mut wal = history.wal.clone();
        match number % 3 {
            0 => wal.truncate(place),
            1 => wal[place] ^= dice.random_range(1..=255),
            _ => {
                let end = wal.len().min(place + 5000);
                dice.fill(&mut wal[place..end]);
            }
        }
        let must = history.before(place);
        let rule = broken_rule(folder.path(), &history.database, &wal, must).await;
        broken.extend(rule.map(|rule| format!("{} at {place}: {rule}", number % 3)));
    }
    let (mut half, mut caught) = (0, 0);
    let torn = history
        .frames()
        .filter(|frame| !history.ends_a_change(*frame));
    for frame in torn.take(100) {
        let must = history.before(frame + history.page_bytes());
        let rule = broken_rule(folder.path(), &history.half_written(frame), &[], must).await;
        half += 1;
        caught += usize::from(rule.is_some());
    }

    let changes = history.states.len() - 1;
    println!(
        "torn log: {places} places among {changes} changes, {} broke a rule, seed {first}",
        broken.len()
    );
    println!("torn log: of {half} changes written half without one, {caught} broke a rule");
    assert_eq!(broken, [""; 0], "seed {first}");
    assert!(half >= 50 && caught > half / 2, "seed {first}");
}
