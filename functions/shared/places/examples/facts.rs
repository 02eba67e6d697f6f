//! Prints what a typed location means and everything known about it.

use std::time::Instant;

fn main() {
    let query = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "Paris, France".to_owned());
    let started = Instant::now();
    let found = places::resolve(&query);
    println!(
        "{:?} {:?} {:.2} in {:?}: {}",
        found.kind,
        found.matched,
        found.confidence,
        started.elapsed(),
        found.message
    );
    for other in &found.alternatives {
        println!("  or {}", other.label);
    }
    let Some(place) = found.place else {
        println!("  try {:?}", found.did_you_mean);
        return;
    };
    let started = Instant::now();
    let facts = places::facts(place.geoname_id).unwrap_or_default();
    println!("{} facts in {:?}", facts.len(), started.elapsed());
    for fact in facts {
        println!("{:.2} {:<28} {}", fact.surprise, fact.id, fact.claim);
    }
}
