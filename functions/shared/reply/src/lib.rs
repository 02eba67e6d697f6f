//! What the HTTP functions share: from a request to who asks for what, from a result to an answer.
//!
//! With the handlers, the only code that names lambda_http. What may be asked and what is answered
//! is each function's own business. Read [`Answer`] and [`Problem`] first: every handler returns one
//! of them, and [`run`] turns it into a response and one log line.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod body;
mod caller;
mod path;
mod problem;
mod serve;
mod setting;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use answer::{Answer, POLL_AFTER_S};
pub use body::{MAX_BODY_BYTES, json_body};
pub use caller::owner;
pub use path::{Path, podcast_id};
pub use problem::{FieldError, Problem};
pub use serve::{StartError, exit_code, respond, run, start_tracing};
pub use setting::{SettingError, setting};
pub use store::Store;
