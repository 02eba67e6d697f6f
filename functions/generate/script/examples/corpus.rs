//! Prints how alike the episodes of many places are: `corpus < PLACES`, one name a line.

use std::{collections::HashMap, io::BufRead};

use podcast::{Length, Preferences};
use script::{Brief, Script, compose, rubric};

fn main() {
    let queries: Vec<String> = std::io::stdin()
        .lock()
        .lines()
        .map_while(Result::ok)
        .collect();
    let scripts: Vec<Script> = queries.iter().filter_map(|query| script(query)).collect();
    let mut skeletons: HashMap<&str, usize> = HashMap::new();
    for name in scripts.iter().flat_map(|script| &script.moves) {
        *skeletons.entry(name).or_default() += 1;
    }
    let mut skeletons: Vec<_> = skeletons.into_iter().collect();
    skeletons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    println!(
        "{} episodes, {:?}",
        scripts.len(),
        rubric::overlap::overlap(&scripts)
    );
    let mut moves: HashMap<&str, (usize, usize)> = HashMap::new();
    for (name, n) in &skeletons {
        let of = name.rsplit_once('.').map_or(*name, |(of, _)| of);
        let entry = moves.entry(of).or_default();
        *entry = (entry.0 + n, entry.1 + 1);
    }
    let mut moves: Vec<_> = moves.into_iter().collect();
    moves.sort_by_key(|(_, (n, _))| std::cmp::Reverse(*n));
    for (name, (n, ways)) in moves {
        print!("{name} {n}/{ways} · ");
    }
    println!();
    for (name, n) in skeletons.iter().take(40) {
        println!("{:5.1} % {name}", *n as f64 * 100.0 / scripts.len() as f64);
    }
    for (run, n) in rubric::overlap::commonest(&scripts, 60) {
        println!("{:5.1} % {run}", n as f64 * 100.0 / scripts.len() as f64);
    }
}

fn script(query: &str) -> Option<Script> {
    let place = places::resolve(query).place?;
    let facts = places::facts(place.geoname_id)?;
    let preferences = Preferences {
        preferred_length: Length::Medium,
        ..Preferences::default()
    };
    let label = place.label();
    let brief = Brief::of(&place, &label, &facts, &preferences);
    compose(&brief).ok()
}
