//! The measures that concern the whole script: pace, balance, questions, opening and end.

use std::collections::{HashMap, HashSet};

use places::Fact;
use podcast::{Length, PodcastType};

use super::{Asked, Check, is_loose, is_of_place, reading};
use crate::{Host, Script, Sentence, Support, phrases};

struct Measured<'a> {
    script: &'a Script,
    facts: HashMap<&'a str, &'a Fact>,
    sentences: Vec<&'a Sentence>,
    words: usize,
    minutes: f64,
}

/// Seventeen checks; the eighteenth, support, is [`super::unsupported`].
pub(super) fn checks(script: &Script, asked: Option<Asked>) -> Vec<Check> {
    let m = Measured {
        script,
        facts: script
            .facts
            .iter()
            .map(|fact| (fact.id.as_str(), fact))
            .collect(),
        sentences: script.sentences().collect(),
        words: script.words(),
        minutes: script.seconds() / 60.0,
    };
    vec![
        m.loose(),
        m.crowded(),
        m.facts_per_minute(),
        m.place_share(asked),
        m.sentence_length(),
        m.fillers(),
        m.question_share(),
        m.both_ask(),
        m.balance(),
        m.longest_turn(),
        m.minutes(asked),
        m.word_count(asked),
        m.grade(),
        m.disclosure(),
        m.opening(),
        m.returns_to_hook(),
        m.parrots(),
    ]
}

fn check(name: &'static str, value: impl ToString, ok: bool, target: &'static str) -> Check {
    Check {
        name,
        value: value.to_string(),
        target,
        ok,
    }
}

pub(super) fn length(sentence: &Sentence) -> usize {
    reading::words(&sentence.text).len()
}

impl Measured<'_> {
    fn cited(&self, sentence: &Sentence) -> Vec<&Fact> {
        match &sentence.support {
            Support::Facts(ids) => ids
                .iter()
                .filter_map(|id| self.facts.get(id.as_str()).copied())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn claims(&self) -> impl Iterator<Item = (&Sentence, Vec<&Fact>)> {
        self.sentences
            .iter()
            .map(|s| (*s, self.cited(s)))
            .filter(|(_, cited)| !cited.is_empty())
    }

    fn loose(&self) -> Check {
        let (all, loose) = self.claims().fold((0, 0), |(all, loose), (s, cited)| {
            (all + 1, loose + usize::from(is_loose(s, &cited)))
        });
        check(
            "cited sentences that share nothing with their facts",
            format!("{loose}/{all}"),
            loose * 5 <= all.max(1),
            "<= 20 %",
        )
    }

    fn crowded(&self) -> Check {
        let crowded = self
            .sentences
            .iter()
            .filter(|s| reading::count(&s.text) > 1)
            .count();
        check(
            "sentences with two numbers",
            crowded,
            crowded as f64 <= 0.02 * self.sentences.len() as f64,
            "<= 2 %",
        )
    }

    fn facts_per_minute(&self) -> Check {
        let distinct: HashSet<&str> = self
            .claims()
            .flat_map(|(_, cited)| cited.into_iter().map(|f| f.id.as_str()).collect::<Vec<_>>())
            .collect();
        let pace = distinct.len() as f64 / self.minutes;
        check(
            "distinct facts per minute",
            format!("{pace:.1}"),
            (4.5..=12.0).contains(&pace),
            "4.5-12",
        )
    }

    fn place_share(&self, asked: Option<Asked>) -> Check {
        let (all, place) = self.claims().fold((0, 0u32), |(all, place), (_, cited)| {
            (all + 1, place + u32::from(is_of_place(&cited)))
        });
        let share = f64::from(place) / f64::from(all.max(1) as u32);
        let least = match asked {
            Some(Asked {
                podcast_type: PodcastType::Standout,
                ..
            }) => 0.75,
            // A theme and a long episode may lean on the country more.
            Some(
                Asked {
                    podcast_type: PodcastType::Topic,
                    ..
                }
                | Asked {
                    length: Length::Long,
                    ..
                },
            ) => 0.4,
            _ => 0.6,
        };
        check(
            "place-level citations",
            format!("{share:.2}"),
            share >= least,
            ">= .60 (.75 standout, .40 topic or long)",
        )
    }

    fn sentence_length(&self) -> Check {
        let lengths: Vec<f64> = self.sentences.iter().map(|s| length(s) as f64).collect();
        let n = lengths.len().max(1) as f64;
        let mean = lengths.iter().sum::<f64>() / n;
        let sd = (lengths.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / n).sqrt();
        let longest = lengths.iter().copied().fold(0.0, f64::max);
        check(
            "sentence length mean/sd/max",
            format!("{mean:.1}/{sd:.1}/{longest}"),
            (6.5..=14.0).contains(&mean) && sd >= 4.0 && longest <= 30.0,
            "6.5-14, sd >= 4, max 30",
        )
    }

    fn fillers(&self) -> Check {
        let text = format!(
            " {} ",
            self.sentences
                .iter()
                .flat_map(|s| reading::words(&s.text))
                .map(reading::fold)
                .collect::<Vec<_>>()
                .join(" ")
        );
        let found: Vec<&str> = phrases::FILLERS
            .iter()
            .copied()
            .filter(|filler| text.contains(&format!(" {filler} ")))
            .collect();
        check("filler phrases", found.join(", "), found.is_empty(), "none")
    }

    fn questions(&self, host: Option<Host>) -> usize {
        self.script
            .chapters
            .iter()
            .flat_map(|c| &c.turns)
            .filter(|t| host.is_none_or(|h| h == t.host))
            .flat_map(|t| &t.sentences)
            .filter(|s| s.text.ends_with('?'))
            .count()
    }

    fn question_share(&self) -> Check {
        let share = self.questions(None) as f64 / self.sentences.len().max(1) as f64;
        check(
            "questions per sentence",
            format!("{share:.2}"),
            (0.14..=0.36).contains(&share),
            ".14-.36",
        )
    }

    fn both_ask(&self) -> Check {
        let (a, b) = (self.questions(Some(Host::A)), self.questions(Some(Host::B)));
        check(
            "questions of both hosts",
            format!("{a}/{b}"),
            a.min(b) * 5 >= (a + b).max(1),
            "weaker asker >= 20 %",
        )
    }

    fn balance(&self) -> Check {
        let a: usize = self
            .script
            .chapters
            .iter()
            .flat_map(|c| &c.turns)
            .filter(|t| t.host == Host::A)
            .flat_map(|t| &t.sentences)
            .map(length)
            .sum();
        let share = a as f64 / self.words.max(1) as f64;
        check(
            "words of host A",
            format!("{share:.2}"),
            (0.38..=0.62).contains(&share),
            ".38-.62",
        )
    }

    fn longest_turn(&self) -> Check {
        let mut longest = 0;
        let mut run = (None, 0);
        for turn in self.script.chapters.iter().flat_map(|c| &c.turns) {
            let words: usize = turn.sentences.iter().map(length).sum();
            run = if run.0 == Some(turn.host) {
                (run.0, run.1 + words)
            } else {
                (Some(turn.host), words)
            };
            longest = longest.max(run.1);
        }
        check("longest monologue", longest, longest <= 75, "<= 75 words")
    }

    fn minutes(&self, asked: Option<Asked>) -> Check {
        let target = asked.map(|a| f64::from(a.length.target_s()) / 60.0);
        let is_short = self.script.note.is_some();
        let ok = target
            .is_none_or(|t| self.minutes <= 1.15 * t && (is_short || self.minutes >= 0.85 * t));
        check(
            "minutes",
            format!("{:.2}", self.minutes),
            ok,
            "within 15 % of 3, 6, 12; shorter only with a note",
        )
    }

    fn word_count(&self, asked: Option<Asked>) -> Check {
        let most = match asked.map(|a| a.length) {
            Some(Length::Short) => 600,
            Some(Length::Medium) => 1_200,
            _ => 2_250,
        };
        check(
            "words",
            self.words,
            (100..=most).contains(&self.words),
            "at most 600, 1,200, 2,250",
        )
    }

    fn grade(&self) -> Check {
        let syllables: usize = self
            .sentences
            .iter()
            .flat_map(|s| reading::words(&s.text))
            .map(syllables)
            .sum();
        let words = self.words.max(1) as f64;
        let grade = 0.39 * words / self.sentences.len().max(1) as f64
            + 11.8 * syllables as f64 / words
            - 15.59;
        check(
            "reading grade",
            format!("{grade:.1}"),
            (2.5..=8.0).contains(&grade),
            "2.5-8",
        )
    }

    fn disclosure(&self) -> Check {
        let mut before = 0;
        let mut found = Vec::new();
        for sentence in &self.sentences {
            if sentence.support == Support::Disclosure {
                found.push((before as f64 / self.words.max(1) as f64, length(sentence)));
            }
            before += length(sentence);
        }
        let ok = matches!(found[..], [(at, words)] if at < 0.2 && words <= 22);
        check(
            "disclosure",
            format!("{found:?}"),
            ok,
            "one sentence of at most 22 words in the first fifth",
        )
    }

    fn opening(&self) -> Check {
        let first = self.sentences.first().map_or("", |s| s.text.as_str());
        let low = first.to_lowercase();
        let defines = [
            "city",
            "town",
            "village",
            "populated place",
            "capital",
            "municipality",
            "commune",
        ]
        .iter()
        .any(|noun| {
            ["a", "an", "the"]
                .iter()
                .any(|article| low.contains(&format!(" is {article} {noun}")))
        });
        let greets = ["welcome", "hello", "today we"]
            .iter()
            .any(|greeting| low.contains(greeting));
        let ok = !defines && !greets && reading::words(first).len() <= 26;
        check("opening", first, ok, "no definition, greeting; <= 26 words")
    }

    fn returns_to_hook(&self) -> Check {
        let turns: Vec<_> = self.script.chapters.iter().flat_map(|c| &c.turns).collect();
        let stems = |range: &[&crate::Turn]| -> HashSet<String> {
            range
                .iter()
                .flat_map(|t| &t.sentences)
                .flat_map(|s| content(&s.text))
                .collect()
        };
        let shared = stems(&turns[..turns.len().min(3)])
            .intersection(&stems(&turns[turns.len().saturating_sub(4)..]))
            .count();
        check(
            "words shared by opening and end",
            shared,
            shared >= 2,
            ">= 2",
        )
    }

    fn parrots(&self) -> Check {
        let turns: Vec<_> = self.script.chapters.iter().flat_map(|c| &c.turns).collect();
        let words: Vec<HashSet<String>> = turns
            .iter()
            .map(|t| t.sentences.iter().flat_map(|s| content(&s.text)).collect())
            .collect();
        let parrots = words
            .windows(2)
            .filter(|pair| {
                pair[1].len() >= 4
                    && pair[1].intersection(&pair[0]).count() * 10 > pair[1].len() * 6
            })
            .count();
        check(
            "turns that repeat the one before",
            parrots,
            parrots as f64 <= 0.06 * turns.len() as f64,
            "<= 6 %",
        )
    }
}

/// Stems of the words that carry content.
pub(super) fn content(text: &str) -> HashSet<String> {
    const STOP: &[&str] = &[
        "about", "above", "again", "against", "almost", "also", "because", "before", "below",
        "beside", "between", "does", "down", "each", "else", "even", "every", "first", "from",
        "have", "here", "hold", "into", "just", "keep", "last", "later", "left", "line", "many",
        "mean", "more", "most", "near", "never", "next", "nobody", "none", "nothing", "once",
        "only", "other", "over", "place", "right", "same", "says", "seen", "side", "since", "some",
        "still", "take", "than", "that", "their", "them", "then", "there", "these", "they",
        "thing", "think", "this", "those", "time", "together", "turn", "under", "until", "well",
        "were", "what", "when", "where", "whether", "which", "while", "whose", "will", "with",
        "without", "would", "your",
    ];
    reading::words(text)
        .into_iter()
        .filter(|w| w.chars().count() > 3)
        .map(reading::fold)
        .filter(|w| !STOP.contains(&w.as_str()))
        .map(|w| {
            ["er", "est", "s"]
                .iter()
                .find_map(|end| w.strip_suffix(end))
                .map_or(w.clone(), str::to_owned)
        })
        .collect()
}

fn syllables(word: &str) -> usize {
    let folded = reading::fold(word);
    let is_vowel = |c: char| "aeiouy".contains(c);
    let mut n = 0;
    let mut before = false;
    for c in folded.chars() {
        n += usize::from(is_vowel(c) && !before);
        before = is_vowel(c);
    }
    if folded.ends_with('e') && !folded.ends_with("le") && n > 1 {
        n -= 1;
    }
    n.max(1)
}
