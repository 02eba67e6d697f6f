use std::{fmt, str::FromStr};

use jiff::Timestamp;
use libsql::params;
use podcast::{Owner, PodcastId, Status};

use crate::{
    discard::discard_all,
    error::{Result, StorageError},
    open::{Durability, Storage},
    row::{Detail, Podcast, StatusReport, json, podcast_columns},
};

pub(crate) const STATUS: &str = "SELECT id, status, progress, message, generation, updated_at
    FROM podcasts WHERE id = ?1 AND owner = ?2";

const DETAIL: &str = concat!(
    "SELECT ",
    podcast_columns!(),
    ", script, metadata FROM podcasts LEFT JOIN scripts ON podcast_id = id
    WHERE id = ?1 AND owner = ?2"
);

pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    podcast_columns!(),
    " FROM podcasts WHERE owner = ?1 AND (created_at, id) < (?2, ?3)
    ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5"
);

pub(crate) const PAGE_OF_STATUS: &str = concat!(
    "SELECT ",
    podcast_columns!(),
    " FROM podcasts WHERE owner = ?1 AND status = ?6 AND (created_at, id) < (?2, ?3)
    ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5"
);

pub(crate) const TOTAL: &str = "SELECT coalesce(sum(count), 0) FROM totals
    WHERE owner = ?1 AND (?2 IS NULL OR status = ?2)";

/// Part of a library, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The podcasts of this page.
    pub podcasts: Vec<Podcast>,
    /// How many there are on all pages.
    pub total: u64,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// After this many podcasts. New ones push others onto the next page.
    Skip(u32),
    /// After this place in the library, whatever came before it since.
    After(Cursor),
}

/// A place in a library: that of a podcast, there or deleted.
///
/// Written and read as `{milliseconds}-{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the podcast was first asked for.
    pub created_at: Timestamp,
    /// Which of those asked for at that moment.
    pub id: PodcastId,
}

impl Storage {
    /// Returns how far a podcast is: one read by primary key.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] for no podcast of `owner`.
    pub async fn status(&self, id: PodcastId, owner: &Owner) -> Result<StatusReport> {
        self.first(
            STATUS,
            params![id.to_string(), owner.as_str()],
            StatusReport::read,
        )
        .await?
        .ok_or(StorageError::NotFound)
    }

    /// Returns all there is to know about a podcast.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] for no podcast of `owner`.
    pub async fn detail(&self, id: PodcastId, owner: &Owner) -> Result<Detail> {
        let read = |row: &libsql::Row| {
            let metadata: Option<String> = row.get(Podcast::COLUMNS + 1)?;
            Ok(Detail {
                podcast: Podcast::read(row)?,
                script: row.get(Podcast::COLUMNS)?,
                metadata: json(metadata.as_deref().unwrap_or("{}"))?,
            })
        };
        self.first(DETAIL, params![id.to_string(), owner.as_str()], read)
            .await?
            .ok_or(StorageError::NotFound)
    }

    /// Returns at most `limit` podcasts of `owner`, newest first; only those in `status` if given.
    pub async fn page(
        &self,
        owner: &Owner,
        status: Option<Status>,
        start: Start,
        limit: u32,
    ) -> Result<Page> {
        let total = self.total(owner, status).await?;
        let (before_ms, before_id, skip) = match start {
            Start::After(cursor) => (cursor.created_at.as_millisecond(), cursor.id.to_string(), 0),
            // Nothing to see: save walking over every podcast to find that out.
            Start::Skip(skip) if u64::from(skip) >= total => {
                return Ok(Page {
                    podcasts: Vec::new(),
                    total,
                    next: None,
                });
            }
            Start::Skip(skip) => (i64::MAX, String::new(), skip),
        };
        // One more than asked for tells whether there is a next page.
        let take = i64::from(limit) + 1;
        let podcasts = match status {
            None => {
                let values = params![owner.as_str(), before_ms, before_id, take, skip];
                self.all(PAGE, values, Podcast::read).await?
            }
            Some(status) => {
                let status = status.as_str();
                let values = params![owner.as_str(), before_ms, before_id, take, skip, status];
                self.all(PAGE_OF_STATUS, values, Podcast::read).await?
            }
        };
        Ok(Page::cut(podcasts, total, limit))
    }

    /// Deletes a podcast at once, also while it is being made: its worker's next write fails.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] for no podcast of `owner`.
    pub async fn delete(&self, id: PodcastId, owner: &Owner, now: Timestamp) -> Result<()> {
        const SQL: &str = "DELETE FROM podcasts WHERE id = ?1 AND owner = ?2";
        let owner = owner.clone();
        self.write(Durability::Promise, async move |connection| {
            let deleted = connection
                .execute(SQL, params![id.to_string(), owner.as_str()])
                .await?;
            if deleted == 0 {
                return Err(StorageError::NotFound);
            }
            discard_all(connection, id, now).await
        })
        .await
    }

    async fn total(&self, owner: &Owner, status: Option<Status>) -> Result<u64> {
        let values = params![owner.as_str(), status.map(Status::as_str)];
        let total = self
            .first(TOTAL, values, |row| crate::row::number(row, 0))
            .await?;
        Ok(total.unwrap_or(0))
    }
}

impl Page {
    fn cut(mut podcasts: Vec<Podcast>, total: u64, limit: u32) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_last = podcasts.len() <= limit;
        podcasts.truncate(limit);
        let next = podcasts.last().filter(|_| !is_last).map(Cursor::of);
        Self {
            podcasts,
            total,
            next,
        }
    }
}

impl Cursor {
    fn of(podcast: &Podcast) -> Self {
        Self {
            created_at: podcast.created_at,
            id: podcast.id,
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.created_at.as_millisecond(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (ms, id) = text.split_once('-').ok_or(CursorError)?;
        let ms = ms.parse().map_err(|_| CursorError)?;
        let created_at = Timestamp::from_millisecond(ms).map_err(|_| CursorError)?;
        Ok(Self {
            created_at,
            id: id.parse().map_err(|_| CursorError)?,
        })
    }
}

/// A text that is not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this library")]
pub struct CursorError;
