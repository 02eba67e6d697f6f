//! The emulator beside `cargo lambda watch`: a function that greets, asked as fast as it answers, and in bursts.
//!
//! All contenders run the same function, take turns, and are asked at the same path over keep-alive connections.

mod bursts;
mod caller;
mod contender;
mod throughput;

use std::time::Duration;

use anyhow::Result;

use crate::{Dose, report::Report};
use contender::Contender;

/// How long a caller waits before it counts as lost.
const LOST_AFTER: Duration = Duration::from_secs(30);

/// Measures throughput, then bursts and first answers.
///
/// # Errors
/// When a contender does not start.
pub(crate) async fn measure(dose: Dose) -> Result<Vec<Report>> {
    eprintln!("emulator: starting the contenders");
    let mut contenders = vec![Contender::start_ours(dose)?];
    // Cargo lambda builds the functions, and a test has no time for that.
    if !dose.is_quick {
        contenders.extend(Contender::start_peers().await?);
    }
    let mut reports = vec![throughput::measure(dose, &contenders).await?];
    reports.push(bursts::measure(dose, &contenders).await?);
    if contenders.len() == 1 && !dose.is_quick {
        reports[0].note("cargo lambda is not installed, so nothing is compared: `tests/conformance/run --peers` installs it");
    }
    Ok(reports)
}
