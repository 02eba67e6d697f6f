//! Prints what it costs to find the facts about places, and to ask whether they carry a topic: `cost "Paris, France" Pirey`.

use std::time::Instant;

use podcast::{PodcastType, Preferences};
use script::{Brief, check, compose};

const ROUNDS: usize = 15;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("ms, median of {ROUNDS}: resolve, facts, check, compose");
    for query in std::env::args().skip(1) {
        let place = places::resolve(&query).place.ok_or("no such place")?;
        let facts = places::facts(place.geoname_id).ok_or("the place is not listed")?;
        let preferences = Preferences {
            topic: Some("history".to_owned()),
            ..Preferences::default()
        };
        let label = place.label();
        let brief = Brief {
            podcast_type: PodcastType::Topic,
            ..Brief::of(&place, &label, &facts, &preferences)
        };
        let base = Brief::of(&place, &label, &facts, &preferences);
        println!(
            "{query}: {:.1} {:.1} {:.1} {:.1}",
            median_ms(|| drop(places::resolve(&query))),
            median_ms(|| drop(places::facts(place.geoname_id))),
            median_ms(|| drop(check(&brief))),
            median_ms(|| drop(compose(&base))),
        );
    }
    Ok(())
}

fn median_ms(work: impl Fn()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
