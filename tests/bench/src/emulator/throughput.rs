//! A function that greets, asked as fast as it answers.

use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, timeout};

use super::{
    LOST_AFTER,
    caller::Caller,
    contender::{Contender, path},
};
use crate::{
    Dose,
    browsers::{Asked, hammer},
    latencies::Latencies,
    process::{cpu_time_of, proportional_kib},
    report::Report,
};

/// How many connections ask at once.
const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// What a contender did at one number of connections, all turns together.
#[derive(Default)]
struct Load {
    asked: Asked,
    took: Duration,
    /// Processor time of the emulator and its functions.
    worked: Duration,
    /// Processor time of the emulator alone.
    emulated: Duration,
    memory_kib: u64,
    /// What of it is the emulator's own.
    emulator_kib: u64,
    processes: usize,
}

pub(super) async fn measure(dose: Dose, contenders: &[Contender]) -> Result<Report> {
    let columns = ["connections"]
        .into_iter()
        .chain(Latencies::COLUMNS)
        .chain([
            "errors",
            "requests/s",
            "CPU µs each",
            "of it emulator",
            "memory MiB",
            "emulator's",
            "processes",
        ]);
    let mut report = Report::new("emulator: a function that greets", columns);
    for connections in CONNECTIONS {
        let mut loads: Vec<Load> = contenders.iter().map(|_| Load::default()).collect();
        for turn in 0..dose.of(5, 1) {
            eprintln!("emulator: {connections} connections, turn {turn}");
            for (contender, load) in contenders.iter().zip(&mut loads) {
                // Processes start, buffers fill: not in the figures.
                let warm_up = dose.of(Duration::from_millis(500), Duration::ZERO);
                load_for(contender, connections, warm_up).await?;
                let lasting = dose.of(Duration::from_secs(3), Duration::from_millis(100));
                load.add(contender, connections, lasting).await?;
            }
        }
        for (contender, load) in contenders.iter().zip(&loads) {
            report.row(load.cells(connections, contender.name));
        }
        judge(&mut report, connections, &loads, dose);
    }
    report.note("memory is the proportional set size: what processes share counts once");
    report.note(
        "a run with a trace of its own, as on Lambda, costs its process some 125 bytes for good: \
        the Rust runtime puts it into the environment, and glibc keeps what was there before",
    );
    Ok(report)
}

async fn load_for(contender: &Contender, connections: usize, lasting: Duration) -> Result<Asked> {
    let mut callers = Vec::new();
    for _ in 0..connections {
        callers.push(Caller::connect(contender.origin(), &path("greeter-hello")).await?);
    }
    let clients = callers
        .into_iter()
        .map(|mut caller| async move || timeout(LOST_AFTER, caller.ask()).await?);
    Ok(hammer(clients, lasting).await)
}

impl Load {
    async fn add(
        &mut self,
        contender: &Contender,
        connections: usize,
        lasting: Duration,
    ) -> Result<()> {
        let (begin, [worked, emulated]) = (Instant::now(), cpu_times(contender));
        let asked = load_for(contender, connections, lasting).await?;
        self.took += begin.elapsed();
        let [worked_since, emulated_since] = cpu_times(contender);
        self.worked += worked_since.saturating_sub(worked);
        self.emulated += emulated_since.saturating_sub(emulated);
        self.asked = [std::mem::take(&mut self.asked), asked]
            .into_iter()
            .collect();
        let processes = contender.processes();
        self.processes = processes.len();
        // The emulator comes first, being the root of its family.
        let memory_kib: Vec<u64> = processes.into_iter().map(proportional_kib).collect();
        (self.memory_kib, self.emulator_kib) = (memory_kib.iter().sum(), memory_kib[0]);
        Ok(())
    }

    fn per_second(&self) -> f64 {
        self.asked.latencies.count() as f64 / self.took.as_secs_f64()
    }

    fn cells(&self, connections: usize, name: &str) -> impl Iterator<Item = String> {
        let count = self.asked.latencies.count().max(1) as f64;
        [format!("{connections}, {name}")]
            .into_iter()
            .chain(self.asked.cells())
            .chain([
                format!("{:.0}", self.per_second()),
                format!("{:.0}", self.worked.as_secs_f64() * 1e6 / count),
                format!("{:.0}", self.emulated.as_secs_f64() * 1e6 / count),
                format!("{:.1}", self.memory_kib as f64 / 1024.0),
                format!("{:.1}", self.emulator_kib as f64 / 1024.0),
                self.processes.to_string(),
            ])
    }
}

fn judge(report: &mut Report, connections: usize, loads: &[Load], dose: Dose) {
    let Some((ours, peers)) = loads.split_first() else {
        return;
    };
    report.aim(
        format!("{connections} connections: no errors"),
        ours.asked.errors == 0,
    );
    // In the first hundred milliseconds a process may well be late, and another take its place.
    if connections == 1 && !dose.is_quick {
        report.aim(
            "1 connection: one process of the function",
            ours.processes == 2,
        );
    }
    if !dose.is_quick && !peers.is_empty() {
        compare(report, connections, ours, peers);
    }
}

fn compare(report: &mut Report, connections: usize, ours: &Load, peers: &[Load]) {
    let mut aim = |text: String, is_met: &dyn Fn(&Load) -> bool| {
        report.aim(
            format!("{connections} connections: {text}"),
            peers.iter().all(is_met),
        );
    };
    let at = |load: &Load, share| load.asked.latencies.at(share);
    if connections == 1 {
        aim("p50 not above theirs".to_owned(), &|peer| {
            at(ours, 0.5) <= at(peer, 0.5)
        });
    } else {
        let times = |peer: &Load| ours.per_second() / peer.per_second();
        let least = peers.iter().map(times).fold(f64::INFINITY, f64::min);
        aim(
            format!("twice their requests per second, here {least:.2} times"),
            &|peer| times(peer) >= 2.0,
        );
        aim("p99 below theirs".to_owned(), &|peer| {
            at(ours, 0.99) < at(peer, 0.99)
        });
    }
    aim("no more memory than theirs".to_owned(), &|peer| {
        ours.memory_kib <= peer.memory_kib
    });
    aim(
        "the emulator: no more memory than theirs".to_owned(),
        &|peer| ours.emulator_kib <= peer.emulator_kib,
    );
}

/// Processor time so far: of the emulator with its functions, and of it alone.
fn cpu_times(contender: &Contender) -> [Duration; 2] {
    // The emulator comes first, being the root of its family.
    let times: Vec<Duration> = contender.processes().into_iter().map(cpu_time_of).collect();
    [times.iter().sum(), times[0]]
}
