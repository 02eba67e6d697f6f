use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

/// Name and SHA-256 of every voice file, as committed beside them.
const SUMS: &str = include_str!("../voices/SHA256SUMS");
const MODEL_PARTS: [&str; 4] = [
    "kokoro.onnx.1",
    "kokoro.onnx.2",
    "kokoro.onnx.3",
    "kokoro.onnx.4",
];

/// Why a voice file cannot be used, and what to do about it.
#[derive(Debug, Error)]
pub enum FileError {
    /// It is not there, or not readable.
    #[error(
        "voice file {path} cannot be read ({cause}): set VOICE_DIR to the folder that holds the voice files"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is another file than the one this program was built for.
    #[error(
        "voice file {path} is damaged or of another version ({size_bytes} bytes): copy it again from the release"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its size as found.
        size_bytes: usize,
    },
}

/// The contents of a voice folder, each file checked.
///
/// Checking the hash of all 97 MB takes about a tenth of a second, once a process; a damaged weight would be heard in
/// every episode and noticed by nobody else.
pub(crate) struct Files<'a> {
    dir: &'a Path,
}

impl<'a> Files<'a> {
    pub(crate) fn new(dir: &'a Path) -> Files<'a> {
        Files { dir }
    }

    /// Returns the speech model, joined from its parts.
    pub(crate) fn model(&self) -> Result<Vec<u8>, FileError> {
        let mut model = Vec::new();
        for part in MODEL_PARTS {
            model.append(&mut self.read(part)?);
        }
        Ok(model)
    }

    /// Returns one file's bytes.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, FileError> {
        let path = self.dir.join(name);
        let data = match fs::read(&path) {
            Ok(data) => data,
            Err(cause) => return Err(FileError::Unreadable { path, cause }),
        };
        if expected_sum(name) != Some(sum(&data).as_str()) {
            return Err(FileError::Damaged {
                path,
                size_bytes: data.len(),
            });
        }
        Ok(data)
    }
}

/// Returns a hash over all voice files.
pub(crate) fn fingerprint() -> String {
    sum(SUMS.as_bytes())
}

/// Returns the SHA-256 of some bytes in hexadecimal.
pub(crate) fn sum(data: &[u8]) -> String {
    Sha256::digest(data)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn expected_sum(name: &str) -> Option<&'static str> {
    SUMS.lines()
        .filter_map(|line| line.split_once("  "))
        .find(|(_, file)| *file == name)
        .map(|(sum, _)| sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();

        let message = Files::new(dir.path()).model().unwrap_err().to_string();

        assert!(
            message.contains("kokoro.onnx.1") && message.contains("VOICE_DIR"),
            "{message}"
        );
    }

    #[test]
    fn a_cut_file_is_named_as_damaged() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("af_heart.bin"), [0; 100]).unwrap();

        let message = Files::new(dir.path())
            .read("af_heart.bin")
            .unwrap_err()
            .to_string();

        assert!(
            message.contains("af_heart.bin") && message.contains("100 bytes"),
            "{message}"
        );
    }
}
