use jiff::Timestamp;
use podcast::{Owner, PodcastId, PodcastType, Preferences, Status};
use serde::Serialize;
use serde_json::Value;
use storage::{Detail, Page, Podcast};

use crate::{cursor, query::Query};

/// A podcast as a list shows it: every key is always there, null where nothing is known yet.
#[derive(Serialize)]
struct Summary<'a> {
    id: PodcastId,
    user_id: &'a Owner,
    /// As it was typed.
    location: &'a str,
    /// As it was understood.
    place: Place<'a>,
    podcast_type: PodcastType,
    preferences: &'a Preferences,
    status: Status,
    title: Option<&'a str>,
    description: Option<&'a str>,
    audio_url: Option<String>,
    duration_seconds: Option<u32>,
    file_size_bytes: Option<u64>,
    error_message: Option<&'a str>,
    progress_percentage: u8,
    created_at: Timestamp,
    updated_at: Timestamp,
    completed_at: Option<Timestamp>,
}

/// Which of the places of that name a podcast is about.
#[derive(Serialize)]
struct Place<'a> {
    geoname_id: u32,
    label: &'a str,
}

/// A podcast with its long text.
#[derive(Serialize)]
pub(crate) struct Episode<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    script_content: Option<&'a str>,
    podcast_metadata: Option<&'a Value>,
}

/// A page of a library, newest first.
#[derive(Serialize)]
pub(crate) struct PageOfPodcasts<'a> {
    podcasts: Vec<Summary<'a>>,
    total: u64,
    skip: u32,
    limit: u32,
    next_cursor: Option<String>,
}

impl<'a> Episode<'a> {
    pub(crate) fn new(detail: &'a Detail, media_base_url: &str) -> Self {
        let is_known = detail
            .metadata
            .as_object()
            .is_some_and(|members| !members.is_empty());
        Self {
            summary: Summary::new(&detail.podcast, media_base_url),
            script_content: detail.script.as_deref(),
            podcast_metadata: Some(&detail.metadata).filter(|_| is_known),
        }
    }
}

impl<'a> PageOfPodcasts<'a> {
    pub(crate) fn new(page: &'a Page, query: &Query, owner: &Owner, media_base_url: &str) -> Self {
        let summary = |podcast| Summary::new(podcast, media_base_url);
        Self {
            podcasts: page.podcasts.iter().map(summary).collect(),
            total: page.total,
            skip: query.skip,
            limit: query.limit,
            next_cursor: page
                .next
                .map(|next| cursor::write(next, owner, query.status)),
        }
    }
}

impl<'a> Summary<'a> {
    fn new(podcast: &'a Podcast, media_base_url: &str) -> Self {
        Self {
            id: podcast.id,
            user_id: &podcast.owner,
            location: &podcast.location,
            place: Place {
                geoname_id: podcast.place_id,
                label: &podcast.place_label,
            },
            podcast_type: podcast.podcast_type,
            preferences: &podcast.preferences,
            status: podcast.status,
            title: podcast.title.as_deref(),
            description: podcast.description.as_deref(),
            audio_url: podcast
                .audio_key
                .as_ref()
                .map(|key| format!("{media_base_url}/{key}")),
            duration_seconds: podcast.duration_s,
            file_size_bytes: podcast.size_bytes,
            error_message: podcast.error.as_deref(),
            progress_percentage: podcast.progress,
            created_at: podcast.created_at,
            updated_at: podcast.updated_at,
            completed_at: podcast.completed_at,
        }
    }
}
