use jiff::{
    civil::date,
    tz::{self, TimeZone},
};

use super::{Notes, surprise};
use crate::{
    fact::{Datum, Source},
    fold::fold,
    listed::Listed,
};

/// Tilt of the Earth's axis, degrees.
const TILT_DEG: f64 = 23.44;
/// Kilometres of one degree of latitude, and from the equator to a pole.
const DEGREE_KM: f64 = 111.195;
const QUARTER_KM: f64 = 10_007.5;
/// The year whose clock rules are told.
const CLOCK_YEAR: i16 = 2026;
/// Minutes that the sun is behind the mean sun in mid-January, by the equation of time
/// (Astronomical Almanac; 15 January: -9 min 10 s, a few seconds more or less from year to year).
const SUN_LATE_MIN: f64 = 9.2;

/// Adds light, climate, coast and clock.
pub(super) fn add(notes: &mut Notes) {
    light(notes);
    poles(notes);
    coast(notes);
    climate(notes);
    clock(notes);
}

fn light(notes: &mut Notes) {
    let lat = notes.place.lat_deg();
    let (june_h, december_h) = (daylight_h(lat, TILT_DEG), daylight_h(lat, -TILT_DEG));
    let swing =
        |p: Listed| (daylight_h(p.lat_deg(), TILT_DEG) - daylight_h(p.lat_deg(), -TILT_DEG)).abs();
    let own = swing(notes.place);
    let rare = notes.surprise(own, |p| {
        Some(swing_beside(own, lat.abs(), p.lat_deg().abs()).unwrap_or_else(|| swing(p)))
    });
    let claim = format!(
        "Daylight lasts {june_h:.2} hours at the June solstice and {december_h:.2} at the December solstice."
    );
    notes.add(
        "daylight",
        Source::Computed,
        rare,
        claim,
        Datum::Daylight { june_h, december_h },
    );
    if lat.abs() < TILT_DEG {
        let claim = "The noon sun stands overhead twice a year.".to_owned();
        notes.add(
            "sun_overhead",
            Source::Computed,
            surprise(0.28),
            claim,
            Datum::SunOverhead,
        );
    }
}

/// Stands for a swing where the latitudes alone tell whether it is greater than that of `own_deg`.
///
/// Short of the polar circles the swing grows with the distance from the equator. To work out every place's
/// would take longer than all else that is known about the sky.
fn swing_beside(own: f64, own_deg: f64, other_deg: f64) -> Option<f64> {
    const CLEARLY_DEG: f64 = 0.01;
    const TEMPERATE_DEG: f64 = 60.0;
    let is_clear = (own_deg - other_deg).abs() > CLEARLY_DEG;
    let is_temperate = own_deg < TEMPERATE_DEG && other_deg < TEMPERATE_DEG;
    // Only which is greater is asked.
    let beside = own + (other_deg - own_deg).signum();
    (is_clear && is_temperate).then_some(beside)
}

/// Hours from sunrise to sunset, refraction and the sun's disc included.
fn daylight_h(lat_deg: f64, sun_deg: f64) -> f64 {
    let (lat, sun) = (lat_deg.to_radians(), sun_deg.to_radians());
    let horizon = (-0.833f64).to_radians().sin();
    let cosine = (horizon - lat.sin() * sun.sin()) / (lat.cos() * sun.cos());
    2.0 * cosine.clamp(-1.0, 1.0).acos().to_degrees() / 15.0
}

fn poles(notes: &mut Notes) {
    let lat = notes.place.lat_deg();
    let equator_km = lat.abs() * DEGREE_KM;
    let pole_km = QUARTER_KM - equator_km;
    let rare = notes.surprise(lat.abs(), |p| Some(p.lat_deg().abs()));
    let claim =
        format!("The equator is {equator_km:.0} kilometres away, the nearer pole {pole_km:.0}.");
    notes.add(
        "poles",
        Source::Computed,
        rare,
        claim,
        Datum::Poles {
            equator_km,
            pole_km,
            north: lat >= 0.0,
        },
    );
}

fn coast(notes: &mut Notes) {
    let km = notes.place.coast_km();
    let rare = notes.surprise(km, |p| Some(p.coast_km()));
    let claim = format!("The nearest sea coast is about {km:.0} kilometres away.");
    notes.add(
        "coast",
        Source::NaturalEarth,
        rare,
        claim,
        Datum::Coast { km },
    );
}

fn climate(notes: &mut Notes) {
    let class = notes.place.climate();
    let Some((code, name)) = climate_name(class) else {
        return;
    };
    let alike = notes
        .country
        .iter()
        .filter(|p| p.climate() == class)
        .count();
    let share_of_country = alike as f64 / notes.country.len().max(1) as f64;
    let in_world = notes.world.iter().filter(|p| p.climate() == class).count() as f64
        / notes.world.len() as f64;
    let rare = surprise(
        in_world
            .min(if notes.country.len() >= 50 {
                share_of_country
            } else {
                1.0
            })
            .max(1e-6),
    );
    let claim = format!("On the Köppen-Geiger map its climate is {name} ({code}).");
    let datum = Datum::Climate {
        code: code.to_owned(),
        name: name.to_owned(),
        share_of_country,
    };
    notes.add("climate", Source::Koeppen, rare, claim, datum);
}

/// Returns code and name of a Köppen-Geiger class by the map's number.
pub(super) fn climate_name(class: u8) -> Option<(&'static str, &'static str)> {
    const CLASSES: [(&str, &str); 31] = [
        ("Af", "tropical rainforest"),
        ("Am", "tropical monsoon"),
        ("As", "tropical savanna with a dry summer"),
        ("Aw", "tropical savanna with a dry winter"),
        ("BSh", "hot steppe"),
        ("BSk", "cold steppe"),
        ("BWh", "hot desert"),
        ("BWk", "cold desert"),
        ("Cfa", "humid subtropical"),
        ("Cfb", "temperate oceanic"),
        ("Cfc", "subpolar oceanic"),
        ("Csa", "hot-summer Mediterranean"),
        ("Csb", "warm-summer Mediterranean"),
        ("Csc", "cold-summer Mediterranean"),
        ("Cwa", "monsoon-influenced humid subtropical"),
        ("Cwb", "subtropical highland"),
        ("Cwc", "cold subtropical highland"),
        ("Dfa", "hot-summer continental"),
        ("Dfb", "warm-summer continental"),
        ("Dfc", "subarctic"),
        ("Dfd", "extremely cold subarctic"),
        ("Dsa", "hot continental with a dry summer"),
        ("Dsb", "warm continental with a dry summer"),
        ("Dsc", "subarctic with a dry summer"),
        ("Dsd", "extremely cold subarctic with a dry summer"),
        ("Dwa", "monsoon-influenced hot-summer continental"),
        ("Dwb", "monsoon-influenced warm-summer continental"),
        ("Dwc", "monsoon-influenced subarctic"),
        ("Dwd", "monsoon-influenced extremely cold subarctic"),
        ("EF", "ice cap"),
        ("ET", "tundra"),
    ];
    CLASSES.get(usize::from(class).checked_sub(1)?).copied()
}

fn clock(notes: &mut Notes) {
    let zone = notes.place.zone();
    // One time-zone database, the one in the program: the machine's own may differ.
    let Ok(rules) = tz::TimeZoneDatabase::bundled().get(zone) else {
        return;
    };
    let (Some(january_min), Some(july_min)) = (offset_min(&rules, 1), offset_min(&rules, 7)) else {
        return;
    };
    let zone_city = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    let is_zone_city = is_named_after(notes.place, &zone_city);
    let claim = format!(
        "Its clock follows {zone}: {january_min} minutes ahead of UTC in January, {july_min} in July."
    );
    let rare = if january_min % 60 != 0 { 0.5 } else { 0.1 };
    let datum = Datum::Clock {
        zone: zone.to_owned(),
        zone_city,
        january_min,
        july_min,
        is_zone_city,
    };
    notes.add("clock", Source::TimeZones, rare, claim, datum);
    notes.last(|fact| fact.perishable = true);

    let lag = |p: Listed| f64::from(january_min) - p.lon_deg() * 4.0 + SUN_LATE_MIN;
    let min = lag(notes.place).round() as i32;
    let rare = surprise(match min {
        122.. => 0.001,
        95.. => 0.01,
        78.. => 0.05,
        65.. => 0.1,
        ..=-25 => 0.01,
        -24..=-12 => 0.05,
        -11..=-5 => 0.1,
        _ => 0.5,
    });
    let claim = format!("In mid-January the sun is highest {min} minutes after noon by the clock.");
    notes.add(
        "clock_lag",
        Source::Computed,
        rare,
        claim,
        Datum::ClockLag { min },
    );
    if is_zone_city {
        local_mean_time(notes, &rules);
    }
}

fn offset_min(rules: &TimeZone, month: i8) -> Option<i32> {
    let noon = date(CLOCK_YEAR, month, 15).at(12, 0, 0, 0);
    let at = rules.to_timestamp(noon).ok()?;
    Some(rules.to_offset(at).seconds() / 60)
}

fn is_named_after(place: Listed, zone_city: &str) -> bool {
    let city = fold(zone_city);
    // A namesake elsewhere in the zone is not the city the zone is named after.
    fold(place.name()) == city
        && place.people() >= Some(10_000)
        && Listed::all().find(|p| p.zone() == place.zone() && fold(p.name()) == city) == Some(place)
}

/// Local mean time, kept until the zone's first transition: only for the city of the zone.
fn local_mean_time(notes: &mut Notes, rules: &TimeZone) {
    let Ok(start) = TimeZone::UTC.to_timestamp(date(1800, 1, 1).at(0, 0, 0, 0)) else {
        return;
    };
    let ahead_s = rules.to_offset(start).seconds();
    let Some(change) = rules
        .following(start)
        .find(|change| change.offset().seconds() != ahead_s)
    else {
        return;
    };
    let day = rules.to_datetime(change.timestamp());
    let until_year = i32::from(day.year());
    // Half an hour of the sun's own time: anything farther off is another city's minutes.
    let is_own = (f64::from(ahead_s) / 240.0 - notes.place.lon_deg()).abs() < 0.75;
    if !is_own || until_year > 1970 {
        return;
    }
    let until_month = day.month().unsigned_abs();
    let side = if ahead_s >= 0 { "ahead of" } else { "behind" };
    let claim = format!(
        "Until {until_year} its clocks kept local mean time, {} minutes {} seconds {side} Greenwich.",
        ahead_s.abs() / 60,
        ahead_s.abs() % 60
    );
    notes.add(
        "local_mean_time",
        Source::TimeZones,
        0.7,
        claim,
        Datum::LocalMeanTime {
            ahead_s,
            until_year,
            until_month,
        },
    );
}
