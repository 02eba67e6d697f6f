//! Saved events: JSON files in one folder, which people keep with their code.
use std::path::PathBuf;

use axum::{
    Json,
    extract::{Path, State},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Refusal, Shared, World};

/// A file that is larger is no event.
const MOST_BYTES: u64 = 6 << 20;

/// Returns every sample with its event's text, by name.
pub(super) async fn list(State(world): Shared) -> Result<Json<Value>, Refusal> {
    let Some(folder) = world.samples.clone() else {
        return Ok(Json(json!({ "samples": [], "can_save": false })));
    };
    let samples = tokio::task::spawn_blocking(move || read(&folder)).await;
    let samples = samples.map_err(|error| Refusal::bad(error.to_string()))?;
    Ok(Json(json!({ "samples": samples, "can_save": true })))
}

fn read(folder: &std::path::Path) -> Vec<Value> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| {
        let is_small = path
            .metadata()
            .is_ok_and(|file| file.is_file() && file.len() <= MOST_BYTES);
        is_small
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
    });
    paths.sort();
    let samples = paths.iter().filter_map(|path| {
        let name = path.file_stem()?.to_str()?;
        let event = std::fs::read_to_string(path).ok()?;
        Some(json!({ "name": name, "event": event }))
    });
    samples.collect()
}

/// Saves an event under a name, in place of the one that was there.
pub(super) async fn save(
    State(world): Shared,
    Path(name): Path<String>,
    event: Bytes,
) -> Result<Json<Value>, Refusal> {
    let path = path(&world, &name)?;
    super::act::check_event(&event)?;
    // As it came: the order of fields is for people.
    let folder = path.parent().unwrap_or(&path).to_owned();
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::write(&path, event).await
    };
    written
        .await
        .map_err(|error| Refusal::bad(format!("cannot write {}: {error}", path.display())))?;
    Ok(Json(json!({ "name": name })))
}

/// Returns the file of a sample. Its name is no way out of the folder.
fn path(world: &World, name: &str) -> Result<PathBuf, Refusal> {
    let Some(folder) = &world.samples else {
        return Err(Refusal::not_found(
            "the emulator was started without a folder of samples",
        ));
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.is_empty() || name.len() > 60 || !name.bytes().all(is_plain) {
        return Err(Refusal::bad(format!(
            "{name:?} is no name for a sample: use up to 60 letters, digits, - and _"
        )));
    }
    Ok(folder.join(format!("{name}.json")))
}
