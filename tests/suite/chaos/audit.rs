//! What must hold: while everything is dead, and once everything is done.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wherecast_tests::{Audio, Database, World};

use super::{Violations, log::Work, witness::Seen};

/// How long the sweep may take to empty what was let go of.
const TIDYING: Duration = Duration::from_secs(60);

/// What a crash must not break: the database, and that what it names is in the media store.
pub(crate) fn at_rest(world: &World, database: &Database, violations: &Violations) {
    check_database(database, violations);
    for row in database.rows("SELECT stage, payload FROM checkpoints ORDER BY podcast_id") {
        let [stage, payload] = row.as_slice() else {
            continue;
        };
        let made = &serde_json::from_str::<Value>(payload).unwrap_or_default()["made"];
        let named: Vec<(&Value, Option<u64>)> = match stage.as_str() {
            "voice" => {
                let clips = made["clips"].as_array().into_iter().flatten();
                clips
                    .map(|clip| (&clip["key"], clip["samples"].as_u64().map(|n| 4 * n)))
                    .collect()
            }
            "master" => vec![(&made["key"], made["size_bytes"].as_u64())],
            _ => Vec::new(),
        };
        for (key, size_bytes) in named {
            let path = world
                .data()
                .join("media")
                .join(key.as_str().unwrap_or_default());
            let found = fs::metadata(path).ok().map(|found| found.len());
            if found != size_bytes {
                violations.add(format!(
                    "a checkpoint of {stage} names {key} of {size_bytes:?} bytes, and there are {found:?}"
                ));
            }
        }
    }
    let incomplete = database.rows(
        "SELECT id, audio_key, size_bytes FROM podcasts WHERE status = 'completed' ORDER BY id",
    );
    for row in incomplete {
        let found = fs::metadata(world.data().join("media").join(&row[1]));
        if found.ok().map(|found| found.len().to_string()).as_ref() != Some(&row[2]) {
            violations.add(format!("{} is completed without its audio", row[0]));
        }
    }
}

/// Everything that must hold in the end; gives what the workers did.
pub(crate) fn everything(world: &World, seen: &Seen, violations: &Violations) -> Work {
    check_library(world, seen, violations);
    check_episodes(world, seen, violations);
    check_media(world, seen, violations);
    let database = Database::open(world.data());
    check_database(&database, violations);
    for (id, generation) in seen.wanted() {
        let made = database.rows(&format!(
            "SELECT generation FROM podcasts WHERE id = '{id}'"
        ));
        if made != [[generation.to_string()]] {
            violations.add(format!(
                "{id} was made {made:?} times, and asked for {generation}"
            ));
        }
    }
    if database.number("SELECT count(*) FROM checkpoints") > 0 {
        violations.add("checkpoints of finished jobs are left");
    }
    let work = Work::read(world);
    for (id, attempts, repeats) in work.repeats() {
        // Whoever makes an episode anew does everything once more.
        let is_first = seen
            .jobs
            .get(id)
            .is_none_or(|sight| sight.generation() != Some(2));
        if is_first && repeats >= attempts {
            violations.add(format!(
                "{id}: {attempts} attempts did {repeats} units of work a second time"
            ));
        }
    }
    work
}

fn check_database(database: &Database, violations: &Violations) {
    let verdict = database.rows("PRAGMA integrity_check");
    if verdict != [["ok"]] {
        violations.add(format!("the database is damaged: {verdict:?}"));
    }
    let dangling = database.rows("PRAGMA foreign_key_check");
    if !dangling.is_empty() {
        violations.add(format!("rows refer to nothing: {dangling:?}"));
    }
    let totals = "SELECT owner, status, count FROM totals WHERE count > 0 ORDER BY 1, 2";
    let counted = "SELECT owner, status, count(*) FROM podcasts GROUP BY 1, 2 ORDER BY 1, 2";
    if database.rows(totals) != database.rows(counted) {
        violations.add("the totals are not the number of podcasts");
    }
}

/// Each accepted job that was not deleted is in the library exactly once, completed, and nothing else is.
fn check_library(world: &World, seen: &Seen, violations: &Violations) {
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = world
            .get(&format!("/api/v1/podcasts/?limit=7{cursor}"))
            .json();
        for podcast in page["podcasts"].as_array().into_iter().flatten() {
            let id = podcast["id"].as_str().unwrap_or_default().to_owned();
            if podcast["status"] != "completed" {
                violations.add(format!("{id} is {} in the library", podcast["status"]));
            }
            *listed.entry(id).or_default() += 1;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    for (id, _) in seen.wanted() {
        match listed.remove(id) {
            Some(1) => {}
            times => violations.add(format!("{id} is in the library {times:?} times")),
        }
    }
    for id in listed.keys() {
        violations.add(format!("{id} is in the library, and nobody wants it"));
    }
}

/// Each episode is what it was when it was completed, and plays.
fn check_episodes(world: &World, seen: &Seen, violations: &Violations) {
    for (id, sight) in &seen.jobs {
        let Some(then) = &sight.episode else {
            continue;
        };
        let now = world.get(&format!("/api/v1/podcasts/{id}")).json();
        if now != *then {
            let changed: Vec<_> = now
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(key, value)| then[key.as_str()] != **value)
                .map(|(key, _)| key)
                .collect();
            violations.add(format!("{id} changed after it was completed: {changed:?}"));
        }
        let url = now["audio_url"].as_str().unwrap_or_default();
        let audio = world.ask("GET", url, &[], None).body;
        if Some(audio.len() as u64) != now["file_size_bytes"].as_u64() {
            violations.add(format!("{id} has {} bytes of audio", audio.len()));
        }
        let real_s = Audio::decode(&audio).map(|audio| audio.duration_s());
        match (real_s, now["duration_seconds"].as_f64()) {
            (Some(real), Some(told)) if (real - told).abs() < 1.5 => {}
            durations => violations.add(format!("{id} lasts {durations:?} seconds")),
        }
    }
}

/// Every file is the audio of an episode, once the sweep has been there.
fn check_media(world: &World, seen: &Seen, violations: &Violations) {
    let wanted: BTreeSet<_> = seen
        .wanted()
        .map(|(id, generation)| {
            world
                .data()
                .join(format!("media/episodes/{id}/{generation}.mp3"))
        })
        .collect();
    let begun = Instant::now();
    loop {
        let found: BTreeSet<_> = world.files("media").into_iter().collect();
        if found == wanted {
            return;
        }
        if begun.elapsed() > TIDYING {
            for path in found.symmetric_difference(&wanted) {
                let is = if wanted.contains(path) {
                    "missing"
                } else {
                    "an orphan"
                };
                violations.add(format!("{} is {is}", path.display()));
            }
            return;
        }
        world.invoke("Sweep", &json!({}));
        thread::sleep(Duration::from_secs(1));
    }
}
