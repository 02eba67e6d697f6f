//! What is written beside an episode: its text, its metadata, its credits.

use places::{Attribution, Fact};
use script::{Host, Script, Turn};
use serde_json::{Value as Json, json};

use crate::{
    attempt::Attempt,
    config::VoiceSource,
    stages::{Draft, Episode, Research, spoken},
};

/// The name of the show.
pub(crate) const SHOW: &str = "Wherecast";

/// Said wherever an episode is described, as it is said in each.
pub(crate) const DISCLOSURE: &str =
    "Written by software from open data and read by artificial voices.";

/// The makers of the neural voices; licence read on their model card.
const VOICES: Attribution = Attribution {
    name: "Kokoro-82M voices, hexgrad",
    licence: "Apache-2.0",
    link: "https://huggingface.co/hexgrad/Kokoro-82M",
};

/// Returns the dialogue as plain text: chapter headings, and `A: …` and `B: …` in turn.
pub(crate) fn dialogue(script: &Script) -> String {
    let chapters = script.chapters.iter().map(|chapter| {
        let turns = chapter
            .turns
            .iter()
            .map(|turn| format!("{}: {}", name(turn.host), spoken(turn)));
        format!(
            "{}\n\n{}",
            chapter.title,
            turns.collect::<Vec<_>>().join("\n")
        )
    });
    chapters.collect::<Vec<_>>().join("\n\n")
}

/// Returns the sources to be named, in a line.
pub(crate) fn credits(voice: &VoiceSource) -> String {
    let named = sources(voice)
        .map(|source| format!("{} ({}), {}", source.name, source.licence, source.link));
    format!("Sources: {}.", named.collect::<Vec<_>>().join("; "))
}

/// Returns what a player or a careful listener may want to know, as a JSON object.
pub(crate) fn metadata(
    attempt: &Attempt,
    research: &Research,
    draft: &Draft,
    episode: &Episode,
) -> Json {
    let place = &research.place;
    json!({
        "place": {
            "label": place.label(),
            "geoname_id": place.geoname_id,
            "latitude_deg": place.lat_deg,
            "longitude_deg": place.lon_deg,
            "country_code": place.country_code,
        },
        "chapters": chapters(&draft.script, episode),
        "transcript": transcript(draft, episode),
        "facts": draft.script.facts.iter().map(fact).collect::<Vec<_>>(),
        "attributions": sources(attempt.worker.studio.source()).map(|source| json!({
            "name": source.name,
            "licence": source.licence,
            "link": source.link,
        })).collect::<Vec<_>>(),
        "ai_disclosure": DISCLOSURE,
        "note": draft.script.note,
        "moves": draft.script.moves,
        "audio": {
            "duration_ms": episode.duration_ms,
            "loudness_lufs": episode.loudness_lufs,
            "true_peak_dbtp": episode.true_peak_dbtp,
            "sha256": episode.sha256,
        },
        "generation": attempt.lease.generation,
        "stage_durations_ms": attempt.stage_durations_ms(),
    })
}

fn chapters(script: &Script, episode: &Episode) -> Vec<Json> {
    let marks = episode.times.marks(&script.chapters).into_iter();
    marks
        .map(
            |mark| json!({ "title": mark.title, "start_ms": mark.start_ms, "end_ms": mark.end_ms }),
        )
        .collect()
}

fn transcript(draft: &Draft, episode: &Episode) -> Vec<Json> {
    let turns = draft.script.chapters.iter().enumerate();
    let turns =
        turns.flat_map(|(number, chapter)| chapter.turns.iter().map(move |turn| (number, turn)));
    turns
        .zip(&episode.times.turns)
        .map(|((chapter, turn), span)| {
            json!({
                "chapter": chapter,
                "host": name(turn.host),
                "text": spoken(turn),
                "fact_ids": cited(turn),
                "start_ms": span.start_ms,
                "end_ms": span.end_ms,
            })
        })
        .collect()
}

fn cited(turn: &Turn) -> Vec<&str> {
    let facts = turn
        .sentences
        .iter()
        .filter_map(|sentence| match &sentence.support {
            script::Support::Facts(ids) => Some(ids),
            _ => None,
        });
    facts.flatten().map(String::as_str).collect()
}

fn fact(fact: &Fact) -> Json {
    json!({
        "id": fact.id,
        "claim": fact.claim,
        "source": fact.source,
        "locator": fact.locator,
        "as_of": fact.as_of,
    })
}

fn sources(voice: &VoiceSource) -> impl Iterator<Item = Attribution> {
    let voices = matches!(voice, VoiceSource::Neural(_)).then_some(VOICES);
    places::attribution().iter().copied().chain(voices)
}

fn name(host: Host) -> &'static str {
    match host {
        Host::A => "A",
        Host::B => "B",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::two_chapters;

    #[test]
    fn the_dialogue_reads_as_a_play() {
        assert_eq!(
            dialogue(&two_chapters()),
            "One\n\nA: Where are we?\nB: In Paris.\n\nTwo\n\nA: Since when?\nB: Since always. Almost."
        );
    }
}
