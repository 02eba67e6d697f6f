//! Making episodes: how long a minute of audio takes, by stage, and how much memory.

use std::fs;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;
use wherecast_tests::World;

use crate::{
    Dose,
    client::Client,
    episodes::{ask_for, finish, place},
    process::memory_kib,
    report::Report,
};

const STAGES: [&str; 5] = ["research", "script", "voice", "master", "publish"];

/// Measures short episodes: the first of a process, one with the model loaded, and two at once.
///
/// # Errors
/// When an episode cannot be made.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    let columns = ["seconds for a minute of audio"]
        .into_iter()
        .chain(STAGES)
        .chain(["all", "audio s", "to one alone"]);
    let mut report = Report::new("generate", columns);
    let world = dose.start_anew(dose.of("", "tone"))?;
    let mut client = Client::new(world.origin());

    let alone: &[&str] = dose.of(&["one, cold", "one, warm"], &["one, cold"]);
    let mut all = Vec::new();
    for case in alone {
        eprintln!("generate: {case}");
        all.push((*case, Made::one(&mut client).await?));
    }
    eprintln!("generate: two at once");
    let both = Made::two(&mut client, &world).await?;
    all.extend(both.map(|made| ("one of two at once", made)));

    let one = &all[alone.len() - 1].1;
    for (case, made) in &all {
        report.row(made.cells(case, one));
    }
    report.note(together(&all[alone.len()..], one));
    let peaks = world
        .processes("generate")
        .into_iter()
        .map(|process| memory_kib(process, "VmHWM") / 1024);
    let peaks: Vec<String> = peaks.map(|mib| mib.to_string()).collect();
    report.note(format!(
        "peak memory of each process, MiB: {}",
        peaks.join(", ")
    ));
    if !dose.is_quick {
        report.note(format!(
            "loading the model took {} ms",
            model_load_ms(&world)?
        ));
    }
    let are_whole = all.iter().all(|(_, made)| made.is_whole());
    report.aim("each episode took all stages", are_whole);
    Ok(vec![report])
}

/// How much more comes of making several at once than of making them one after the other.
fn together(several: &[(&str, Made)], one: &Made) -> String {
    let audio_s: f64 = several.iter().map(|(_, made)| made.audio_s).sum();
    let wall_s = several
        .iter()
        .map(|(_, made)| made.wall_s)
        .fold(0.0, f64::max);
    let times = (audio_s / wall_s) / (one.audio_s / one.wall_s);
    format!("two at once make {times:.2} times the audio of one alone in the same time")
}

/// One episode that was made.
struct Made {
    stages_s: [f64; 5],
    /// From asking to `completed`.
    wall_s: f64,
    audio_s: f64,
}

impl Made {
    async fn one(client: &mut Client) -> Result<Self> {
        let begin = Instant::now();
        let id = ask_for(client, place(0)).await?;
        let episode = finish(client, &id).await?;
        Self::read(&episode, begin.elapsed().as_secs_f64())
    }

    async fn two(client: &mut Client, world: &World) -> Result<[Self; 2]> {
        let mut other = Client::new(world.origin());
        let (one, two) = tokio::join!(Self::one(client), Self::one(&mut other));
        Ok([one?, two?])
    }

    fn read(episode: &Value, wall_s: f64) -> Result<Self> {
        let metadata = &episode["podcast_metadata"];
        let duration = metadata["audio"]["duration_ms"]
            .as_f64()
            .context("an episode without a duration")?;
        let stage_s = |stage: &str| {
            metadata["stage_durations_ms"][stage]
                .as_f64()
                .unwrap_or(0.0)
                / 1e3
        };
        Ok(Self {
            stages_s: STAGES.map(stage_s),
            wall_s,
            audio_s: duration / 1e3,
        })
    }

    /// Whether the stages that take time have a time.
    fn is_whole(&self) -> bool {
        self.audio_s > 1.0 && self.stages_s[3] > 0.0 && self.wall_s >= self.stages_s.iter().sum()
    }

    fn cells(&self, case: &str, one: &Self) -> Vec<String> {
        let per_minute = |seconds: f64| format!("{:.2}", 60.0 * seconds / self.audio_s);
        let ratio = (self.wall_s / self.audio_s) / (one.wall_s / one.audio_s);
        let mut cells = vec![case.to_owned()];
        cells.extend(self.stages_s.map(per_minute));
        cells.extend([
            per_minute(self.wall_s),
            format!("{:.0}", self.audio_s),
            format!("{ratio:.2}x"),
        ]);
        cells
    }
}

/// How long the first process took from its finished script to its loaded voice.
fn model_load_ms(world: &World) -> Result<i64> {
    let log =
        fs::read_to_string(world.data().join("logs/Generate.log")).context("no log of generate")?;
    let at = |is_it: &dyn Fn(&Value) -> bool| {
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let found = lines.into_iter().find(|line| is_it(line));
        found.and_then(|line| line["timestamp"].as_str()?.parse::<Timestamp>().ok())
    };
    let written = at(&|line| line["message"] == "stage done" && line["stage"] == "script");
    let loaded = at(&|line| line["message"] == "voice loaded");
    let (written, loaded) = written.zip(loaded).context("the log tells of no voice")?;
    Ok(loaded.as_millisecond() - written.as_millisecond())
}
