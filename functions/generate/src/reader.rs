use std::{f32::consts::TAU, process, sync::Arc, thread, time::Duration};

use script::Host;
use speech::{SAMPLE_RATE_HZ, Speaker, Voice, VoiceError};
use tokio::{sync::OnceCell, task::spawn_blocking};
use tracing::info;

use crate::{
    config::VoiceSource,
    stop::{Result, Stop},
};

/// Loads the reader once per process, when the first line is to be spoken. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Studio {
    source: VoiceSource,
    threads: usize,
    reader: Arc<OnceCell<Arc<Reader>>>,
}

/// Who reads.
pub(crate) enum Reader {
    /// The neural voices.
    Neural(Box<Voice>),
    /// A tone for each word: quick, deterministic and useless to a listener. For tests only.
    Tone {
        line_takes: Duration,
        fatal_word: Option<String>,
    },
}

impl Studio {
    pub(crate) fn new(source: VoiceSource, threads: usize) -> Self {
        Self {
            source,
            threads,
            reader: Arc::default(),
        }
    }

    /// Who reads here.
    pub(crate) fn source(&self) -> &VoiceSource {
        &self.source
    }

    /// Returns the reader, loading it first if need be; a failure is not remembered.
    pub(crate) async fn reader(&self) -> Result<Arc<Reader>> {
        let load = async || {
            let (source, threads) = (self.source.clone(), self.threads);
            let loaded = spawn_blocking(move || Reader::load(&source, threads)).await?;
            loaded.map(Arc::new).map_err(unusable)
        };
        Ok(Arc::clone(self.reader.get_or_try_init(load).await?))
    }
}

impl Reader {
    fn load(source: &VoiceSource, threads: usize) -> Result<Self, VoiceError> {
        match source {
            VoiceSource::Neural(folder) => {
                let voice = Voice::load(folder, threads)?;
                info!(threads, "voice loaded");
                Ok(Self::Neural(Box::new(voice)))
            }
            VoiceSource::Tone {
                line_takes,
                fatal_word,
            } => Ok(Self::Tone {
                line_takes: *line_takes,
                fatal_word: fatal_word.clone(),
            }),
        }
    }

    /// Changes whenever the same words would sound different.
    pub(crate) fn fingerprint(&self) -> String {
        match self {
            Self::Neural(voice) => voice.fingerprint(),
            Self::Tone { .. } => "tone 1".to_owned(),
        }
    }

    /// Returns mono samples at [`SAMPLE_RATE_HZ`]. Blocks.
    pub(crate) fn speak(&self, host: Host, text: &str, pace: f32) -> Result<Vec<f32>, VoiceError> {
        match self {
            Self::Neural(voice) => voice.speak(speaker(host), text, pace),
            Self::Tone {
                line_takes,
                fatal_word,
            } => {
                thread::sleep(*line_takes);
                if fatal_word.as_ref().is_some_and(|word| text.contains(word)) {
                    process::abort();
                }
                Ok(text
                    .split_whitespace()
                    .flat_map(|word| tone(host, word))
                    .collect())
            }
        }
    }
}

/// A model that will not load now will not load in five attempts either.
fn unusable(error: VoiceError) -> Stop {
    Stop::broken(
        "The voices are not installed properly on this server, so the episode cannot be recorded. \
         Its log says which file is missing or damaged.",
        error,
    )
}

fn speaker(host: Host) -> Speaker {
    match host {
        Host::A => Speaker::A,
        Host::B => Speaker::B,
    }
}

/// 80 ms at a pitch that depends on host and word.
fn tone(host: Host, word: &str) -> impl Iterator<Item = f32> {
    const SAMPLES: u16 = 1920;
    let base_hz = match host {
        Host::A => 220.0,
        Host::B => 110.0,
    };
    let letters = word.bytes().fold(0_u8, u8::wrapping_add);
    let step = TAU * (base_hz + f32::from(letters)) / SAMPLE_RATE_HZ as f32;
    (0..SAMPLES).map(move |n| {
        // Fades in and out, so that words do not click.
        let fade = (f32::from(n.min(SAMPLES - n)) / 240.0).min(1.0);
        0.2 * fade * (step * f32::from(n)).sin()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_as_long_as_its_words_are_many() {
        let reader = Reader::Tone {
            line_takes: Duration::ZERO,
            fatal_word: None,
        };

        let spoken = reader
            .speak(Host::A, "Paris was once Lutetia.", 1.0)
            .unwrap();

        assert_eq!(spoken.len(), 4 * 1920);
        assert_eq!(
            spoken,
            reader
                .speak(Host::A, "Paris was once Lutetia.", 1.0)
                .unwrap()
        );
        assert_ne!(
            spoken,
            reader
                .speak(Host::B, "Paris was once Lutetia.", 1.0)
                .unwrap()
        );
    }
}
