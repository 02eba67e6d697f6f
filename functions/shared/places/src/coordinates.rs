/// Reads coordinates as maps and encyclopedias write them; `None` for what is written otherwise, such as a name.
///
/// The latitude comes first. Either angle is in degrees, degrees and minutes, or degrees, minutes and
/// seconds: `48.8566, 2.3522`, `48° 51.4′ N, 2° 21.1′ E`, `48°51'24"N 2°21'8"E`, `N 48 51 24 E 2 21 8`.
/// Southern and western angles have a minus or a letter. A `geo` URI (RFC 5870) is read as its first two
/// numbers. The answer is in degrees, north and east positive.
///
/// # Errors
/// What cannot be in a text that is written like coordinates; it goes on after `, but`.
pub(crate) fn read(text: &str) -> Option<Result<(f64, f64), String>> {
    let parts = parts(geo_uri(text).as_deref().unwrap_or(text))?;
    let (lat, lon) = angles(&parts)?;
    Some(point(&lat, &lon))
}

/// What coordinates are written with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Number(Number),
    /// `N`, `S`, `E` or `W`.
    Letter(char),
    Comma,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Number {
    value: f64,
    sign: Option<f64>,
    /// The `°`, `'` or `"` behind it.
    mark: Option<char>,
}

/// Degrees, and then perhaps minutes, and then perhaps seconds.
struct Angle {
    numbers: Vec<Number>,
    letter: Option<char>,
}

/// Behind the two numbers may be an altitude, and parameters.
fn geo_uri(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let numbers = rest.split([';', '?']).next()?;
    let mut numbers = numbers.splitn(3, ',');
    let (lat, lon) = (numbers.next()?, numbers.next()?);
    scheme
        .eq_ignore_ascii_case("geo")
        .then(|| format!("{lat},{lon}"))
}

/// Nothing that is left out here is written in coordinates, and much of it in names.
fn parts(text: &str) -> Option<Vec<Part>> {
    let plain: Vec<char> = text.chars().map(plain).collect::<Option<_>>()?;
    let plain = with_decimal_points(&plain).replace("''", "\"");
    let mut parts = Vec::new();
    let mut rest = plain.trim();
    while let Some(first) = rest.chars().next() {
        let part;
        (part, rest) = match first {
            'N' | 'S' | 'E' | 'W' => (Part::Letter(first), &rest[1..]),
            ',' => (Part::Comma, &rest[1..]),
            _ => number(rest)?,
        };
        parts.push(part);
        rest = rest.trim_start();
    }
    Some(parts)
}

/// Gives one character to all that look like it and are pasted in its place.
fn plain(c: char) -> Option<char> {
    match c.to_ascii_uppercase() {
        c @ ('0'..='9' | '.' | '+' | '-' | 'N' | 'S' | 'E' | 'W') => Some(c),
        '°' | 'º' | '˚' => Some('°'),
        '′' | '\'' | '’' | '‘' | 'ʹ' | 'ʼ' | '´' => Some('\''),
        '″' | '"' | '”' | '“' | 'ʺ' => Some('"'),
        '−' => Some('-'),
        ',' | ';' => Some(','),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    }
}

/// Many languages write `48,8566° N`: where letters part the angles, a comma between digits parts nothing.
fn with_decimal_points(plain: &[char]) -> String {
    let has_letters = plain.iter().any(char::is_ascii_uppercase);
    let is_digit = |at: usize| plain.get(at).is_some_and(char::is_ascii_digit);
    let is_point = |at: usize| has_letters && at > 0 && is_digit(at - 1) && is_digit(at + 1);
    plain
        .iter()
        .enumerate()
        .map(|(at, c)| if *c == ',' && is_point(at) { '.' } else { *c })
        .collect()
}

/// Reads a number and its mark, and gives what is behind them.
fn number(text: &str) -> Option<(Part, &str)> {
    let (sign, digits) = match text.chars().next()? {
        '-' => (Some(-1.0), &text[1..]),
        '+' => (Some(1.0), &text[1..]),
        _ => (None, text),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (digits, rest) = digits.split_at(end.unwrap_or(digits.len()));
    // A hyphen between digits is no sign: it is in dates, telephone numbers and ranges.
    if rest.starts_with(['+', '-']) {
        return None;
    }
    let value = digits.parse().ok()?;
    let mark = rest.trim_start().chars().next();
    let mark = mark.filter(|mark| ['°', '\'', '"'].contains(mark));
    let rest = mark.map_or(rest, |mark| &rest.trim_start()[mark.len_utf8()..]);
    Some((Part::Number(Number { value, sign, mark }), rest))
}

/// Parts latitude and longitude: by their letters, else by what can only be degrees.
fn angles(parts: &[Part]) -> Option<(Angle, Angle)> {
    let letters: Vec<(usize, char)> = parts
        .iter()
        .enumerate()
        .filter_map(|(at, part)| match part {
            Part::Letter(letter) => Some((at, *letter)),
            _ => None,
        })
        .collect();
    match letters[..] {
        [] => {
            let second = second_degrees(parts)?;
            let (lat, lon) = parts.split_at(second);
            Some((Angle::new(lat, None)?, Angle::new(lon, None)?))
        }
        [(0, lat), (second, lon)] => Some((
            Angle::new(&parts[1..second], Some(lat))?,
            Angle::new(&parts[second + 1..], Some(lon))?,
        )),
        [(first, lat), (second, lon)] if parts[second + 1..].is_empty() => Some((
            Angle::new(&parts[..first], Some(lat))?,
            Angle::new(&parts[first + 1..second], Some(lon))?,
        )),
        _ => None,
    }
}

/// Where the second of exactly two degrees stands.
fn second_degrees(parts: &[Part]) -> Option<usize> {
    let is_degrees = |part: &Part| matches!(part, Part::Number(number) if matches!(number.mark, None | Some('°')));
    let degrees = (0..parts.len()).filter(|at| is_degrees(&parts[*at]));
    match degrees.collect::<Vec<_>>()[..] {
        [_, second] => Some(second),
        _ => None,
    }
}

impl Angle {
    /// Takes one to three numbers, each with the mark of its rank or none, and a comma around them.
    fn new(parts: &[Part], letter: Option<char>) -> Option<Self> {
        let parts = parts.strip_prefix(&[Part::Comma]).unwrap_or(parts);
        let parts = parts.strip_suffix(&[Part::Comma]).unwrap_or(parts);
        let numbers: Vec<Number> = parts
            .iter()
            .map(|part| match part {
                Part::Number(number) => Some(*number),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let is_in_order = numbers
            .iter()
            .zip(['°', '\'', '"'])
            .all(|(number, mark)| number.mark.is_none_or(|of| of == mark));
        let has_one_sign = numbers.iter().skip(1).all(|number| number.sign.is_none());
        ((1..=3).contains(&numbers.len()) && is_in_order && has_one_sign)
            .then_some(Self { numbers, letter })
    }

    /// Says where it points, in degrees; `negative` is the letter that stands for a minus.
    fn signed_deg(&self, negative: char) -> Result<f64, String> {
        let sign = match (self.numbers[0].sign, self.letter) {
            (Some(_), Some(_)) => {
                return Err("a direction is a sign or a letter, not both".to_owned());
            }
            (None, Some(letter)) if letter == negative => -1.0,
            (sign, _) => sign.unwrap_or(1.0),
        };
        Ok(sign * self.deg()?)
    }

    fn deg(&self) -> Result<f64, String> {
        let mut larger = self.numbers.iter().rev().skip(1);
        if larger.any(|number| number.value.fract() != 0.0) {
            return Err("only the last number of an angle may have a fraction".to_owned());
        }
        let mut deg = self.numbers[0].value;
        let smaller = [("minutes", 60.0), ("seconds", 3_600.0)];
        for (number, (unit, per_degree)) in self.numbers[1..].iter().zip(smaller) {
            if number.value >= 60.0 {
                return Err(format!("{unit} are below 60"));
            }
            deg += number.value / per_degree;
        }
        Ok(deg)
    }
}

fn point(lat: &Angle, lon: &Angle) -> Result<(f64, f64), String> {
    let letters = (lat.letter, lon.letter);
    if !matches!(letters, (None, None) | (Some('N' | 'S'), Some('E' | 'W'))) {
        return Err("the latitude, N or S, comes first, and then the longitude, E or W".to_owned());
    }
    let (lat, lon) = (lat.signed_deg('S')?, lon.signed_deg('W')?);
    if lat.abs() > 90.0 {
        return Err("the latitude, which comes first, is at most 90°".to_owned());
    }
    if lon.abs() > 180.0 {
        return Err("the longitude, which comes second, is at most 180°".to_owned());
    }
    Ok((lat, lon))
}

#[cfg(test)]
mod tests {
    use fst::Streamer;

    use super::*;
    use crate::pack::PACK;

    #[track_caller]
    fn reads_as(text: &str, lat: f64, lon: f64) {
        let (read_lat, read_lon) = read(text).expect(text).expect(text);
        let is_near = (read_lat - lat).abs() < 1e-4 && (read_lon - lon).abs() < 1e-4;
        assert!(is_near, "{text}: {read_lat}, {read_lon}");
    }

    #[track_caller]
    fn is_refused(text: &str, why: &str) {
        assert_eq!(read(text), Some(Err(why.to_owned())), "{text}");
    }

    #[test]
    fn decimal_degrees_have_a_sign_or_a_letter() {
        for text in [
            "48.8566, 2.3522",
            "48.8566 2.3522",
            "48.8566;2.3522",
            "+48.8566,+2.3522",
            "48.8566°, 2.3522°",
            "48.8566° N, 2.3522° E",
            "48.8566n 2.3522e",
            "N48.8566 E2.3522",
            "N 48.8566°, E 2.3522°",
            "48.8566, N, 2.3522, E",
            "48,8566° N, 2,3522° E",
            "geo:48.8566,2.3522",
            "GEO:48.8566,2.3522,35;u=10",
            "geo:48.8566,2.3522?z=12",
        ] {
            reads_as(text, 48.8566, 2.3522);
        }
        for text in [
            "-54.8019,-68.3030",
            "−54.8019, −68.3030",
            "54.8019S 68.3030W",
            "s54.8019 w68.3030",
            "geo:-54.8019,-68.3030",
        ] {
            reads_as(text, -54.8019, -68.3030);
        }
    }

    #[test]
    fn minutes_are_a_sixtieth_of_a_degree_and_seconds_of_a_minute() {
        for text in [
            "48°51′24″N 2°21′8″E",
            "48° 51′ 24″ N, 2° 21′ 8″ E",
            "48°51'24.0\"N 2°21'8.0\"E",
            "48°51’24” n, 2°21’8” e",
            "48º51'24''N 2º21'8''E",
            "N 48° 51′ 24″ E 2° 21′ 8″",
            "N48°51′24″, E2°21′8″",
            "48\u{a0}°\u{202f}51\u{a0}′\u{202f}24\u{a0}″\u{202f}N, 2° 21′ 8″ E",
            "48 51 24 N 2 21 8 E",
            "48° 51′ 24″, 2° 21′ 8″",
            "48° 51′ 24″ 2° 21′ 8″",
            "48° 51.4′ N, 2° 21.1333′ E",
            "N 48° 51.400 E 002° 21.133",
            "48°51.4', 2°21.1333'",
            "48° 51,4′ N, 2° 21,1333′ E",
        ] {
            reads_as(text, 48.856_67, 2.352_22);
        }
        reads_as("-33° 51′ 31″, 151° 12′ 51″", -33.858_61, 151.214_17);
        reads_as("0° 30′ S, 78° 30′ W", -0.5, -78.5);
        reads_as("90° N 180° E", 90.0, 180.0);
    }

    #[test]
    fn what_is_out_of_range_or_contradicts_itself_is_refused() {
        let latitude = "the latitude, which comes first, is at most 90°";
        let longitude = "the longitude, which comes second, is at most 180°";
        let order = "the latitude, N or S, comes first, and then the longitude, E or W";
        let both = "a direction is a sign or a letter, not both";
        let fraction = "only the last number of an angle may have a fraction";

        is_refused("151.2, -33.9", latitude);
        is_refused("90° 0′ 1″ N, 2° E", latitude);
        is_refused("geo:91,2", latitude);
        is_refused("48.85, -180.01", longitude);
        is_refused("48° 60′ N, 2° 21′ E", "minutes are below 60");
        is_refused("48° 51′ 60″ N, 2° 21′ 8″ E", "seconds are below 60");
        is_refused("-48.8566° N, 2.3522° E", both);
        is_refused("N 48.8566, E -2.3522", both);
        is_refused("2.3522° E, 48.8566° N", order);
        is_refused("48° N, 2° S", order);
        is_refused("48.5° 30′ N, 2° E", fraction);
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_the_names() {
        for text in [
            "",
            "E 5",
            "W8",
            "48",
            "48.85 N",
            "11e arrondissement",
            "11e",
            "2024-01-05",
            "06-12 34",
            "48 - 2",
            "48,8566, 2,3522",
            "1.2.3, 4",
            "48° 51′ 24″",
            "48° -51′ N, 2° E",
            "48′ 51° N, 2° E",
            "48 51 24 8 N 2 E",
            "N 48, 2 E",
            "N E",
            "geo:Paris",
            "geo:48.85",
            "inf, 1e1",
            ",,,",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn no_listed_name_is_written_like_coordinates() {
        let mut names = PACK.name_map.stream();
        while let Some((name, _)) = names.next() {
            let name = std::str::from_utf8(name).unwrap();
            assert_eq!(read(name), None, "{name}");
        }
    }
}
