//! The emulator over HTTP, with a real process as its functions. `world` starts one.
#![allow(clippy::unwrap_used)]

mod functions;
mod http_api;
mod life;
mod queues;
mod reload;
mod storm;
mod world;
