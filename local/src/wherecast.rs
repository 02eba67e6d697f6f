//! What the emulator, which knows nothing about podcasts, is given to run Wherecast.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf, absolute},
};

use anyhow::{Context, Result, bail};
use emulator::Mount;

/// Where episodes are under the public address.
const MEDIA_PREFIX: &str = "/media";

/// The template's parameters that depend on the machine.
const PARAMETERS: [&str; 4] = ["DatabaseUrl", "MediaStore", "MediaBaseUrl", "VoiceDir"];

/// Where things are on this machine.
pub(crate) struct Place<'a> {
    /// The folder of database, queue, media and logs.
    pub(crate) data: &'a Path,
    /// The checkout with the page and the voices.
    pub(crate) checkout: &'a Path,
    /// The public address as a URL with no slash at its end.
    pub(crate) origin: &'a str,
}

/// Returns whether a template with these parameters is Wherecast's, or a copy of it.
pub(crate) fn is_described_by(parameters: &BTreeSet<String>) -> bool {
    PARAMETERS.iter().all(|name| parameters.contains(*name))
}

/// What `sam deploy --parameter-overrides` would say, for this machine.
///
/// # Errors
/// When a voice file is missing.
pub(crate) fn parameters(
    voice: Option<&str>,
    place: &Place<'_>,
) -> Result<BTreeMap<String, String>> {
    let voice = match voice {
        Some(voice) if is_tone(voice) => voice.to_owned(),
        Some(folder) => voices(Path::new(folder))?,
        None => voices(&place.checkout.join("functions/generate/speech/voices"))?,
    };
    let text = |path: PathBuf| path.display().to_string();
    let values = [
        text(place.data.join("wherecast.db")),
        format!("file://{}", text(place.data.join("media"))),
        format!("{}{MEDIA_PREFIX}", place.origin),
        voice,
    ];
    Ok(PARAMETERS
        .map(str::to_owned)
        .into_iter()
        .zip(values)
        .collect())
}

/// `tone`, `tone:MS` for lines that take a while, or `tone:MS:WORD` for a word that crashes the worker.
fn is_tone(voice: &str) -> bool {
    let mut parts = voice.splitn(3, ':');
    let (kind, ms) = (parts.next(), parts.next());
    kind == Some("tone") && ms.is_none_or(|ms| ms.parse::<u32>().is_ok())
}

/// Makes sure that every voice file is there, before a job finds out that one is not.
fn voices(folder: &Path) -> Result<String> {
    let folder = absolute(folder).context("cannot find the working folder")?;
    let list = folder.join("SHA256SUMS");
    let sums = fs::read_to_string(&list).with_context(|| {
        format!(
            "the voices are missing: cannot read {}; take them from the checkout",
            list.display()
        )
    })?;
    for name in sums
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
    {
        if !folder.join(name).is_file() {
            bail!(
                "the voice file {} is missing; take it from the checkout",
                folder.join(name).display()
            );
        }
    }
    Ok(folder.display().to_string())
}

/// Episodes under the public address; the page and the API's description at its root.
pub(crate) fn mounts(place: &Place<'_>) -> Vec<Mount> {
    vec![
        Mount {
            prefix: MEDIA_PREFIX.to_owned(),
            folder: place.data.join("media"),
            cache_control: None,
        },
        Mount {
            prefix: "/".to_owned(),
            folder: place.checkout.join("local/web"),
            cache_control: None,
        },
        Mount {
            prefix: "/".to_owned(),
            folder: place.checkout.join("infra/api"),
            cache_control: None,
        },
    ]
}
