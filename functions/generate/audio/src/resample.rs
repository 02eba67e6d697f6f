use rubato::{
    Fft, FixedSync, Resampler, audioadapter::Adapter,
    audioadapter_buffers::direct::InterleavedSlice,
};

use crate::{AudioError, EPISODE_RATE_HZ, PROGRAMME_RATE_HZ};

/// Frames the resampler takes at a time; larger blocks are no faster at these lengths.
const BLOCK_FRAMES: usize = 1024;

/// Brings a mono programme from [`PROGRAMME_RATE_HZ`] to [`EPISODE_RATE_HZ`].
///
/// # Errors
/// When the resampler refuses the samples.
pub(crate) fn resample(programme: &[f32]) -> Result<Vec<f32>, AudioError> {
    let refused = |error: &dyn std::fmt::Display| AudioError::Resample(error.to_string());
    let rates = (PROGRAMME_RATE_HZ as usize, EPISODE_RATE_HZ as usize);
    let mut resampler = Fft::<f32>::new(rates.0, rates.1, BLOCK_FRAMES, 1, FixedSync::Both)
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
}
