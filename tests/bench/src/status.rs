//! Polls: the question that this system was built to answer in milliseconds, whatever else goes on.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;
use wherecast_tests::World;

use crate::{
    Dose,
    browsers::{Asked, POLL_EVERY, browse, hammer},
    client::Client,
    episodes::{InTheMaking, status_path},
    latencies::{Latencies, ms, ratio, times},
    old_way::{Journal, OldWay},
    process::cpu_time,
    report::Report,
    seed::fill,
};

/// How many browsers poll at once.
const CROWDS: [usize; 3] = [1, 50, 200];

/// How long each crowd polls.
const LASTING: Duration = Duration::from_secs(20);

/// How long the old system's job holds its lock: longer than anyone there waits for it.
const OLD_EPISODE: Duration = Duration::from_secs(40);

/// Measures polls over HTTP with nothing else going on, with two episodes in the making, and the old way.
///
/// # Errors
/// When the system does not start or an episode cannot be made.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    Ok(vec![over_http(dose).await?, old_way(dose).await?])
}

async fn over_http(dose: Dose) -> Result<Report> {
    eprintln!("status: polls by crowds of {CROWDS:?}, idle and with two episodes in the making");
    let folder = tempfile::tempdir()?;
    let ids = fill(&folder.path().join("wherecast.db"), 1000)
        .await?
        .newest(2);
    let world = dose.start(folder, dose.of("", "tone:200"));
    let lasting = dose.of(LASTING, Duration::from_millis(200));
    warm_up(&world, &ids).await?;

    let idle = polls(&world, &ids, lasting).await;
    let mut making = InTheMaking::start(world.origin(), 2).await?;
    let (cpu, begin) = (cpu_time(&world, "generate"), Instant::now());
    let made = making.ids().to_vec();
    let busy = tokio::select! {
        busy = polls(&world, &made, lasting) => busy,
        error = making.keep_going() => error?,
    };
    let load = times(
        cpu_time(&world, "generate").saturating_sub(cpu),
        begin.elapsed(),
    );
    let full_percent = making.full_percent();
    making.stop().await?;

    let mut report = report(&idle, &busy);
    report.note(format!(
        "both episodes were being made in {full_percent} % of looks, on {load:.2} cores of processor time"
    ));
    judge(&mut report, &idle, &busy, dose);
    Ok(report)
}

/// Opens what a first poll opens: a page has always polled before.
async fn warm_up(world: &World, ids: &[String]) -> Result<()> {
    let asked = hammer(pages(world, ids, 4), Duration::from_millis(300)).await;
    ensure!(asked.errors == 0, "polls fail: {:?}", asked.error);
    Ok(())
}

/// Every crowd, then one client without a pause.
async fn polls(world: &World, ids: &[String], lasting: Duration) -> Vec<(String, Asked)> {
    let mut polls = Vec::new();
    for crowd in CROWDS {
        let asked = browse(pages(world, ids, crowd), POLL_EVERY, lasting).await;
        polls.push((format!("browsers: {crowd}"), asked));
    }
    let asked = hammer(pages(world, ids, 1), lasting / 3).await;
    polls.push(("one client without a pause".to_owned(), asked));
    polls
}

/// Pages that poll, each on a connection of its own.
fn pages(
    world: &World,
    ids: &[String],
    count: usize,
) -> impl Iterator<Item = impl AsyncFnMut() -> Result<()>> {
    ids.iter().cycle().take(count).map(|id| {
        let (mut client, path) = (Client::new(world.origin()), status_path(id));
        async move || client.get(&path).await?.expect(200).map(drop)
    })
}

fn report(idle: &[(String, Asked)], busy: &[(String, Asked)]) -> Report {
    let columns = ["polls over HTTP"]
        .into_iter()
        .chain(Latencies::COLUMNS)
        .chain(["errors", "p99 to idle"]);
    let mut report = Report::new("status", columns);
    for (state, polls) in [("idle", idle), ("two episodes in the making", busy)] {
        for ((case, asked), (_, idle)) in polls.iter().zip(idle) {
            let ratio = ratio(asked.latencies.at(0.99), idle.latencies.at(0.99));
            let case = [format!("{state}, {case}")];
            report.row(case.into_iter().chain(asked.cells()).chain([ratio]));
            if let Some(error) = &asked.error {
                report.note(format!("an error while {state}: {error}"));
            }
        }
    }
    report
}

fn judge(report: &mut Report, idle: &[(String, Asked)], busy: &[(String, Asked)], dose: Dose) {
    let errors: usize = busy.iter().map(|(_, asked)| asked.errors).sum();
    report.aim("no errors while episodes are made", errors == 0);
    if dose.is_quick {
        return;
    }
    let crowd = CROWDS.len() - 1;
    let (idle, busy) = (&idle[crowd].1.latencies, &busy[crowd].1.latencies);
    report.aim(
        "200 browsers, two episodes: p99 below 10 ms",
        busy.at(0.99) < Duration::from_millis(10),
    );
    report.aim(
        "200 browsers, two episodes: max below 100 ms",
        busy.max() < Duration::from_millis(100),
    );
    report.aim(
        "200 browsers: p99 within 3x of idle",
        times(busy.at(0.99), idle.at(0.99)) <= 3.0,
    );
}

async fn old_way(dose: Dose) -> Result<Report> {
    let (browsers, lasting) = dose.of((200, OLD_EPISODE), (20, Duration::from_millis(400)));
    eprintln!("status: the old way, a lock held for {lasting:?} while an episode is made");
    let columns = ["polls of storage alone"]
        .into_iter()
        .chain(Latencies::COLUMNS)
        .chain(["errors", "p99 to WAL"]);
    let mut report = Report::new(&format!("status the old way, {browsers} browsers"), columns);
    let write_ahead = Held::measure(Journal::WriteAhead, browsers, lasting).await?;
    let rollback = Held::measure(Journal::Rollback, browsers, lasting).await?;
    for (case, held) in [
        ("write-ahead log, the write lock held", &write_ahead),
        ("rollback journal, the write lock held", &rollback),
    ] {
        let ratio = ratio(
            held.polls.latencies.at(0.99),
            write_ahead.polls.latencies.at(0.99),
        );
        report.row(
            [case.to_owned()]
                .into_iter()
                .chain(held.polls.cells())
                .chain([ratio]),
        );
    }
    if !dose.is_quick {
        report.aim(
            "with a write-ahead log no poll waits for a writer",
            write_ahead.polls.latencies.max() < lasting / 4,
        );
        report.aim(
            "the old way shows the stall",
            rollback.polls.latencies.max() >= lasting.min(OLD_STALL),
        );
    }
    if let Some(error) = &rollback.polls.error {
        report.note(format!("what a poll ended with: {error}"));
    }
    report.note(format!(
        "what a write-ahead log does not cure: another job's write beside that lock took {} ms and {}",
        ms(write_ahead.other_job),
        if write_ahead.other_job_failed { "failed" } else { "succeeded" },
    ));
    Ok(report)
}

/// How long a poll must take the old way for the stand-in to be one.
const OLD_STALL: Duration = Duration::from_secs(29);

/// What happened while a job held the write lock.
struct Held {
    polls: Asked,
    /// How long the write of another job took.
    other_job: Duration,
    other_job_failed: bool,
}

impl Held {
    async fn measure(journal: Journal, browsers: u32, lasting: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let filled = fill(&folder.path().join("source.db"), 1000).await?;
        let ids = filled.newest(browsers);
        let old = OldWay::copy(
            &folder.path().join("source.db"),
            &folder.path().join("old.db"),
            journal,
        )
        .await?;
        let mut pages = Vec::new();
        for id in &ids {
            pages.push(old.browser(id.clone()).await?);
        }
        let other_job = async {
            // The first job has its lock by then.
            tokio::time::sleep(lasting / 20).await;
            let begin = Instant::now();
            let failed = old.other_job_writes(ids[1].clone()).await.is_err();
            (begin.elapsed(), failed)
        };
        let episode = old.make_episode(ids[0].clone(), async move {
            tokio::time::sleep(lasting).await;
        });
        // A page does not know when the last episode began: its first poll comes a little after.
        let polls = async {
            tokio::time::sleep(lasting / 20).await;
            browse(pages, POLL_EVERY, lasting * 9 / 10).await
        };
        let (made, (other_job, other_job_failed), polls) = tokio::join!(episode, other_job, polls);
        made?;
        Ok(Self {
            polls,
            other_job,
            other_job_failed,
        })
    }
}
