//! The words that a typed fact proves beyond the ones its claim prints.

use places::{Datum, Frame, Other, Topic};

use crate::wording::month;

/// Words that a datum proves though its claim may not print them.
pub(super) fn proven(datum: &Datum) -> String {
    let other = |o: &Other| {
        format!(
            "{} {} nearest closest {:?} {}",
            o.name,
            o.country,
            o.direction,
            o.climate.as_deref().unwrap_or_default()
        )
    };
    match datum {
        Datum::Location {
            country,
            region,
            district,
        } => format!(
            "{country} {} {}",
            region.as_deref().unwrap_or(""),
            district.as_deref().unwrap_or("")
        ),
        Datum::Seat { of, order } => format!(
            "seat capital {} {}",
            of.as_deref().unwrap_or(""),
            if *order == 0 { "only first" } else { "" }
        ),
        Datum::Rank { frame, rank, of } => {
            let list = match frame {
                Frame::World => "world",
                Frame::Country(name) | Frame::Region(name) => name,
            };
            let top = if *rank == 1 {
                "largest first nobody nothing"
            } else {
                ""
            };
            let last = if rank == of { "smallest last" } else { "" };
            let most = if rank * 2 < *of { "most" } else { "" };
            format!("{list} list {top} {last} {most} rank")
        }
        Datum::SameName { others: 0, .. } => {
            "no other only unique nobody first last single name list".to_owned()
        }
        Datum::SameName { is_largest, .. } => format!(
            "name list {}",
            if *is_largest { "largest first" } else { "" }
        ),
        Datum::Extreme {
            axis,
            frame,
            runner_up,
            ..
        } => {
            let low = format!("{axis:?}").to_lowercase();
            format!(
                "{low} first last every only nothing most end {frame:?} {} north south east west",
                runner_up.as_deref().unwrap_or("")
            )
        }
        Datum::NearlyExtreme {
            axis,
            frame,
            leader,
            ..
        } => format!(
            "{} {axis:?} {frame:?} only first north south east west",
            other(leader)
        ),
        Datum::Capital(o) => format!("{} capital", other(o)),
        Datum::NearestCity(o) => format!("{} city", other(o)),
        Datum::LatitudeTwin(o) => format!("{} latitude same line", other(o)),
        Datum::MirrorTwin(o) => format!("{} latitude equator opposite", other(o)),
        Datum::Neighbour {
            other: o, order, ..
        } => format!(
            "{} neighbour {}",
            other(o),
            if *order == 1 { "first" } else { "" }
        ),
        Datum::NeighbourGloss { other: o, text } => format!(
            "{} dictionary {text} {}",
            other(o),
            crate::wording::spoken(text)
        ),
        Datum::LargestIsNotCapital {
            capital, largest, ..
        } => format!("{capital} {largest} largest most capital"),
        Datum::NearerForeignCapital { own, foreign } => {
            format!("{} {} capital", other(own), other(foreign))
        }
        Datum::NeighbourAbroad { foreign, own } => {
            format!("{} {} neighbour", other(own), other(foreign))
        }
        Datum::Density { .. } => "list places nobody no other only".to_owned(),
        Datum::Borders { countries, .. } => countries.join(" "),
        Datum::Antipode { other: o, .. } => format!("{} centre earth far end last", other(o)),
        Datum::Daylight { june_h, december_h } => format!(
            "daylight june december longest shortest day {}",
            if june_h.max(*december_h) >= 24.0 {
                "never always every"
            } else {
                ""
            }
        ),
        Datum::SunOverhead => "sun overhead noon straight twice never".to_owned(),
        Datum::Poles { north, .. } => format!(
            "equator {} pole nearest",
            if *north { "north" } else { "south" }
        ),
        Datum::Coast { .. } => "sea coast nearest closest".to_owned(),
        Datum::Climate {
            name,
            share_of_country,
            ..
        } => {
            format!(
                "climate map class Köppen Geiger {name} {}",
                if *share_of_country > 0.5 { "most" } else { "" }
            )
        }
        Datum::Clock {
            zone, zone_city, ..
        } => format!("{zone} {zone_city} greenwich clock"),
        Datum::LocalMeanTime {
            ahead_s,
            until_month,
            ..
        } => {
            format!(
                "local time greenwich {} {}",
                month(*until_month),
                if *ahead_s < 0 { "behind" } else { "ahead" }
            )
        }
        Datum::ClockLag { min } => format!(
            "sun noon clock january {} highest",
            if *min < 0 {
                "before ahead early"
            } else {
                "after behind late"
            }
        ),
        Datum::Spellings {
            first,
            last,
            scripts,
            ..
        } => format!("{first} {last} {}", scripts.join(" ")),
        Datum::OldName { name } => name.clone(),
        Datum::Gloss { text } => format!("dictionary {text} {}", crate::wording::spoken(text)),
        Datum::Part { name, text } | Datum::Mention { name, text, .. } => format!(
            "dictionary {name} {} {text} {}",
            crate::wording::spoken(name),
            crate::wording::spoken(text)
        ),
        Datum::Text {
            country,
            text,
            topic,
        } => {
            let kind = match topic {
                Topic::HighestPoint => "highest point top",
                Topic::LowestPoint => "lowest point",
                _ => "",
            };
            format!(
                "factbook {country} {kind} {text} {}",
                crate::wording::spoken(text)
            )
        }
        _ => String::new(),
    }
}
