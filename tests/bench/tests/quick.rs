//! Keeps the benchmarks running: the smallest dose of each, whatever the figures.

use std::process::Command;

#[test]
fn every_benchmark_runs_and_fills_its_table() {
    let run = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["all", "--quick"])
        .output()
        .expect("it runs");

    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{shown}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let rows = [
        "idle, browsers: 200",
        "two episodes in the making, one client without a pause",
        "rollback journal, the write lock held",
        "5000 podcasts, first, over HTTP",
        "over HTTP, clients: 16",
        "one of two at once",
        "sweep, warm",
        "poll p99 ms",
        "64, this emulator",
        "500 at once: lost",
    ];
    for row in rows {
        assert!(shown.contains(row), "no {row:?} in:\n{shown}");
    }
}
