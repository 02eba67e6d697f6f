//! Clips → one programme, with the pauses a listener needs and the time each turn begins.

use audio::{ChapterMark, PROGRAMME_RATE_HZ};
use script::{Chapter, Script, Turn};
use serde::{Deserialize, Serialize};

/// Silence before the first word, so that no player swallows it.
const LEAD_IN_MS: u32 = 300;
/// Between two hosts; a question is answered a little sooner.
const TURN_PAUSE_MS: u32 = 350;
const ANSWER_PAUSE_MS: u32 = 250;
/// Between two chapters.
const CHAPTER_PAUSE_MS: u32 = 1500;
/// After the last word.
const LEAD_OUT_MS: u32 = 700;

/// A programme as it grows, and when is what in it.
#[derive(Debug, Default)]
pub(crate) struct Mix {
    pub(crate) samples: Vec<f32>,
    pub(crate) times: Times,
}

/// When is what in the episode.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Times {
    /// One for each chapter; together they cover the episode without gaps.
    pub(crate) chapters: Vec<Span>,
    /// One for each turn, across chapters.
    pub(crate) turns: Vec<Span>,
}

/// From when to when, in milliseconds from the beginning of the episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) start_ms: u32,
    pub(crate) end_ms: u32,
}

/// Returns the silence before each turn of `script`, in order of speaking.
pub(crate) fn pauses(script: &Script) -> Vec<Pause> {
    let mut pauses = Vec::new();
    for (number, chapter) in script.chapters.iter().enumerate() {
        for (at, _) in chapter.turns.iter().enumerate() {
            pauses.push(match at {
                0 if number == 0 => Pause {
                    ms: LEAD_IN_MS,
                    begins_chapter: true,
                },
                0 => Pause {
                    ms: CHAPTER_PAUSE_MS,
                    begins_chapter: true,
                },
                at => Pause {
                    ms: pause_after(&chapter.turns[at - 1]),
                    begins_chapter: false,
                },
            });
        }
    }
    pauses
}

/// The silence before a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    ms: u32,
    begins_chapter: bool,
}

fn pause_after(turn: &Turn) -> u32 {
    let asks = turn
        .sentences
        .last()
        .is_some_and(|sentence| sentence.text.ends_with('?'));
    if asks { ANSWER_PAUSE_MS } else { TURN_PAUSE_MS }
}

impl Mix {
    /// Adds a pause and the turn after it.
    pub(crate) fn add(&mut self, pause: Pause, turn: &[f32]) {
        let chapter_ms = self.now_ms();
        self.silence(pause.ms);
        let start_ms = self.now_ms();
        self.samples.extend_from_slice(turn);
        self.times.turns.push(Span {
            start_ms,
            end_ms: self.now_ms(),
        });
        if pause.begins_chapter {
            // The first chapter has the lead-in; the others begin with their first word.
            let start_ms = if self.times.chapters.is_empty() {
                chapter_ms
            } else {
                start_ms
            };
            self.times.chapters.push(Span {
                start_ms,
                end_ms: start_ms,
            });
        }
    }

    /// Lets the last word fade, and closes the chapters.
    pub(crate) fn finish(mut self) -> Self {
        self.silence(LEAD_OUT_MS);
        let mut end_ms = self.now_ms();
        for chapter in self.times.chapters.iter_mut().rev() {
            chapter.end_ms = end_ms;
            end_ms = chapter.start_ms;
        }
        self
    }

    fn silence(&mut self, ms: u32) {
        let samples = u64::from(ms) * u64::from(PROGRAMME_RATE_HZ) / 1000;
        let length = self.samples.len() + usize::try_from(samples).unwrap_or_default();
        self.samples.resize(length, 0.0);
    }

    fn now_ms(&self) -> u32 {
        let ms = self.samples.len() as u64 * 1000 / u64::from(PROGRAMME_RATE_HZ);
        u32::try_from(ms).unwrap_or(u32::MAX)
    }
}

impl Times {
    /// The chapters as the file's header shows them.
    pub(crate) fn marks(&self, chapters: &[Chapter]) -> Vec<ChapterMark> {
        let spoken = chapters.iter().filter(|chapter| !chapter.turns.is_empty());
        spoken
            .zip(&self.chapters)
            .map(|(chapter, span)| ChapterMark {
                title: chapter.title.clone(),
                start_ms: span.start_ms,
                end_ms: span.end_ms,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::two_chapters;

    #[test]
    fn turns_are_parted_by_pauses_and_chapters_leave_no_gap() {
        let script = two_chapters();
        let second = vec![0.5; PROGRAMME_RATE_HZ as usize];

        let mut mix = Mix::default();
        for pause in pauses(&script) {
            mix.add(pause, &second);
        }
        let mix = mix.finish();

        let starts: Vec<u32> = mix.times.turns.iter().map(|turn| turn.start_ms).collect();
        assert_eq!(starts, [300, 1550, 4050, 5300]);
        assert_eq!(
            mix.times.chapters,
            [
                Span {
                    start_ms: 0,
                    end_ms: 4050
                },
                Span {
                    start_ms: 4050,
                    end_ms: 7000
                }
            ]
        );
        assert_eq!(mix.samples.len(), 70 * 2400);
    }
}
