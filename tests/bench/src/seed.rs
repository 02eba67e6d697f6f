//! Fills a database with podcasts, faster than anyone could ask for them.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use libsql::{Builder, Connection, params};
use podcast::Owner;
use storage::{Access, Config, Storage};

/// One in so many podcasts belongs to an owner with a small library.
const ONE_IN: u32 = 10;
/// How many podcasts a small library holds, but for the smallest databases.
const SMALL_LIBRARY: u32 = 100;

/// All rows in one statement: a thousand or a million alike, in seconds. Times and ids rise together, as
/// UUIDv7 do.
const FILL: &str = "WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 + ?2 - 1)
    INSERT INTO podcasts (id, owner, location, place_id, place_label, podcast_type, preferences, status, progress,
        message, title, description, audio_key, duration_s, size_bytes, error, created_at, updated_at, completed_at)
    SELECT printf('%08x-%04x-7000-8000-%012x', (?3 + n) >> 16, (?3 + n) & 65535, n),
        iif(n % ?4 = 0, 'owner-' || (n / ?4 % ?5), 'local'),
        'Paris', 2988507, 'Paris, France', 'base', '{}',
        iif(n % 7 = 0, 'failed', 'completed'), 100, 'Your episode is ready',
        'Paris, or the town that would not stay an island',
        'Two hosts on the Seine: how an island became a city, and what it owes to a river. Written from open data.',
        'episodes/' || n || '/1.mp3', 180, 1440000,
        iif(n % 7 = 0, 'Something failed', NULL), ?3 + n, ?3 + n, ?3 + n
    FROM numbers";

/// 2026-01-01, in UTC milliseconds.
const FIRST_MS: i64 = 1_767_225_600_000;

/// A database that [`fill`] filled.
pub(crate) struct Filled {
    /// One of many with a small library; most of the podcasts are those of [`Owner::local`].
    pub(crate) small_owner: Owner,
    podcasts: u32,
}

/// Puts as many finished podcasts into the database, in addition to those with a higher id.
///
/// # Errors
/// When the database cannot be written.
pub(crate) async fn fill(database: &Path, podcasts: u32) -> Result<Filled> {
    let path = database.to_string_lossy().into_owned();
    // For the schema.
    let storage = Storage::open(&Config::file(&path), Access::Write).await?;
    let connection = connect(&path).await?;
    insert(&connection, podcasts).await?;
    let checkpoint = storage.checkpoint_wal().await?;
    let is_whole = checkpoint.copied_pages == checkpoint.logged_pages;
    ensure!(is_whole, "rows stay in the write-ahead log: {checkpoint:?}");
    Ok(Filled {
        small_owner: Owner::new("owner-0"),
        podcasts,
    })
}

impl Filled {
    /// The ids of the newest podcasts of [`Owner::local`], which is what pages poll.
    pub(crate) fn newest(&self, count: u32) -> Vec<String> {
        let numbers = (0..self.podcasts).rev().filter(|n| n % ONE_IN != 0);
        numbers.take(count as usize).map(id).collect()
    }
}

/// The id that SQL gives the podcast of that number.
fn id(n: u32) -> String {
    let ms = FIRST_MS + i64::from(n);
    format!("{:08x}-{:04x}-7000-8000-{n:012x}", ms >> 16, ms & 65_535)
}

async fn connect(path: &str) -> Result<Connection> {
    let connection = Builder::new_local(path).build().await?.connect()?;
    for pragma in [
        "PRAGMA synchronous = OFF",
        "PRAGMA wal_autocheckpoint = 0",
        "PRAGMA cache_size = -200000",
    ] {
        connection.query(pragma, ()).await?.next().await?;
    }
    Ok(connection)
}

async fn insert(connection: &Connection, podcasts: u32) -> Result<()> {
    let small_owners = (podcasts / ONE_IN / SMALL_LIBRARY).max(1);
    let inserted = connection
        .execute(FILL, params![0, podcasts, FIRST_MS, ONE_IN, small_owners])
        .await
        .context("cannot fill the database")?;
    ensure!(
        inserted == u64::from(podcasts),
        "{inserted} of {podcasts} podcasts inserted"
    );
    Ok(())
}
