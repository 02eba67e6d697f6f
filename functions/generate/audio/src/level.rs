use std::collections::VecDeque;

use ebur128::{EbuR128, Mode};

use crate::{AudioError, EPISODE_RATE_HZ};

/// How far the limiter looks ahead, and so how long its gain takes to come down.
const LOOK_AHEAD_MS: usize = 4;
/// Time constant of the gain's way back up.
const RELEASE_S: f32 = 0.06;

/// Loudness and peak of a mono signal at [`EPISODE_RATE_HZ`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Level {
    /// Integrated loudness by EBU R 128, in LUFS; minus infinity for silence.
    pub(crate) loudness_lufs: f64,
    /// True peak by ITU-R BS.1770, in dBTP.
    pub(crate) true_peak_dbtp: f64,
}

/// Measures a mono signal at [`EPISODE_RATE_HZ`].
///
/// # Errors
/// When the meter refuses the samples.
pub(crate) fn measure(samples: &[f32]) -> Result<Level, AudioError> {
    let mut meter = EbuR128::new(1, EPISODE_RATE_HZ, Mode::I | Mode::TRUE_PEAK)?;
    meter.add_frames_f32(samples)?;
    Ok(Level {
        loudness_lufs: meter.loudness_global()?,
        true_peak_dbtp: 20.0 * meter.true_peak(0)?.log10(),
    })
}

/// Decibels as a factor of amplitude.
pub(crate) fn amplitude(db: f64) -> f32 {
    10f64.powf(db / 20.0) as f32
}

/// A look-ahead limiter: its gain is smooth and never lets a sample above the ceiling.
///
/// The gain each sample needs is held at its minimum over the window, released slowly, then averaged
/// over the same window, so that it is already down when the peak arrives.
/// Holds one window, whatever the length of the programme.
pub(crate) struct Limiter {
    ceiling: f32,
    release: f32,
    window: usize,
    position: usize,
    /// Positions and gains that may still become the minimum, gains rising.
    candidates: VecDeque<(usize, f32)>,
    /// The last `window` held gains, whose mean is the gain applied.
    held: VecDeque<f32>,
    held_sum: f64,
    current: f32,
    delayed: VecDeque<f32>,
}

impl Limiter {
    /// Makes a limiter at rest; `ceiling` is an amplitude of sample peaks.
    pub(crate) fn new(ceiling: f32) -> Self {
        let window = EPISODE_RATE_HZ as usize * LOOK_AHEAD_MS / 1000;
        Self {
            ceiling,
            release: (-1.0 / (RELEASE_S * EPISODE_RATE_HZ as f32)).exp(),
            window,
            position: 0,
            candidates: VecDeque::new(),
            held: VecDeque::with_capacity(window + 1),
            held_sum: 0.0,
            current: 1.0,
            delayed: VecDeque::with_capacity(window + 1),
        }
    }

    /// Takes one sample and gives back the one that is due, once the window is full.
    pub(crate) fn push(&mut self, sample: f32) -> Option<f32> {
        let gain = self.hold(sample);
        self.held.push_back(gain);
        self.held_sum += f64::from(gain);
        self.delayed.push_back(sample);
        if self.delayed.len() <= self.window {
            return None;
        }
        let mean = (self.held_sum / self.held.len() as f64) as f32;
        if let Some(oldest) = self.held.pop_front() {
            self.held_sum -= f64::from(oldest);
        }
        self.delayed.pop_front().map(|due| due * mean)
    }

    /// Gives back what is still in the window at the end of the programme.
    pub(crate) fn finish(mut self) -> Vec<f32> {
        (0..self.delayed.len())
            .filter_map(|_| self.push(0.0))
            .collect()
    }

    /// The smallest gain needed within the window that ends here, after release.
    fn hold(&mut self, sample: f32) -> f32 {
        let needed = if sample.abs() > self.ceiling {
            self.ceiling / sample.abs()
        } else {
            1.0
        };
        while self
            .candidates
            .back()
            .is_some_and(|&(_, gain)| gain >= needed)
        {
            self.candidates.pop_back();
        }
        self.candidates.push_back((self.position, needed));
        while self
            .candidates
            .front()
            .is_some_and(|&(at, _)| at + self.window < self.position)
        {
            self.candidates.pop_front();
        }
        self.position += 1;
        let least = self.candidates.front().map_or(1.0, |&(_, gain)| gain);
        self.current = if least < self.current {
            least
        } else {
            least + (self.current - least) * self.release
        };
        self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(samples: &[f32], ceiling: f32) -> Vec<f32> {
        let mut limiter = Limiter::new(ceiling);
        let mut out: Vec<f32> = samples.iter().filter_map(|&s| limiter.push(s)).collect();
        out.extend(limiter.finish());
        out
    }

    #[test]
    fn a_signal_under_the_ceiling_is_untouched() {
        let samples: Vec<f32> = (0..4000).map(|i| 0.4 * (i as f32 * 0.05).sin()).collect();

        assert_eq!(limit(&samples, 0.5), samples);
    }

    #[test]
    fn no_sample_passes_the_ceiling() {
        let samples: Vec<f32> = (0..20_000)
            .map(|i| {
                if i % 1711 == 0 {
                    1.7
                } else {
                    (i as f32 * 0.31).sin()
                }
            })
            .collect();

        let limited = limit(&samples, 0.6);

        assert_eq!(limited.len(), samples.len());
        assert!(limited.iter().all(|s| s.abs() <= 0.6001));
    }
}
