use std::str::FromStr;

use jiff::Timestamp;
use libsql::Row;
use podcast::{Owner, PodcastId, PodcastType, Preferences, Stage, Status};
use serde_json::Value as Json;

use crate::error::{Result, StorageError};

/// The facts of one podcast: everything but its script and its worker's notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Podcast {
    /// Names it.
    pub id: PodcastId,
    /// Whose it is.
    pub owner: Owner,
    /// The place as it was typed.
    pub location: String,
    /// The place as the gazetteer numbers it.
    pub place_id: u32,
    /// The place as it was understood, e.g. `Paris, France`.
    pub place_label: String,
    /// The way its facts are chosen.
    pub podcast_type: PodcastType,
    /// What the listener likes.
    pub preferences: Preferences,
    /// Where it is in its life.
    pub status: Status,
    /// How much of it is made, in percent; never falls within a generation.
    pub progress: u8,
    /// What is happening, in words for the listener.
    pub message: String,
    /// Once completed.
    pub title: Option<String>,
    /// Once completed.
    pub description: Option<String>,
    /// Where in the media store the audio is, once completed.
    pub audio_key: Option<String>,
    /// How long the audio is, in seconds, once completed.
    pub duration_s: Option<u32>,
    /// How big the audio is, once completed.
    pub size_bytes: Option<u64>,
    /// Why it failed, in words for the listener.
    pub error: Option<String>,
    /// How often it was asked for: 1, and one more for each regeneration.
    pub generation: u32,
    /// How often a worker has claimed it since it last got further.
    pub attempt: u32,
    /// When it was first asked for.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// When the audio was complete.
    pub completed_at: Option<Timestamp>,
}

/// A podcast with its long text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Its facts.
    pub podcast: Podcast,
    /// What the hosts say, once completed.
    pub script: Option<String>,
    /// What else is known of the episode: an object, empty until completed.
    pub metadata: Json,
}

/// What a poll asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// Names the podcast.
    pub id: PodcastId,
    /// Where it is in its life.
    pub status: Status,
    /// How much of it is made, in percent.
    pub progress: u8,
    /// What is happening, or why it failed, in words for the listener.
    pub message: String,
    /// How often it was asked for; progress starts over with each.
    pub generation: u32,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
}

/// The columns that [`Podcast::read`] expects, in its order; a macro so that `concat!` takes it.
macro_rules! podcast_columns {
    () => {
        "id, owner, location, place_id, place_label, podcast_type, preferences, status, progress, \
         message, title, description, audio_key, duration_s, size_bytes, error, generation, attempt, \
         created_at, updated_at, completed_at"
    };
}
pub(crate) use podcast_columns;

impl Podcast {
    /// How many columns `podcast_columns!` names.
    pub(crate) const COLUMNS: i32 = 21;

    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: parsed(row, 0)?,
            owner: Owner::new(row.get::<String>(1)?),
            location: row.get(2)?,
            place_id: number(row, 3)?,
            place_label: row.get(4)?,
            podcast_type: podcast_type(&row.get::<String>(5)?)?,
            preferences: json(&row.get::<String>(6)?)?,
            status: status(row, 7)?,
            progress: number(row, 8)?,
            message: row.get(9)?,
            title: row.get(10)?,
            description: row.get(11)?,
            audio_key: row.get(12)?,
            duration_s: optional(row, 13)?,
            size_bytes: optional(row, 14)?,
            error: row.get(15)?,
            generation: number(row, 16)?,
            attempt: number(row, 17)?,
            created_at: time(row, 18)?,
            updated_at: time(row, 19)?,
            completed_at: row.get::<Option<i64>>(20)?.map(timestamp).transpose()?,
        })
    }
}

impl StatusReport {
    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: parsed(row, 0)?,
            status: status(row, 1)?,
            progress: number(row, 2)?,
            message: row.get(3)?,
            generation: number(row, 4)?,
            updated_at: time(row, 5)?,
        })
    }
}

/// The JSON of `preferences`.
pub(crate) fn preferences_text(preferences: &Preferences) -> String {
    serde_json::to_string(preferences).expect("preferences are plain data, which has a JSON form")
}

pub(crate) fn parsed<T: FromStr>(row: &Row, column: i32) -> Result<T> {
    let text = row.get::<String>(column)?;
    text.parse()
        .map_err(|_| StorageError::corrupt(format!("column {column} holds {text:?}")))
}

pub(crate) fn number<T: TryFrom<i64>>(row: &Row, column: i32) -> Result<T> {
    narrow(row.get::<i64>(column)?)
}

pub(crate) fn time(row: &Row, column: i32) -> Result<Timestamp> {
    timestamp(row.get::<i64>(column)?)
}

pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(StorageError::corrupt)
}

pub(crate) fn stage(text: &str) -> Result<Stage> {
    let found = Stage::ALL.into_iter().find(|stage| stage.as_str() == text);
    found.ok_or_else(|| StorageError::corrupt(format!("unknown stage {text:?}")))
}

fn status(row: &Row, column: i32) -> Result<Status> {
    let text = row.get::<String>(column)?;
    Status::parse(&text).ok_or_else(|| StorageError::corrupt(format!("unknown status {text:?}")))
}

fn podcast_type(text: &str) -> Result<PodcastType> {
    PodcastType::parse(text)
        .ok_or_else(|| StorageError::corrupt(format!("unknown podcast type {text:?}")))
}

fn optional<T: TryFrom<i64>>(row: &Row, column: i32) -> Result<Option<T>> {
    row.get::<Option<i64>>(column)?.map(narrow).transpose()
}

fn narrow<T: TryFrom<i64>>(number: i64) -> Result<T> {
    T::try_from(number).map_err(|_| StorageError::corrupt(format!("{number} is out of range")))
}

fn timestamp(ms: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(ms).map_err(StorageError::corrupt)
}
