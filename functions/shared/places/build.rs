//! Unpacks the places pack, so that the library can use it where it lies.

use std::{env, error::Error, fs::File, path::Path};

const PACK: &str = "pack/places.pack.zst";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PACK}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = Path::new(&env::var("OUT_DIR")?).join("places.pack");
    zstd::stream::copy_decode(File::open(PACK)?, File::create(out)?)?;
    Ok(())
}
