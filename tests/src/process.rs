//! What a process says while it starts.

use std::{
    io::{BufRead, BufReader},
    process::Child,
};

/// Waits until a process prints a line in which `find` finds what is wanted; `None` if it ends before.
///
/// Its output is read no further, and must be piped.
pub fn said<T>(process: &mut Child, find: impl FnMut(String) -> Option<T>) -> Option<T> {
    let output = process.stdout.take().expect("it is piped");
    BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .find_map(find)
}
