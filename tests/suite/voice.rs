//! One short episode with the real voice, from the place to the decoded MP3.

use std::{io::Cursor, time::Duration};

use ebur128::{EbuR128, Mode};
use id3::TagLike;
use symphonia::core::{audio::SampleBuffer, formats::FormatReader, io::MediaSourceStream};
use wherecast_tests::{Start, World};

/// A slow machine with everything else going on.
const PATIENCE: Duration = Duration::from_secs(600);

#[test]
fn a_short_episode_is_spoken_levelled_and_chaptered() {
    let world = World::start_as(Start {
        settings: vec![("SPEECH_THREADS", "2")],
        ..Start::default()
    });
    let id = world.accept("Timbuktu, Mali", "short");

    let seen = world.finish(&id, PATIENCE);

    assert!(seen.is_sorted(), "{seen:?}");
    // Research, script and mastering may fit between two polls; recording never does.
    for percent in [30, 60, 90, 100] {
        assert!(seen.contains(&percent), "{percent} in {seen:?}");
    }
    let podcast = world.get(&format!("/api/v1/podcasts/{id}")).json();
    let audio = world
        .ask("GET", podcast["audio_url"].as_str().unwrap(), &[], None)
        .body;
    let seconds = podcast["duration_seconds"].as_f64().unwrap();
    let (loudness_lufs, true_peak_dbtp, decoded_s) = measure(&audio);
    let tag = id3::Tag::read_from2(Cursor::new(&audio)).unwrap();
    assert!(
        (decoded_s - seconds).abs() < 1.5,
        "{decoded_s} s of {seconds}"
    );
    assert!((loudness_lufs + 19.0).abs() < 1.0, "{loudness_lufs} LUFS");
    assert!(true_peak_dbtp <= -1.0, "{true_peak_dbtp} dBTP");
    assert_eq!(tag.title(), podcast["title"].as_str());
    assert!(tag.chapters().count() >= 3);
    assert!(tag.pictures().next().is_some());
    if let Some(folder) = std::env::var_os("WHERECAST_KEEP_EPISODE") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::write(folder.join("episode.mp3"), audio).unwrap();
        std::fs::write(
            folder.join("episode.txt"),
            podcast["script_content"].as_str().unwrap(),
        )
        .unwrap();
    }
}

fn measure(mp3: &[u8]) -> (f64, f64, f64) {
    let source = MediaSourceStream::new(Box::new(Cursor::new(mp3.to_vec())), Default::default());
    let probed = symphonia::default::get_probe()
        .format(
            &Default::default(),
            source,
            &Default::default(),
            &Default::default(),
        )
        .unwrap();
    let mut reader: Box<dyn FormatReader> = probed.format;
    let parameters = reader.default_track().unwrap().codec_params.clone();
    let rate_hz = parameters.sample_rate.unwrap();
    let mut decoder = symphonia::default::get_codecs()
        .make(&parameters, &Default::default())
        .unwrap();
    let mut meter = EbuR128::new(1, rate_hz, Mode::I | Mode::TRUE_PEAK).unwrap();
    let mut frames = 0;
    while let Ok(packet) = reader.next_packet() {
        let decoded = decoder.decode(&packet).unwrap();
        let mut samples = SampleBuffer::<f32>::new(decoded.capacity() as u64, *decoded.spec());
        samples.copy_interleaved_ref(decoded);
        meter.add_frames_f32(samples.samples()).unwrap();
        frames += samples.len();
    }
    let peak_dbtp = 20.0 * meter.true_peak(0).unwrap().log10();
    (
        meter.loudness_global().unwrap(),
        peak_dbtp,
        frames as f64 / f64::from(rate_hz),
    )
}
