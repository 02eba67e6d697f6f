use std::path::Path;

use rten::{LoadError, RunError, TryFromValueError};
use thiserror::Error;

use crate::engine::{Engine, Style};
use crate::files::{self, FileError, Files};
use crate::letters::Letters;
use crate::normalise::normalised;
use crate::pronounce::{self, Pronouncer};
use crate::{sentences, sound, symbols};

/// To be raised with every change of what is said for a text, beyond the lexicon and the voice files.
const RULES_VERSION: u32 = 3;
/// Longest sentence spoken in one call, in symbols: some thirty words. The model would take 510, and over a gigabyte of
/// memory for them.
const LONGEST: usize = 180;
/// Silence between two sentences of one speaker at pace 1.
const SENTENCE_PAUSE_S: f32 = 0.3;
/// Silence at a cut inside a sentence too long for one call.
const CLAUSE_PAUSE_S: f32 = 0.12;
/// Beyond this the model slurs or drawls.
const PACES: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The first host, a woman's voice (`af_heart`).
    A,
    /// The second host, a man's voice (`am_michael`).
    B,
}

impl Speaker {
    /// Speed of the model at pace 1: both hosts then read about 165 words a minute, pauses between sentences
    /// included. Left alone they read 200 and 175, measured on the same lines; names are lost at that speed.
    const fn speed(self) -> f32 {
        match self {
            Self::A => 0.85,
            Self::B => 0.93,
        }
    }
}

/// Why a line could not be spoken.
#[derive(Debug, Error)]
pub enum VoiceError {
    /// A voice file is missing or damaged.
    #[error(transparent)]
    File(#[from] FileError),
    /// A model file is intact but not what this program expects.
    #[error("a voice model cannot be loaded: {0}")]
    Load(#[from] LoadError),
    /// A model failed while it ran.
    #[error("the voice model failed: {0}")]
    Run(#[from] RunError),
    /// A model answered with something else than numbers in the expected shape.
    #[error("the voice model answered in an unexpected shape: {0}")]
    Shape(String),
    /// No sounds were found for a text.
    #[error("no pronunciation for {text:?}: {cause}")]
    Pronunciation {
        /// What was to be said.
        text: String,
        /// Why not.
        cause: String,
    },
}

impl VoiceError {
    pub(crate) fn wrong_shape(cause: TryFromValueError) -> VoiceError {
        VoiceError::Shape(cause.to_string())
    }
}

/// Two speakers on one model: 210 MB, and 2.5 MB for each symbol of the sentence it speaks. May be shared by threads;
/// speaking is blocking CPU work.
pub struct Voice {
    engine: Engine,
    pronouncer: Pronouncer,
    styles: [Style; 2],
}

impl Voice {
    /// Loads the voice files of a folder and checks them; `threads` is how many cores one call may use.
    ///
    /// # Errors
    /// When a file is missing, cut or of another version than this program.
    pub fn load(dir: &Path, threads: usize) -> Result<Voice, VoiceError> {
        let files = Files::new(dir);
        let style = |name| files.read(name).map(|data| Style::from_bytes(&data));
        let styles = [style("af_heart.bin")?, style("am_michael.bin")?];
        let letters = Letters::load(files.read("letters.onnx")?)?;
        let engine = Engine::load(files.model()?, threads)?;
        Ok(Voice {
            engine,
            pronouncer: Pronouncer::new(letters),
            styles,
        })
    }

    /// Speaks one turn of any number of sentences: mono samples at [`crate::SAMPLE_RATE_HZ`].
    ///
    /// Silence at both ends is cut, so the caller sets the pauses between turns. `pace` 1 is unhurried, 1.1
    /// is a tenth faster; it is kept between 0.5 and 2. The same arguments give the same samples. A text without words
    /// gives none.
    ///
    /// # Errors
    /// When the model fails: out of memory, in practice.
    pub fn speak(&self, speaker: Speaker, text: &str, pace: f32) -> Result<Vec<f32>, VoiceError> {
        let pace = pace.clamp(*PACES.start(), *PACES.end());
        let mut turn = Vec::new();
        for sentence in sentences::split(&normalised(text)) {
            let clip = self.sentence(speaker, sentence, pace)?;
            join(&mut turn, clip, SENTENCE_PAUSE_S / pace);
        }
        Ok(turn)
    }

    /// Returns what would be said for a text: the sounds of each sentence, in the symbols of the model.
    ///
    /// # Errors
    /// When the model that guesses unknown words fails.
    pub fn sounds(&self, text: &str) -> Result<Vec<String>, VoiceError> {
        let text = normalised(text);
        sentences::split(&text)
            .into_iter()
            .map(|sentence| self.pronouncer.sounds(sentence))
            .collect()
    }

    /// Returns a hash over everything that decides how a text sounds, to name stored clips by.
    pub fn fingerprint(&self) -> String {
        let parts = [
            files::fingerprint(),
            pronounce::lexicon_fingerprint(),
            RULES_VERSION.to_string(),
        ];
        files::sum(parts.join(" ").as_bytes())
    }

    fn sentence(
        &self,
        speaker: Speaker,
        sentence: &str,
        pace: f32,
    ) -> Result<Vec<f32>, VoiceError> {
        let sounds = self.pronouncer.sounds(sentence)?;
        let mut clip = Vec::new();
        for clause in sentences::clauses(&sounds, LONGEST) {
            let speed = pace * speaker.speed();
            let samples = self
                .engine
                .speak(&symbols::ids(clause), self.style(speaker), speed)?;
            join(&mut clip, sound::trimmed(&samples), CLAUSE_PAUSE_S / pace);
        }
        Ok(clip)
    }

    fn style(&self, speaker: Speaker) -> &Style {
        match speaker {
            Speaker::A => &self.styles[0],
            Speaker::B => &self.styles[1],
        }
    }
}

fn join(all: &mut Vec<f32>, clip: Vec<f32>, pause_s: f32) {
    if !all.is_empty() && !clip.is_empty() {
        all.extend(sound::silence(pause_s));
    }
    all.extend(clip);
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::PathBuf;
    use std::sync::LazyLock;

    use super::*;
    use crate::SAMPLE_RATE_HZ;

    /// One voice for all tests: loading it takes longer than speaking.
    pub(crate) static VOICE: LazyLock<Voice> = LazyLock::new(|| Voice::load(&dir(), 1).unwrap());

    pub(crate) fn dir() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("voices")
    }

    #[test]
    fn a_turn_is_spoken_alike_each_time_and_begins_and_ends_softly() {
        let turn = "Which half was that? Lutetia.";

        let clip = VOICE.speak(Speaker::B, turn, 1.0).unwrap();

        assert_eq!(clip, VOICE.speak(Speaker::B, turn, 1.0).unwrap());
        assert!(
            clip.iter()
                .all(|sample| sample.is_finite() && sample.abs() <= 1.0)
        );
        let edge = SAMPLE_RATE_HZ as usize / 200;
        assert!(
            clip[..edge]
                .iter()
                .chain(&clip[clip.len() - edge..])
                .all(|sample| sample.abs() < 0.01)
        );
        assert!((1.2..4.0).contains(&seconds(&clip)), "{} s", seconds(&clip));
    }

    #[test]
    fn pace_shortens_a_line_and_more_words_lengthen_it() {
        let short = VOICE.speak(Speaker::A, "A river runs here.", 1.0).unwrap();
        let faster = VOICE.speak(Speaker::A, "A river runs here.", 1.3).unwrap();
        let longer = VOICE
            .speak(
                Speaker::A,
                "A river runs here, and it is called the Seine.",
                1.0,
            )
            .unwrap();

        assert!(faster.len() < short.len());
        assert!(longer.len() > short.len() * 3 / 2);
    }

    #[test]
    fn a_text_without_words_gives_no_samples() {
        assert!(VOICE.speak(Speaker::A, " … ", 1.0).unwrap().is_empty());
    }

    #[test]
    fn two_threads_at_once_say_what_one_says() {
        let turn = "Lutetia.";
        let alone = VOICE.speak(Speaker::A, turn, 1.0).unwrap();

        std::thread::scope(|scope| {
            let side_by_side = [(); 2].map(|()| scope.spawn(|| VOICE.speak(Speaker::A, turn, 1.0)));
            for clip in side_by_side {
                assert_eq!(clip.join().unwrap().unwrap(), alone);
            }
        });
    }

    fn seconds(clip: &[f32]) -> f64 {
        clip.len() as f64 / f64::from(SAMPLE_RATE_HZ)
    }
}
