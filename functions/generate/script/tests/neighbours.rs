//! What a listener who knows the region hears: episodes on the places around one place.
//! `NEIGHBOURS=20` compares as many instead of a few.

use std::collections::HashSet;

use places::{Datum, Fact};
use podcast::{Length, PodcastType, Preferences};
use script::{Brief, Script, compose, rubric};

/// Places whose neighbours are compared, and how many of them.
const CENTRES: [&str; 2] = ["Pirey", "Dingle, Ireland"];
const NEIGHBOURS: usize = 6;
/// Mean share of five-word runs that two of them may have in common. The aim is .12; what is left above it
/// are the quoted lines on the country that they share.
const MOST_CONTAINMENT: f64 = 0.18;

/// The place and those around it, nearest first, by way of one another's neighbours.
fn around(centre: &str, most: usize) -> Vec<(u32, Vec<Fact>)> {
    let first = places::resolve(centre).place.expect("the centre is listed");
    let mut waiting = vec![first.geoname_id];
    let mut met: HashSet<u32> = waiting.iter().copied().collect();
    let mut found = Vec::new();
    while found.len() <= most && !waiting.is_empty() {
        let id = waiting.remove(0);
        let Some(facts) = places::facts(id) else {
            continue;
        };
        for fact in &facts {
            if let Datum::Neighbour { other, .. } = &fact.datum
                && met.insert(other.geoname_id)
            {
                waiting.push(other.geoname_id);
            }
        }
        found.push((id, facts));
    }
    found
}

fn episode((id, facts): &(u32, Vec<Fact>)) -> Option<Script> {
    let location = facts.iter().find_map(|fact| match &fact.datum {
        Datum::Location {
            country, region, ..
        } => Some((country, region, fact.claim.split(" is the name").next()?)),
        _ => None,
    });
    let (country, region, name) = location?;
    let preferences = Preferences {
        preferred_length: Length::Medium,
        ..Preferences::default()
    };
    let label = format!("{name}, {country}");
    compose(&Brief {
        name,
        region: region.as_deref(),
        country,
        label: &label,
        geoname_id: *id,
        facts,
        podcast_type: PodcastType::Base,
        preferences: &preferences,
        generation: 1,
    })
    .ok()
}

#[test]
fn neighbouring_places_get_different_episodes() {
    let most = std::env::var("NEIGHBOURS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(NEIGHBOURS);
    for centre in CENTRES {
        let scripts: Vec<Script> = around(centre, most).iter().filter_map(episode).collect();

        let overlap = rubric::overlap::overlap(&scripts);

        println!("{} episodes around {centre}: {overlap:?}", scripts.len());
        for (run, n) in rubric::overlap::commonest(&scripts, 20) {
            println!("  {n} × {run}");
        }
        assert!(scripts.len() > NEIGHBOURS / 2, "{}", scripts.len());
        assert!(overlap.containment <= MOST_CONTAINMENT, "{overlap:?}");
        let openings: HashSet<&str> = scripts
            .iter()
            .filter_map(|script| script.sentences().next())
            .map(|sentence| sentence.text.as_str())
            .collect();
        assert_eq!(openings.len(), scripts.len(), "{openings:?}");
    }
}
