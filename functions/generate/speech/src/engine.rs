use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::VoiceError;

/// Symbols the model takes in one call, the silent one at either end not counted.
const MAX_SYMBOLS: usize = 510;
/// Numbers in one row of a style.
const STYLE_WIDTH: usize = 256;

/// The speech model: symbols and a style in, samples out.
///
/// All threads work on one sentence: two side by side, a thread each, would need twice the memory.
pub(crate) struct Engine {
    model: Model,
    tokens: NodeId,
    style: NodeId,
    speed: NodeId,
    audio: NodeId,
    pool: Arc<ThreadPool>,
}

impl Engine {
    pub(crate) fn load(data: Vec<u8>, threads: usize) -> Result<Engine, VoiceError> {
        let model = ModelOptions::with_all_ops().load(data)?;
        let (tokens, style) = (model.node_id("tokens")?, model.node_id("style")?);
        let (speed, audio) = (model.node_id("speed")?, model.node_id("audio")?);
        let pool = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        Ok(Engine {
            model,
            tokens,
            style,
            speed,
            audio,
            pool,
        })
    }

    /// Speaks 1 to [`MAX_SYMBOLS`] symbols. The same input gives the same samples.
    pub(crate) fn speak(
        &self,
        symbols: &[i32],
        style: &Style,
        pace: f32,
    ) -> Result<Vec<f32>, VoiceError> {
        let mut framed = vec![0];
        framed.extend_from_slice(symbols);
        framed.push(0);
        let row = style.row(symbols.len()).to_vec();
        let inputs: Vec<(NodeId, ValueOrView)> = vec![
            (
                self.tokens,
                NdTensor::from_data([1, framed.len()], framed).into(),
            ),
            (
                self.style,
                NdTensor::from_data([1, STYLE_WIDTH], row).into(),
            ),
            (self.speed, NdTensor::from_data([1], vec![pace]).into()),
        ];
        let options = RunOptions::default().with_thread_pool(Some(self.pool.clone()));
        let [audio] = self.model.run_n(inputs, [self.audio], Some(options))?;
        let audio: Tensor<f32> = audio.try_into().map_err(VoiceError::wrong_shape)?;
        Ok(audio.to_vec())
    }
}

/// How one speaker sounds: a row of numbers for every length of text.
pub(crate) struct Style {
    rows: Vec<f32>,
}

impl Style {
    /// Reads little-endian floats, [`MAX_SYMBOLS`] rows; the caller has checked the file.
    pub(crate) fn from_bytes(data: &[u8]) -> Style {
        Style {
            rows: data
                .as_chunks()
                .0
                .iter()
                .map(|&bytes| f32::from_le_bytes(bytes))
                .collect(),
        }
    }

    /// Row n-1 was made from utterances of n symbols.
    fn row(&self, symbols: usize) -> &[f32] {
        let row = symbols.clamp(1, MAX_SYMBOLS) - 1;
        &self.rows[row * STYLE_WIDTH..(row + 1) * STYLE_WIDTH]
    }
}

/// What the raw model must not do; run again at every new version of rten. They look at samples before any fade.
#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::SAMPLE_RATE_HZ;
    use crate::files::Files;
    use crate::symbols;
    use crate::voice::tests::dir;

    /// Hello, and welcome.
    const HELLO: &str = "həlˈO, ænd wˈɛlkəm.";

    fn hello() -> Vec<f32> {
        let dir = dir();
        let files = Files::new(&dir);
        let engine = Engine::load(files.model().unwrap(), 1).unwrap();
        let style = Style::from_bytes(&files.read("af_heart.bin").unwrap());
        engine.speak(&symbols::ids(HELLO), &style, 1.0).unwrap()
    }

    #[test]
    fn the_raw_model_neither_clicks_nor_whistles_nor_loses_numbers() {
        let samples = hello();

        assert!(samples.iter().all(|sample| sample.is_finite()));
        let first_5_ms = &samples[..SAMPLE_RATE_HZ as usize / 200];
        assert!(
            first_5_ms.iter().all(|sample| sample.abs() < 0.01),
            "a click"
        );
        for whistle_hz in [4_800.0, 9_600.0] {
            let above_db = level_db(&samples, whistle_hz) - neighbours_db(&samples, whistle_hz);
            assert!(above_db < 6.0, "{above_db:.1} dB at {whistle_hz} Hz");
        }
        let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
        assert!((0.8..3.0).contains(&seconds), "{seconds} s");
    }

    /// Mean level 100 to 300 Hz beside a frequency.
    fn neighbours_db(samples: &[f32], hz: f64) -> f64 {
        let beside = [-300.0, -200.0, -100.0, 100.0, 200.0, 300.0];
        beside
            .iter()
            .map(|offset| level_db(samples, hz + offset))
            .sum::<f64>()
            / beside.len() as f64
    }

    /// Mean power around one frequency over windows of 43 ms.
    fn level_db(samples: &[f32], hz: f64) -> f64 {
        const WINDOW: usize = 1024;
        let powers = samples.chunks_exact(WINDOW).map(|window| power(window, hz));
        let (sum, count) =
            powers.fold((0.0, 0.0), |(sum, count), power| (sum + power, count + 1.0));
        10.0 * (sum / count).max(1e-20).log10()
    }

    fn power(window: &[f32], hz: f64) -> f64 {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (n, &sample) in window.iter().enumerate() {
            let hann = 0.5 - 0.5 * (TAU * n as f64 / window.len() as f64).cos();
            let angle = TAU * hz * n as f64 / f64::from(SAMPLE_RATE_HZ);
            real += f64::from(sample) * hann * angle.cos();
            imaginary += f64::from(sample) * hann * angle.sin();
        }
        real * real + imaginary * imaginary
    }
}
