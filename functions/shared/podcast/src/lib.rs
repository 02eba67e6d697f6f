//! The domain: what a podcast is, which moves its status may make, what a listener may ask for.
//!
//! Pure: no input or output, no SQL, no HTTP. Start with [`Status`], then [`Preferences`].

mod id;
mod request;
mod stage;
mod status;

pub use id::{Owner, PodcastId};
pub use request::{Length, Location, LocationError, PodcastType, Preferences, is_hidden};
pub use stage::Stage;
pub use status::Status;
