//! From the start of a process to its first answer, and how big what is deployed is.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::time::sleep;
use wherecast_tests::{World, generate_body};

use crate::{
    Dose,
    browsers::Asked,
    checkout,
    client::Client,
    create::SILENT,
    episodes::status_path,
    latencies::{Latencies, ratio},
    package::{self, Size},
    process::FUNCTIONS,
    report::Report,
};

/// What Lambda takes at most in one upload, zipped.
const ZIPPED_LIMIT_BYTES: u64 = 50_000_000;
/// What Lambda unpacks at most for one function, its layers included.
const UNPACKED_LIMIT_BYTES: u64 = 250_000_000;

/// `create` comes last: its jobs would keep `generate` busy.
const ORDER: [&str; 5] = ["status", "library", "generate", "sweep", "create"];

/// Measures first answers against later ones, and sizes.
///
/// # Errors
/// When a function does not answer.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    let mut reports = vec![first_answers(dose).await?];
    // Debug information is big, and nobody deploys it.
    if !cfg!(debug_assertions) {
        reports.push(sizes()?);
    }
    Ok(reports)
}

async fn first_answers(dose: Dose) -> Result<Report> {
    let columns = ["answer"]
        .into_iter()
        .chain(Latencies::COLUMNS)
        .chain(["errors", "p50 to warm"]);
    let mut report = Report::new(
        "cold: from the start of the process to its answer, files cached",
        columns,
    );
    let world = dose.start_anew(SILENT)?;
    for function in ORDER {
        eprintln!("cold: {function}");
        let mut client = Client::new(world.origin());
        let (mut cold, mut warm) = (Asked::default(), Asked::default());
        for _ in 0..dose.of(20, 1) {
            end_processes(&world, function).await;
            let mut ask = async || call(&mut client, function).await;
            cold.time(&mut ask).await;
            warm.time(&mut ask).await;
        }
        for (case, asked) in [("cold", &cold), ("warm", &warm)] {
            let ratio = ratio(asked.latencies.at(0.5), warm.latencies.at(0.5));
            let case = [format!("{function}, {case}")];
            report.row(case.into_iter().chain(asked.cells()).chain([ratio]));
        }
        let errors = cold.error.or(warm.error);
        report.aim(
            format!("{function} answers at its first call"),
            errors.is_none(),
        );
        if let Some(error) = errors {
            report.note(format!("{function}: {error}"));
        }
    }
    Ok(report)
}

/// Kills the processes of a function and waits until the emulator knows.
async fn end_processes(world: &World, function: &str) {
    while world.kill_function(function) > 0 {
        sleep(Duration::from_millis(20)).await;
    }
    sleep(Duration::from_millis(100)).await;
}

/// Calls a function as its users do: pages over HTTP, queue and clock by an invocation.
async fn call(client: &mut Client, function: &str) -> Result<()> {
    let list = "/api/v1/podcasts/";
    match function {
        "create" => {
            let body = generate_body("Paris, France", "short");
            client
                .post("/api/v1/podcasts/generate", &body)
                .await?
                .expect(202)?;
        }
        // Nobody's podcast: the question is asked all the same.
        "status" => {
            client
                .get(&status_path("01890a5d-ac96-774b-bcce-b302099a8057"))
                .await?
                .expect(404)?;
        }
        "library" => {
            client.get(list).await?.expect(200)?;
        }
        _ => invoke(client, function).await?,
    }
    Ok(())
}

/// Runs a function with the event that is kept for it beside the suites; `generate` finds nothing to do.
async fn invoke(client: &mut Client, function: &str) -> Result<()> {
    let event = match function {
        "generate" => include_str!("../../events/generate.json"),
        _ => include_str!("../../events/sweep.json"),
    };
    let event: Value = serde_json::from_str(event)?;
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let answer = client.post(&path, &event).await?.expect(200)?;
    ensure!(
        answer["errorType"] == json!(null),
        "{function} fails: {answer}"
    );
    Ok(())
}

fn sizes() -> Result<Report> {
    eprintln!("cold: sizes of packages");
    let columns = ["package", "unpacked MB", "zipped MB"];
    let mut report = Report::new("packages, stripped as built", columns);
    let voices = package::layer(&checkout()?.join("functions/generate/speech/voices"))?;
    for function in FUNCTIONS {
        let size = package::function(&wherecast_tests::binaries().join(function))?;
        report.row(cells(function, size));
        let layer = if function == "generate" {
            voices.unpacked
        } else {
            0
        };
        let fits =
            size.zipped <= ZIPPED_LIMIT_BYTES && size.unpacked + layer <= UNPACKED_LIMIT_BYTES;
        report.aim(
            format!("{function} fits Lambda's 50 MB zipped, 250 MB unpacked with its layer"),
            fits,
        );
    }
    report.row(cells("layer of generate: the voices", voices));
    Ok(report)
}

fn cells(package: &str, size: Size) -> [String; 3] {
    let mb = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
    [package.to_owned(), mb(size.unpacked), mb(size.zipped)]
}
