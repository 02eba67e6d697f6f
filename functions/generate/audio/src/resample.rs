use rubato::{
    Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, audioadapter::Adapter, audioadapter_buffers::direct::InterleavedSlice,
};

use crate::{AudioError, EPISODE_RATE_HZ, PROGRAMME_RATE_HZ};

/// Frames the resampler takes at a time; larger blocks are no faster at these lengths.
const BLOCK_FRAMES: usize = 1024;

/// Taps of the filter. The voice has its 12 kHz and the episode room for 22: the slope between costs nothing one hears.
const TAPS: usize = 128;

/// The rates are as 80 to 147, so output falls on one of 147 places between two samples: none is interpolated.
const PHASES: usize = 147;

/// Brings a mono programme from [`PROGRAMME_RATE_HZ`] to [`EPISODE_RATE_HZ`].
///
/// # Errors
/// When the resampler refuses the samples.
pub(crate) fn resample(programme: &[f32]) -> Result<Vec<f32>, AudioError> {
    let refused = |error: &dyn std::fmt::Display| AudioError::Resample(error.to_string());
    let ratio = f64::from(EPISODE_RATE_HZ) / f64::from(PROGRAMME_RATE_HZ);
    let filter = SincInterpolationParameters {
        oversampling_factor: PHASES,
        interpolation: SincInterpolationType::Nearest,
        ..SincInterpolationParameters::new(TAPS, WindowFunction::BlackmanHarris2)
    };
    let mut resampler =
        Async::<f32>::new_sinc(ratio, 1.0, &filter, BLOCK_FRAMES, 1, FixedAsync::Input)
            .map_err(|e| refused(&e))?;
    let input = InterleavedSlice::new(programme, 1, programme.len()).map_err(|e| refused(&e))?;
    let output = resampler
        .process_all(&input, programme.len(), None)
        .map_err(|e| refused(&e))?;
    let mut samples = vec![0.0; output.frames()];
    output.copy_from_channel_to_slice(0, 0, &mut samples);
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    #[test]
    fn a_second_stays_a_second() {
        let samples = resample(&vec![0.1; PROGRAMME_RATE_HZ as usize]).unwrap();

        assert!(
            samples.len().abs_diff(EPISODE_RATE_HZ as usize) <= 2,
            "{}",
            samples.len()
        );
    }

    #[test]
    fn a_tone_keeps_its_level_and_gets_no_company() {
        const TONE_HZ: f64 = 5_000.0;
        let angle = |n: usize, rate_hz: u32| TAU * TONE_HZ * n as f64 / f64::from(rate_hz);
        let programme: Vec<f32> = (0..PROGRAMME_RATE_HZ as usize)
            .map(|n| angle(n, PROGRAMME_RATE_HZ).sin() as f32)
            .collect();

        let samples = resample(&programme).unwrap();

        // Whole periods away from the ends, where the filter knows what came before and comes after.
        let inner = &samples[4_410..39_690];
        let (mut sine, mut cosine, mut power) = (0.0, 0.0, 0.0);
        for (n, &sample) in inner.iter().enumerate() {
            let (sample, angle) = (f64::from(sample), angle(n, EPISODE_RATE_HZ));
            sine += sample * angle.sin();
            cosine += sample * angle.cos();
            power += sample * sample;
        }
        let count = inner.len() as f64;
        let tone = 2.0 * (sine * sine + cosine * cosine) / (count * count);
        let rest_db = 10.0 * ((power / count - tone) / tone).abs().log10();
        assert!((tone - 0.5).abs() < 1e-3, "a power of {tone}");
        assert!(rest_db < -80.0, "{rest_db} dB beside the tone");
    }
}
