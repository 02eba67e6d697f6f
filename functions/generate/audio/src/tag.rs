use id3::{
    Content, Frame, Tag, TagLike, Version,
    frame::{Chapter, Comment, Lyrics, Picture, PictureType, TableOfContents},
};

use crate::AudioError;

/// What is written into the ID3 header. Empty fields are left out.
#[derive(Debug, Clone, Default)]
pub struct Tags {
    /// Title of the episode.
    pub title: String,
    /// Name of the show.
    pub album: String,
    /// Day it was made, `YYYY-MM-DD`.
    pub date: String,
    /// A sentence or two about the episode.
    pub description: String,
    /// Sources and licences.
    pub attribution: String,
    /// The dialogue as text.
    pub transcript: String,
    /// The cover as a JPEG.
    pub cover_jpeg: Vec<u8>,
    /// Chapters in order, without gaps.
    pub chapters: Vec<ChapterMark>,
}

/// One chapter as players show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterMark {
    /// Its heading.
    pub title: String,
    /// Start in milliseconds from the beginning of the episode.
    pub start_ms: u32,
    /// End in milliseconds.
    pub end_ms: u32,
}

/// Puts an ID3 header before the frames of an MP3.
///
/// ID3v2.3, because players read chapters (CHAP and CTOC) most widely in that version.
///
/// # Errors
/// When a field does not fit.
pub(crate) fn write(frames: &[u8], tags: &Tags) -> Result<Vec<u8>, AudioError> {
    let mut file = Vec::with_capacity(frames.len() + tags.cover_jpeg.len() + 65_536);
    header(tags).write_to(&mut file, Version::Id3v23)?;
    file.extend_from_slice(frames);
    Ok(file)
}

fn header(tags: &Tags) -> Tag {
    let mut tag = Tag::new();
    tag.set_title(&tags.title);
    tag.set_album(&tags.album);
    tag.set_artist(&tags.album);
    tag.set_genre("Podcast");
    if let Some(year) = tags.date.get(..4).and_then(|year| year.parse().ok()) {
        tag.set_year(year);
    }
    if let (Some(month), Some(day)) = (tags.date.get(5..7), tags.date.get(8..10)) {
        tag.set_text("TDAT", format!("{day}{month}"));
    }
    for (description, text) in [("", &tags.description), ("Sources", &tags.attribution)] {
        if !text.is_empty() {
            tag.add_frame(Comment {
                lang: "eng".into(),
                description: description.into(),
                text: text.clone(),
            });
        }
    }
    if !tags.transcript.is_empty() {
        let text = tags.transcript.clone();
        tag.add_frame(Lyrics {
            lang: "eng".into(),
            description: String::new(),
            text,
        });
    }
    if !tags.cover_jpeg.is_empty() {
        tag.add_frame(Picture {
            mime_type: "image/jpeg".into(),
            picture_type: PictureType::CoverFront,
            description: "Cover".into(),
            data: tags.cover_jpeg.clone(),
        });
    }
    add_chapters(&mut tag, &tags.chapters);
    tag
}

fn add_chapters(tag: &mut Tag, chapters: &[ChapterMark]) {
    if chapters.is_empty() {
        return;
    }
    let element_id = |index: usize| format!("chapter{index}");
    tag.add_frame(TableOfContents {
        element_id: "toc".into(),
        top_level: true,
        ordered: true,
        elements: (0..chapters.len()).map(element_id).collect(),
        frames: vec![title_frame("Chapters")],
    });
    for (index, chapter) in chapters.iter().enumerate() {
        tag.add_frame(Chapter {
            element_id: element_id(index),
            start_time: chapter.start_ms,
            end_time: chapter.end_ms,
            // All ones: no byte offsets, players go by time.
            start_offset: u32::MAX,
            end_offset: u32::MAX,
            frames: vec![title_frame(&chapter.title)],
        });
    }
}

fn title_frame(text: &str) -> Frame {
    Frame::with_content("TIT2", Content::Text(text.to_owned()))
}
