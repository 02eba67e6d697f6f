//! Stub.

pub mod template;
