//! How big what is deployed is.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::{Compression, write::DeflateEncoder};

/// What a zip file says about a file beside its bytes: a local and a central header of 30 and 46 bytes, each
/// with the name.
const HEADERS_BYTES: u64 = 30 + 46;
/// What ends a zip file.
const END_BYTES: u64 = 22;

/// A size in bytes, as it lies there and as it is uploaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) unpacked: u64,
    pub(crate) zipped: u64,
}

/// A function's package: its binary, named `bootstrap`. Data that it needs is inside the binary.
pub(crate) fn function(binary: &Path) -> Result<Size> {
    sum([(binary.to_owned(), "bootstrap".to_owned())])
}

/// The layer with the voices: every file of the folder.
pub(crate) fn layer(folder: &Path) -> Result<Size> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    sum(files.map(|file| (file.path(), file.file_name().to_string_lossy().into_owned())))
}

fn sum(files: impl IntoIterator<Item = (PathBuf, String)>) -> Result<Size> {
    let mut size = Size {
        unpacked: 0,
        zipped: END_BYTES,
    };
    for (path, name) in files {
        let (unpacked, deflated) =
            deflate(&path).with_context(|| format!("cannot pack {}", path.display()))?;
        size.unpacked += unpacked;
        size.zipped += deflated + HEADERS_BYTES + 2 * name.len() as u64;
    }
    Ok(size)
}

/// A file's bytes, and how many are left of them.
fn deflate(path: &Path) -> io::Result<(u64, u64)> {
    let mut packer = DeflateEncoder::new(Count(0), Compression::default());
    let unpacked = io::copy(&mut File::open(path)?, &mut packer)?;
    Ok((unpacked, packer.finish()?.0))
}

/// Counts what is written.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_as_big_as_its_files_and_smaller_zipped() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), vec![7; 100_000]).unwrap();
        fs::write(folder.path().join("b"), vec![7; 100_000]).unwrap();

        let (one, both) = (
            function(&folder.path().join("a")).unwrap(),
            layer(folder.path()).unwrap(),
        );

        assert_eq!((one.unpacked, both.unpacked), (100_000, 200_000));
        assert!((100..2000).contains(&one.zipped), "{one:?}");
        assert!(both.zipped > one.zipped);
    }
}
