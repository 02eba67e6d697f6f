use std::{
    fs::{self, OpenOptions},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use emulator::base_url;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::{
    answer,
    arguments::{Wish, WorldArguments},
    client::Client,
    terminal::Screen,
    world,
};

/// How often the progress is read.
const POLL: Duration = Duration::from_millis(500);
/// Failed polls in a row after which the server is taken for gone: longer than one takes to start again.
const PATIENCE: u32 = 30;

/// Makes one episode through the same API as any client, with a progress bar.
///
/// A server that goes away meanwhile, such as the one that another terminal's episode was made with, is replaced.
///
/// # Errors
/// When the file to write cannot be written, the place is unknown (with suggestions), the job fails, no server
/// can be had, or standard output cannot be written.
pub(crate) async fn generate(
    arguments: &WorldArguments,
    wish: Wish,
    screen: &Screen,
) -> Result<()> {
    if let Some(file) = &wish.out {
        check_writable(file)?;
    }
    let mut world = world::reach(arguments, screen).await?;
    let has_file = wish.out.is_some();
    let wish = Arc::new(wish);
    let accepted = {
        let (client, wish) = (Client::new(world.origin()), Arc::clone(&wish));
        blocking(move || accept(&client, &wish)).await
    };
    let id = match accepted {
        Ok(id) => id,
        Err(refusal) => {
            world.leave().await;
            return Err(refusal);
        }
    };
    loop {
        let client = Client::new(world.origin());
        let (wish, podcast_id) = (Arc::clone(&wish), id.clone());
        let stays = world.journal().is_none();
        let seen = blocking(move || see_through(&client, &podcast_id, &wish)).await;
        world.leave().await;
        if let Seen::Made { audio_url } = seen? {
            return match stays {
                true => answer::print(audio_url),
                false if has_file => Ok(()),
                false => answer::print(how_to_hear(arguments, &id)),
            };
        }
        screen.say("the server went away: looking for another");
        world = world::reach(arguments, screen)
            .await
            .with_context(|| format!("podcast {id} is kept and goes on with the next start"))?;
    }
}

/// What became of the episode as far as this server could tell.
enum Seen {
    Made { audio_url: String },
    ServerGone,
}

/// Finds out before minutes of work whether its result can be kept; leaves no file behind that was not there.
fn check_writable(file: &Path) -> Result<()> {
    let is_new = !file.exists();
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    if is_new {
        fs::remove_file(file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(())
}

/// The server that made the episode ends with this command, and so would a link to it.
fn how_to_hear(arguments: &WorldArguments, id: &str) -> String {
    format!(
        "kept in {}: start `local` there and open {}/#/podcast/{id} to hear it, or give --out FILE to have it as a file",
        arguments.data.display(),
        base_url(arguments.listen)
    )
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .context("the client panicked")?
}

/// Waits for the episode, and shows and saves it.
fn see_through(client: &Client, id: &str, wish: &Wish) -> Result<Seen> {
    if !is_made(client, id)? {
        return Ok(Seen::ServerGone);
    }
    let (_, podcast) = client.get(&format!("/api/v1/podcasts/{id}"))?;
    let audio_url = text(&podcast, "audio_url")?.to_owned();
    // First, since it may be all that is wanted: standard output may be full.
    let file = wish.out.as_deref();
    let saved = file
        .map(|file| save(client, &audio_url, file))
        .transpose()?;
    answer::print(text(&podcast, "title")?)?;
    answer::print(text(&podcast, "description")?)?;
    answer::print(format_args!("{} s", podcast["duration_seconds"]))?;
    if let Some(saved) = saved {
        answer::print(saved)?;
    }
    Ok(Seen::Made { audio_url })
}

fn accept(client: &Client, wish: &Wish) -> Result<String> {
    let (status, answer) = client.post("/api/v1/podcasts/generate", &request(wish))?;
    if status != 202 {
        bail!(refusal(&answer));
    }
    Ok(text(&answer, "podcast_id")?.to_owned())
}

fn request(wish: &Wish) -> Value {
    let mut preferences =
        json!({ "preferred_length": name(&wish.length), "interests": wish.interests });
    if let Some(topic) = &wish.topic {
        preferences["topic"] = json!(topic);
    }
    json!({ "location": wish.place, "podcast_type": name(&wish.podcast_type), "preferences": preferences })
}

/// The spelling of an option, which is also the API's.
fn name(option: &impl ValueEnum) -> String {
    option
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// The sentence of a problem, and what would have been understood.
fn refusal(answer: &Value) -> String {
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let errors: Vec<String> = list("errors").iter().map(sentence).collect();
    if !errors.is_empty() {
        return errors.join("; ");
    }
    let detail = answer["detail"]
        .as_str()
        .unwrap_or("the request was refused");
    // The sentence names the likeliest already.
    let suggestions = list("suggestions");
    let untold: Vec<&str> = suggestions
        .iter()
        .filter_map(Value::as_str)
        .filter(|suggestion| !detail.contains(suggestion))
        .collect();
    match untold.is_empty() {
        true => detail.to_owned(),
        false => format!("{detail}\n  also: {}", untold.join(" · ")),
    }
}

/// What does not fit, called as it was typed and not as the API calls it.
fn sentence(error: &Value) -> String {
    let pointer = error["pointer"].as_str().unwrap_or("");
    let name = match pointer.trim_start_matches("/preferences") {
        "/location" => "the place",
        "/topic" => "--topic",
        rest if rest.starts_with("/interests") => "--interests",
        _ => pointer,
    };
    format!(
        "{name} {}",
        error["detail"].as_str().unwrap_or("does not fit")
    )
}

/// Shows the progress until the episode is made, `true`, or the server is gone.
fn is_made(client: &Client, id: &str) -> Result<bool> {
    let bar = ProgressBar::new(100);
    bar.set_style(
        ProgressStyle::with_template("{bar:32} {pos:>3} % {elapsed_precise} {wide_msg}")
            .context("the bar's template is wrong")?,
    );
    let mut missed = 0;
    loop {
        match client.get(&format!("/api/v1/podcasts/status/{id}")) {
            Ok((200, status)) => {
                missed = 0;
                bar.set_position(status["progress"].as_u64().unwrap_or(0));
                bar.set_message(status["message"].as_str().unwrap_or("").to_owned());
                match status["status"].as_str() {
                    Some("completed") => {
                        bar.finish();
                        return Ok(true);
                    }
                    Some("failed") => {
                        bar.abandon();
                        bail!(
                            "{}",
                            status["message"].as_str().unwrap_or("the episode failed")
                        );
                    }
                    _ => {}
                }
            }
            Ok((404, _)) => bail!("podcast {id} was deleted while it was made"),
            Ok(_) | Err(_) => missed += 1,
        }
        if missed > PATIENCE {
            bar.abandon();
            return Ok(false);
        }
        thread::sleep(POLL);
    }
}

/// Writes the episode to a file, and returns what to say of that.
fn save(client: &Client, url: &str, file: &Path) -> Result<String> {
    let bytes = client.download(url)?;
    fs::write(file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(format!("{} bytes in {}", bytes.len(), file.display()))
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key]
        .as_str()
        .ok_or_else(|| anyhow!("the answer has no {key}"))
}
