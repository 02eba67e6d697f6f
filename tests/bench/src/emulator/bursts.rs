//! Many calls at once, and the first one after a while.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures::future::join_all;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{
    LOST_AFTER,
    contender::{Contender, path},
};
use crate::{
    Dose,
    latencies::{Latencies, ms},
    report::Report,
};

/// How many callers come at once in the burst that none may be lost in.
const BURST: usize = 500;

pub(super) async fn measure(dose: Dose, contenders: &[Contender]) -> Result<Report> {
    let columns = [
        "burst",
        "8 calls of 300 ms",
        "500 at once: lost",
        "last answer ms",
        "first answer ms, cold",
    ];
    let mut report = Report::new("emulator: bursts", columns);
    for (at, contender) in contenders.iter().enumerate() {
        eprintln!("emulator: bursts, {}", contender.name);
        let cold = first_answer(contender, dose.of(20, 1)).await?;
        parallel(contender).await;
        let parallel = parallel(contender).await;
        let (lost, last) = at_once(contender, dose.of(BURST, 50)).await;
        let cells = [
            parallel.map_or("-".to_owned(), ms),
            lost.to_string(),
            ms(last),
            cold.map_or("-".to_owned(), ms),
        ];
        report.row([contender.name.to_owned()].into_iter().chain(cells));
        if at > 0 {
            continue;
        }
        report.aim("none of those at once is lost", lost == 0);
        if !dose.is_quick {
            let is_parallel = parallel.is_some_and(|took| took < Duration::from_millis(400));
            report.aim("8 calls of 300 ms in under 400 ms", is_parallel);
            let is_quick = cold.is_some_and(|cold| cold < Duration::from_millis(20));
            report.aim(
                "the first answer of a cold function in under 20 ms",
                is_quick,
            );
        }
    }
    Ok(report)
}

/// The median first answer after the function's processes were killed; `None` for a peer, whose callers would
/// then wait for ever.
async fn first_answer(contender: &Contender, count: usize) -> Result<Option<Duration>> {
    let Some(world) = contender.ours() else {
        return Ok(None);
    };
    let mut cold = Latencies::default();
    let mut client = contender.client();
    for _ in 0..count {
        while world.kill_function("greeter-hello") > 0 {
            sleep(Duration::from_millis(20)).await;
        }
        sleep(Duration::from_millis(100)).await;
        let begin = Instant::now();
        let answer = client.get(&path("greeter-hello")).await?;
        ensure!(
            answer.status == 200,
            "a cold function answers {}",
            answer.status
        );
        cold.add(begin.elapsed());
    }
    Ok(Some(cold.at(0.5)))
}

/// How long eight calls that take 300 ms each take side by side; `None` unless all succeed.
async fn parallel(contender: &Contender) -> Option<Duration> {
    let begin = Instant::now();
    let calls = (0..8).map(|_| async {
        let mut client = contender.client();
        let (path, event) = (path("greeter-obey"), json!({ "sleep_ms": 300 }));
        let call = client.post(&path, &event);
        matches!(timeout(LOST_AFTER, call).await, Ok(Ok(answer)) if answer.status == 200)
    });
    let all_succeed = join_all(calls).await.into_iter().all(|succeeds| succeeds);
    all_succeed.then(|| begin.elapsed())
}

/// How many of those who ask at once get no answer, and when the last answer comes.
async fn at_once(contender: &Contender, count: usize) -> (usize, Duration) {
    let begin = Instant::now();
    let calls = (0..count).map(|_| async {
        let answer = timeout(LOST_AFTER, contender.client().get(&path("greeter-hello"))).await;
        matches!(answer, Ok(Ok(answer)) if answer.status == 200)
    });
    let lost = join_all(calls)
        .await
        .into_iter()
        .filter(|is_answered| !is_answered)
        .count();
    (lost, begin.elapsed())
}
