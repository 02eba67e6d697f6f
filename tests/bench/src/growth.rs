//! A queue that grows: nothing else may.

use std::{fs, path::Path, time::Duration};

use anyhow::{Result, ensure};
use tokio::time::sleep;

use crate::{
    Dose,
    browsers::hammer,
    client::Client,
    create::SILENT,
    episodes::{ask_for, place, status_path},
    latencies::{Latencies, ms, ratio, times},
    process::Usage,
    report::Report,
};

/// What may come with the time rather than with the queue: a second process of a function, a warm cache.
const SLACK_PERCENT: u64 = 30;

/// How many times longer a poll may take than with the shortest queue: a scan of the jobs would take a hundred.
const SLACK_TIMES: f64 = 2.0;

/// Measures what the system takes, and what a poll takes, with more and more jobs waiting.
///
/// # Errors
/// When the system does not start or accepts nothing.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    let queues = dose.of([10, 100, 1000], [3, 6, 12]);
    let columns = [
        "jobs accepted",
        "processes",
        "memory MiB",
        "open files",
        "queue KiB",
        "database KiB",
        "poll p50 ms",
        "poll p99 ms",
        "p50 to the first",
    ];
    let mut report = Report::new("growth", columns);
    let world = dose.start_anew(SILENT)?;
    let mut client = Client::new(world.origin());
    let (mut accepted, mut base) = (0, None);
    for jobs in queues {
        eprintln!("growth: {jobs} jobs");
        let mut id = String::new();
        while accepted < jobs {
            id = ask_for(&mut client, place(accepted)).await?;
            accepted += 1;
        }
        // Workers take what they can, and the processes that accepted it come to rest.
        sleep(dose.of(Duration::from_secs(5), Duration::from_millis(200))).await;
        let path = status_path(&id);
        let page = async || client.get(&path).await?.expect(200).map(drop);
        let polls = hammer(
            [page],
            dose.of(Duration::from_secs(5), Duration::from_millis(100)),
        )
        .await;
        ensure!(polls.errors == 0, "polls fail: {:?}", polls.error);
        let usage = Usage::of(&world);
        let latencies = polls.latencies;
        let (first, first_latencies) = base.get_or_insert_with(|| (usage, latencies.clone()));
        report.row([
            jobs.to_string(),
            usage.processes.to_string(),
            format!("{:.1}", usage.memory_kib as f64 / 1024.0),
            usage.open_files.to_string(),
            kib(&world.data().join("queue")).to_string(),
            kib_of_database(world.data()).to_string(),
            ms(latencies.at(0.5)),
            ms(latencies.at(0.99)),
            ratio(latencies.at(0.5), first_latencies.at(0.5)),
        ]);
        if !dose.is_quick {
            judge(&mut report, jobs, usage, *first);
            judge_polls(&mut report, jobs, &latencies, first_latencies);
        }
    }
    Ok(vec![report])
}

fn judge(report: &mut Report, jobs: usize, now: Usage, first: Usage) {
    let is_flat = |now: u64, first: u64| now * 100 <= first * (100 + SLACK_PERCENT);
    let aims = [
        ("processes", now.processes as u64, first.processes as u64),
        ("memory", now.memory_kib, first.memory_kib),
        ("open files", now.open_files as u64, first.open_files as u64),
    ];
    for (what, now, first) in aims {
        let text = format!("{jobs} jobs: {what} within {SLACK_PERCENT} % of the first row's");
        report.aim(text, is_flat(now, first));
    }
}

fn judge_polls(report: &mut Report, jobs: usize, now: &Latencies, first: &Latencies) {
    report.aim(
        format!("{jobs} jobs: a poll's p50 within {SLACK_TIMES}x of the first row's"),
        times(now.at(0.5), first.at(0.5)) <= SLACK_TIMES,
    );
}

/// The database with its log.
fn kib_of_database(data: &Path) -> u64 {
    ["wherecast.db", "wherecast.db-wal"]
        .iter()
        .map(|name| kib(&data.join(name)))
        .sum()
}

/// A file, or all below a folder.
fn kib(path: &Path) -> u64 {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| kib(&entry.path())).sum(),
        Err(_) => fs::metadata(path).map_or(0, |file| file.len().div_ceil(1024)),
    }
}
