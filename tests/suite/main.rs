//! Every suite that starts the whole system: over HTTP, in a browser, and under fire.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod api;
mod chaos;
mod doubt;
mod episode;
mod faults;
mod hostile;
mod isolation;
mod keys;
mod locks;
mod memory;
mod owners;
mod page;
mod recovery;
mod secrets;
mod serve;
mod start;
mod terminal;

// The emulator's tests sign tokens as well.
#[path = "../../local/emulator/tests/emulator/tokens.rs"]
mod tokens;
