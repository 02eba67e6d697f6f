//! One short episode with the real voice, from the place to the decoded MP3.

use std::{io::Cursor, time::Duration};

use ebur128::{EbuR128, Mode};
use id3::TagLike;
use serde_json::json;
use wherecast_tests::{Audio, Start, World};

/// The voice has a low priority, and everything else goes on beside it: it may get next to nothing for long.
const PATIENCE: Duration = Duration::from_secs(1500);

#[test]
fn a_short_episode_is_spoken_levelled_and_chaptered() {
    let world = World::start_as(Start {
        settings: vec![("SPEECH_THREADS", "2")],
        ..Start::default()
    });
    // Few facts stand out there: a minute is heard as well as three, and is spoken sooner.
    let asked = json!({ "location": "Petra, Jordan", "podcast_type": "standout", "preferences": { "preferred_length": "short" } });
    let id = world.accept_as(&asked);

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
    let decoded = Audio::decode(&audio).unwrap();
    let decoded_s = decoded.duration_s();
    let (loudness_lufs, true_peak_dbtp) = measure(&decoded);
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

/// Loudness in LUFS and true peak in dBTP.
fn measure(audio: &Audio) -> (f64, f64) {
    let mut meter = EbuR128::new(1, audio.rate_hz, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_f32(&audio.samples).unwrap();
    let peak_dbtp = 20.0 * meter.true_peak(0).unwrap().log10();
    (meter.loudness_global().unwrap(), peak_dbtp)
}
