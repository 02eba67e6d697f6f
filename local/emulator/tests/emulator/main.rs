//! The emulator over HTTP, with a real process as its functions. `world` starts one.
#![allow(clippy::unwrap_used)]

mod asynchronous;
mod attached;
mod authorizer;
mod client_context;
mod console;
mod full_disk;
mod functions;
mod http_api;
mod issuer;
mod kills;
mod life;
mod payload;
mod queues;
mod rebuild;
mod reload;
mod runtime;
mod sdk;
mod storm;
mod streaming;
mod tokens;
mod trace;
mod world;
