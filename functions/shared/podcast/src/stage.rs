use serde::{Deserialize, Serialize};

/// One stage of making an episode, in order. Each ends in one checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Gathers the facts about the place.
    Research,
    /// Writes the dialogue.
    Script,
    /// Speaks every line.
    Voice,
    /// Joins, levels, encodes and tags the episode.
    Master,
    /// Stores and verifies the audio, then completes the podcast.
    Publish,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 5] = [
        Self::Research,
        Self::Script,
        Self::Voice,
        Self::Master,
        Self::Publish,
    ];

    /// The one spelling used in SQL and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::Script => "script",
            Self::Voice => "voice",
            Self::Master => "master",
            Self::Publish => "publish",
        }
    }

    /// Progress in percent when the stage begins.
    pub const fn begins_at(self) -> u8 {
        match self {
            Self::Research => 0,
            Self::Script => 10,
            Self::Voice => 30,
            Self::Master => 90,
            Self::Publish => 95,
        }
    }

    /// Progress in percent when the stage has ended.
    pub const fn ends_at(self) -> u8 {
        match self {
            Self::Research => 10,
            Self::Script => 30,
            Self::Voice => 90,
            Self::Master => 95,
            Self::Publish => 100,
        }
    }

    /// Progress in percent after `done` of `planned` equal units of this stage's work.
    pub fn progress(self, done: usize, planned: usize) -> u8 {
        let span = usize::from(self.ends_at() - self.begins_at());
        let part = (span * done.min(planned))
            .checked_div(planned)
            .unwrap_or(span);
        self.begins_at() + u8::try_from(part).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_begins_where_the_one_before_ends() {
        for pair in Stage::ALL.windows(2) {
            assert_eq!(pair[0].ends_at(), pair[1].begins_at());
        }
    }

    #[test]
    fn progress_inside_a_stage_never_falls_and_stays_inside() {
        let steps: Vec<u8> = (0..=52)
            .map(|done| Stage::Voice.progress(done, 52))
            .collect();

        assert!(steps.is_sorted());
        assert_eq!((steps[0], steps[52]), (30, 90));
    }
}
