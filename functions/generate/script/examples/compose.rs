//! Prints an episode with what each sentence stands on: `compose "Paris, France" base medium [topic]`.

use places::Fact;
use podcast::{Length, PodcastType, Preferences};
use script::{Brief, Host, Script, Support, compose, rubric};
use serde::Deserialize;

/// A brief with what it borrows.
#[derive(Deserialize)]
struct Sample {
    name: String,
    region: Option<String>,
    country: String,
    label: String,
    geoname_id: u32,
    facts: Vec<Fact>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [place, podcast_type, length, rest @ ..] = args.as_slice() else {
        return Err("usage: compose PLACE base|standout|topic|personalized short|medium|long [TOPIC or INTERESTS]".into());
    };
    let podcast_type = PodcastType::parse(podcast_type)
        .ok_or("the type is base, standout, topic or personalized")?;
    let preferred_length = Length::parse(length).ok_or("the length is short, medium or long")?;
    let preferences = Preferences {
        preferred_length,
        topic: rest.first().cloned(),
        interests: rest.to_vec(),
        ..Preferences::default()
    };
    let sample = sample(place)?;
    let brief = Brief {
        name: &sample.name,
        region: sample.region.as_deref(),
        country: &sample.country,
        label: &sample.label,
        geoname_id: sample.geoname_id,
        facts: &sample.facts,
        podcast_type,
        preferences: &preferences,
        generation: 1,
    };
    let script = compose(&brief)?;
    print(&script);
    let report = rubric::check_as(
        &script,
        rubric::Asked {
            podcast_type,
            length: preferred_length,
        },
    );
    for check in &report.checks {
        println!(
            "{} {} = {} (target {})",
            if check.ok { "  ok " } else { " FAIL" },
            check.name,
            check.value,
            check.target
        );
    }
    for one in &report.unsupported {
        println!("unsupported: {} ({})", one.sentence, one.problem);
    }
    Ok(())
}

/// A file of facts, or a place by name.
fn sample(place: &str) -> Result<Sample, Box<dyn std::error::Error>> {
    if place.ends_with(".json") {
        return Ok(serde_json::from_str(&std::fs::read_to_string(place)?)?);
    }
    let found = places::resolve(place);
    let place = found.place.ok_or(found.message)?;
    let facts = places::facts(place.geoname_id).ok_or("the place is not listed")?;
    Ok(Sample {
        label: place.label(),
        name: place.name,
        region: place.region,
        country: place.country,
        geoname_id: place.geoname_id,
        facts,
    })
}

fn print(script: &Script) {
    println!(
        "# {}\n{}\n{}\n",
        script.title,
        script.description,
        script.note.as_deref().unwrap_or("")
    );
    for chapter in &script.chapters {
        println!("## {}\n", chapter.title);
        for turn in &chapter.turns {
            let host = if turn.host == Host::A { "A" } else { "B" };
            let said: Vec<String> = turn
                .sentences
                .iter()
                .map(|s| format!("{} [{}]", s.text, support(&s.support)))
                .collect();
            println!("HOST {host}: {}", said.join(" "));
        }
        println!();
    }
    println!("moves: {}\n", script.moves.join(" "));
}

fn support(support: &Support) -> String {
    match support {
        Support::Facts(ids) => ids.join(", "),
        Support::NoClaim => "-".to_owned(),
        Support::Disclosure => "AI".to_owned(),
        Support::Absence(what) => format!("META {what}"),
    }
}
