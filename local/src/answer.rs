use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

use anyhow::{Context, Result};

/// Prints a line of what a command was asked for; a reader who has read enough may be gone.
///
/// # Errors
/// When standard output cannot be written, such as a file on a full disk.
pub(crate) fn print(line: impl Display) -> Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("cannot write to standard output"),
    }
}
