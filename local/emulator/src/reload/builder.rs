//! Builds the functions anew when their sources have changed, one build after the other.
use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Instant};

use tokio::sync::{Notify, watch};

use super::{Build, Built};
use crate::build_functions;

/// Builds `names` whenever `changed` is told, and says how it went.
///
/// A change during a build is kept for the next one. The functions answer all the while.
pub(super) async fn run(
    workspace: PathBuf,
    names: BTreeSet<String>,
    changed: Arc<Notify>,
    state: watch::Sender<Build>,
) {
    let names: Vec<String> = names.into_iter().collect();
    loop {
        changed.notified().await;
        state.send_replace(Build::Running);
        let begin = Instant::now();
        let (is_ok, output) = match build_functions::rebuild(&workspace, &names).await {
            Ok(done) => done,
            Err(error) => (false, error.to_string()),
        };
        let built = Built {
            is_ok,
            took: begin.elapsed(),
            output,
        };
        state.send_replace(Build::Done(Arc::new(built)));
    }
}
