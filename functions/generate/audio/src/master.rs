use crate::{
    AudioError, EPISODE_RATE_HZ, Tags,
    encode::{Mp3, decode},
    level::{Level, Limiter, amplitude, measure},
    resample::resample,
    tag,
};

/// Loudness of a mono episode, in LUFS: as loud on two speakers as −16 LUFS in stereo
/// (AES TD1008, recommendations for loudness of internet audio streaming).
pub const TARGET_LUFS: f64 = -19.0;
/// The most any decoder may find between the samples, in dBTP (same source).
pub const TRUE_PEAK_CEILING_DBTP: f64 = -1.0;

/// How far from the target the encoded file may end, in LU.
const TOLERANCE_LU: f64 = 0.3;
/// Room for what the codec adds to the peaks; widened when an encoding comes out higher.
const CODEC_HEADROOM_DB: f64 = 0.8;
/// Encodings tried before the nearest is taken as it is.
const MAX_PASSES: usize = 4;

/// A finished episode and what was measured on it after encoding.
#[derive(Debug, Clone)]
pub struct Mastered {
    /// The file: ID3 header, then MP3 frames.
    pub mp3: Vec<u8>,
    /// Duration in milliseconds.
    pub duration_ms: u64,
    /// Integrated loudness of the decoded file, in LUFS.
    pub loudness_lufs: f64,
    /// True peak of the decoded file, in dBTP.
    pub true_peak_dbtp: f64,
}

/// Levels, encodes, measures and tags a mono programme at [`crate::PROGRAMME_RATE_HZ`].
///
/// Takes about 1 s of CPU per 3 minutes of sound and some 30 MB per minute while it runs.
///
/// # Errors
/// When the programme is silent or a codec refuses it.
pub fn master(programme: &[f32], tags: &Tags) -> Result<Mastered, AudioError> {
    let samples = resample(programme)?;
    let before = measure(&samples)?;
    if !before.loudness_lufs.is_finite() {
        return Err(AudioError::Silent);
    }
    let (frames, level) = encode_at_target(&samples, before)?;
    Ok(Mastered {
        mp3: tag::write(&frames, tags)?,
        duration_ms: samples.len() as u64 * 1000 / u64::from(EPISODE_RATE_HZ),
        loudness_lufs: level.loudness_lufs,
        true_peak_dbtp: level.true_peak_dbtp,
    })
}

/// Encodes until the decoded file is at the target and under the ceiling.
fn encode_at_target(samples: &[f32], before: Level) -> Result<(Vec<u8>, Level), AudioError> {
    let mut gain_db = TARGET_LUFS - before.loudness_lufs;
    let mut ceiling_db = TRUE_PEAK_CEILING_DBTP - CODEC_HEADROOM_DB;
    let mut pass = 1;
    loop {
        let frames = encode(samples, amplitude(gain_db), amplitude(ceiling_db))?;
        let level = measure(&decode(&frames)?)?;
        let off_lu = TARGET_LUFS - level.loudness_lufs;
        let over_db = level.true_peak_dbtp - TRUE_PEAK_CEILING_DBTP;
        if pass == MAX_PASSES || (off_lu.abs() <= TOLERANCE_LU && over_db <= 0.0) {
            return Ok((frames, level));
        }
        gain_db += off_lu;
        if over_db > 0.0 {
            ceiling_db -= over_db + 0.1;
        }
        pass += 1;
    }
}

fn encode(samples: &[f32], gain: f32, ceiling: f32) -> Result<Vec<u8>, AudioError> {
    let mut limiter = Limiter::new(ceiling);
    let mut mp3 = Mp3::new()?;
    for sample in samples {
        if let Some(due) = limiter.push(sample * gain) {
            mp3.push(due)?;
        }
    }
    for rest in limiter.finish() {
        mp3.push(rest)?;
    }
    mp3.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChapterMark, PROGRAMME_RATE_HZ};

    /// Something like speech: bursts of a buzzing tone with pauses and a few hard peaks.
    fn programme(seconds: usize) -> Vec<f32> {
        (0..seconds * PROGRAMME_RATE_HZ as usize)
            .map(|i| {
                let t = i as f32 / PROGRAMME_RATE_HZ as f32;
                let syllable = (t * 4.0).fract();
                let envelope = if syllable < 0.7 {
                    (syllable * 4.5).sin().max(0.0)
                } else {
                    0.0
                };
                let voice: f32 = (1..12)
                    .map(|k| (t * 120.0 * k as f32 * std::f32::consts::TAU).sin() / k as f32)
                    .sum();
                0.12 * envelope * voice + if i % 30_011 < 3 { 0.9 } else { 0.0 }
            })
            .collect()
    }

    fn tags() -> Tags {
        Tags {
            title: "Paris: half a name".into(),
            album: "Wherecast".into(),
            date: "2026-11-23".into(),
            chapters: vec![
                ChapterMark {
                    title: "One".into(),
                    start_ms: 0,
                    end_ms: 5000,
                },
                ChapterMark {
                    title: "Two".into(),
                    start_ms: 5000,
                    end_ms: 10_000,
                },
            ],
            ..Tags::default()
        }
    }

    #[test]
    fn the_encoded_file_is_at_the_target_and_under_the_ceiling() {
        let mastered = master(&programme(12), &tags()).unwrap();

        let decoded = measure(&decode(&mastered.mp3).unwrap()).unwrap();
        assert!(
            (decoded.loudness_lufs - TARGET_LUFS).abs() < 1.0,
            "{decoded:?}"
        );
        assert!(
            decoded.true_peak_dbtp <= TRUE_PEAK_CEILING_DBTP,
            "{decoded:?}"
        );
        assert_eq!(mastered.duration_ms / 100, 120);
    }

    #[test]
    fn the_frames_begin_with_a_xing_header() {
        let frames = encode(&resample(&programme(2)).unwrap(), 0.5, 0.8).unwrap();

        assert_eq!(frames[0], 0xff);
        assert!(
            frames[..200]
                .windows(4)
                .any(|w| w == b"Xing" || w == b"Info")
        );
    }

    #[test]
    fn title_and_chapters_read_back() {
        use id3::TagLike;

        let mastered = master(&programme(10), &tags()).unwrap();

        let tag = id3::Tag::read_from2(std::io::Cursor::new(&mastered.mp3)).unwrap();
        assert_eq!(tag.title(), Some("Paris: half a name"));
        assert_eq!(
            tag.chapters().map(|c| c.end_time).collect::<Vec<_>>(),
            [5000, 10_000]
        );
    }

    #[test]
    fn silence_is_refused() {
        let silence = vec![0.0; PROGRAMME_RATE_HZ as usize];

        assert!(matches!(master(&silence, &tags()), Err(AudioError::Silent)));
    }
}
