//! Stub.

pub mod runtime;
pub mod template;
