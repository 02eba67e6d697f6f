use crate::SAMPLE_RATE_HZ;

/// Quieter than this is silence: −54 dB, below the faintest "f" the voices make.
const SILENCE: f32 = 0.002;
/// Kept before the first and after the last audible sample, so that soft beginnings and endings live.
const LEAD_MS: u32 = 20;
const TAIL_MS: u32 = 60;
const FADE_MS: u32 = 8;

/// Returns the audible part of a clip, its edges faded to zero; empty if nothing is audible.
pub(crate) fn trimmed(samples: &[f32]) -> Vec<f32> {
    let is_audible = |sample: &f32| sample.abs() > SILENCE;
    let Some(first) = samples.iter().position(is_audible) else {
        return vec![];
    };
    let last = samples.iter().rposition(is_audible).unwrap_or(first);
    let start = first.saturating_sub(count(LEAD_MS));
    let end = (last + count(TAIL_MS)).min(samples.len());
    let mut clip = samples[start..end].to_vec();
    fade(&mut clip);
    clip
}

/// Returns silence of some seconds.
pub(crate) fn silence(seconds: f32) -> impl Iterator<Item = f32> {
    std::iter::repeat_n(0.0, (seconds * SAMPLE_RATE_HZ as f32) as usize)
}

/// A raised cosine at both ends: no step, no click.
fn fade(clip: &mut [f32]) {
    let length = count(FADE_MS).min(clip.len() / 2);
    let end = clip.len();
    for n in 0..length {
        let gain = 0.5 - 0.5 * (std::f32::consts::PI * n as f32 / length as f32).cos();
        clip[n] *= gain;
        clip[end - 1 - n] *= gain;
    }
}

fn count(ms: u32) -> usize {
    (ms * SAMPLE_RATE_HZ / 1_000) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_around_a_clip_is_cut_and_its_edges_are_zero() {
        let mut samples = vec![0.0; 24_000];
        samples[10_000..12_000].fill(0.5);

        let clip = trimmed(&samples);

        assert_eq!(clip.len(), count(LEAD_MS) + 2_000 - 1 + count(TAIL_MS));
        assert_eq!((clip[0], clip[clip.len() - 1]), (0.0, 0.0));
    }

    #[test]
    fn a_silent_clip_is_empty() {
        assert!(trimmed(&[0.0; 500]).is_empty());
        assert!(trimmed(&[]).is_empty());
    }
}
