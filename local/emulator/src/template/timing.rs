//! When a schedule runs: `rate(…)` and `cron(…)` as EventBridge writes them.
use std::{collections::BTreeSet, ops::RangeInclusive, time::Duration};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

/// When a schedule runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Again and again after this time.
    Rate(Duration),
    /// At these times of the calendar.
    Cron(Cron),
}

/// Times of the calendar, in UTC, to the minute.
///
/// The fields are those of the EventBridge user guide: minutes, hours, days, months, weekdays (1 is Sunday), years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    expression: String,
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    months: BTreeSet<u32>,
    years: BTreeSet<u32>,
    days: Days,
}

/// The days of a month: by number or by weekday, never both.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    /// `1,15`
    Numbers(BTreeSet<u32>),
    /// `L`
    Last,
    /// `15W`: the working day nearest to the 15th, in the same month.
    NearestWorkingDay(u32),
    /// `MON-FRI`
    Weekdays(BTreeSet<u32>),
    /// `6L`: the last Friday.
    LastWeekday(u32),
    /// `6#3`: the third Friday.
    NthWeekday(u32, u32),
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Timing {
    /// Parses an expression; `None` when EventBridge would refuse it.
    pub(super) fn parse(expression: &str) -> Option<Timing> {
        match expression.strip_prefix("cron(") {
            Some(rest) => Cron::parse(rest.strip_suffix(')')?).map(Timing::Cron),
            None => rate(expression).map(Timing::Rate),
        }
    }
}

impl Serialize for Timing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Timing::Rate(every) => {
                serializer.collect_str(&format_args!("every {} s", every.as_secs()))
            }
            Timing::Cron(cron) => {
                serializer.collect_str(&format_args!("cron({})", cron.expression))
            }
        }
    }
}

/// Parses `rate(value unit)`. Like AWS it takes the singular for one and the plural for more, and nothing else.
fn rate(expression: &str) -> Option<Duration> {
    let (value, unit) = expression
        .strip_prefix("rate(")?
        .strip_suffix(')')?
        .split_once(' ')?;
    let value: u64 = value
        .parse()
        .ok()
        .filter(|value| (1..=100_000).contains(value))?;
    let unit_s = match (value == 1, unit) {
        (true, "minute") | (false, "minutes") => 60,
        (true, "hour") | (false, "hours") => 3_600,
        (true, "day") | (false, "days") => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(value * unit_s))
}

impl Cron {
    fn parse(expression: &str) -> Option<Cron> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays, years] = fields[..] else {
            return None;
        };
        Some(Cron {
            expression: expression.to_owned(),
            minutes: numbers(minutes, 0..=59, &[])?,
            hours: numbers(hours, 0..=23, &[])?,
            months: numbers(months, 1..=12, &MONTHS)?,
            years: numbers(years, 1970..=2199, &[])?,
            days: match (days, weekdays) {
                (days, "?") => Days::numbered(days)?,
                ("?", weekdays) => Days::named(weekdays)?,
                _ => return None,
            },
        })
    }

    /// Returns the first time after `after`; `None` when there is none left.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let begin = TimeZone::UTC.to_datetime(after);
        let minute_of_day = |hour: u32, minute: u32| hour * 60 + minute;
        let now = minute_of_day(
            begin.hour().unsigned_abs().into(),
            begin.minute().unsigned_abs().into(),
        );
        let mut date = begin.date();
        while u32::from(date.year().unsigned_abs()) <= *self.years.last()? {
            let is_today = date == begin.date();
            let times = self
                .hours
                .iter()
                .flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
            let mut left =
                times.filter(|(hour, minute)| !is_today || minute_of_day(*hour, *minute) > now);
            if self.runs_on(date)
                && let Some((hour, minute)) = left.next()
            {
                let time = date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
                return TimeZone::UTC.to_timestamp(time).ok();
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn runs_on(&self, date: Date) -> bool {
        self.years.contains(&u32::from(date.year().unsigned_abs()))
            && self
                .months
                .contains(&u32::from(date.month().unsigned_abs()))
            && self.days.contain(date)
    }
}

impl Days {
    fn numbered(field: &str) -> Option<Days> {
        if field == "L" {
            return Some(Days::Last);
        }
        match field.strip_suffix('W') {
            Some(day) => number(day, &(1..=31), &[]).map(Days::NearestWorkingDay),
            None => numbers(field, 1..=31, &[]).map(Days::Numbers),
        }
    }

    fn named(field: &str) -> Option<Days> {
        let weekday = |text: &str| number(text, &(1..=7), &WEEKDAYS);
        // Alone it is the last day of the week.
        if field == "L" {
            return Some(Days::Weekdays(BTreeSet::from([7])));
        }
        if let Some(day) = field.strip_suffix('L') {
            return weekday(day).map(Days::LastWeekday);
        }
        match field.split_once('#') {
            Some((day, nth)) => Some(Days::NthWeekday(weekday(day)?, number(nth, &(1..=5), &[])?)),
            None => numbers(field, 1..=7, &WEEKDAYS).map(Days::Weekdays),
        }
    }

    fn contain(&self, date: Date) -> bool {
        let day = u32::from(date.day().unsigned_abs());
        let weekday = u32::from(date.weekday().to_sunday_one_offset().unsigned_abs());
        let last = u32::from(date.days_in_month().unsigned_abs());
        match self {
            Days::Numbers(days) => days.contains(&day),
            Days::Last => day == last,
            Days::NearestWorkingDay(wanted) => {
                day == nearest_working_day((*wanted).min(last), day, weekday, last)
            }
            Days::Weekdays(weekdays) => weekdays.contains(&weekday),
            Days::LastWeekday(wanted) => weekday == *wanted && day + 7 > last,
            Days::NthWeekday(wanted, nth) => weekday == *wanted && day.div_ceil(7) == *nth,
        }
    }
}

/// Returns the working day nearest to `wanted` in a month of `last` days, of which `day` is a `weekday`.
fn nearest_working_day(wanted: u32, day: u32, weekday: u32, last: u32) -> u32 {
    // 0 is Sunday and 6 Saturday; 35 keeps the sum positive.
    match (weekday + 34 + wanted - day) % 7 {
        6 if wanted == 1 => 3,
        6 => wanted - 1,
        0 if wanted == last => wanted - 2,
        0 => wanted + 1,
        _ => wanted,
    }
}

/// Parses a list of numbers, ranges and steps.
fn numbers(field: &str, range: RangeInclusive<u32>, names: &[&str]) -> Option<BTreeSet<u32>> {
    let mut all = BTreeSet::new();
    for part in field.split(',') {
        let (span, step) = match part.split_once('/') {
            None => (part, None),
            Some((span, step)) => (
                span,
                Some(step.parse::<usize>().ok().filter(|step| *step > 0)?),
            ),
        };
        let (first, last) = match (span, span.split_once('-')) {
            ("*", _) => (*range.start(), *range.end()),
            (_, Some((first, last))) => {
                (number(first, &range, names)?, number(last, &range, names)?)
            }
            (one, None) => {
                let one = number(one, &range, names)?;
                (one, if step.is_some() { *range.end() } else { one })
            }
        };
        if first > last {
            return None;
        }
        all.extend((first..=last).step_by(step.unwrap_or(1)));
    }
    Some(all)
}

/// Parses one number, or its name; names count from the beginning of the range.
fn number(text: &str, range: &RangeInclusive<u32>, names: &[&str]) -> Option<u32> {
    let named = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        Some(index) => range.start() + u32::try_from(index).ok()?,
        None => text.parse().ok()?,
    };
    range.contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_singular_for_one_and_plural_for_more() {
        let minutes = |expression| rate(expression).map(|every| every.as_secs() / 60);

        assert_eq!(minutes("rate(1 minute)"), Some(1));
        assert_eq!(minutes("rate(5 minutes)"), Some(5));
        assert_eq!(minutes("rate(2 hours)"), Some(120));
        assert_eq!(minutes("rate(1 day)"), Some(1_440));
        for wrong in [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(1 week)",
        ] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    /// The next three times after a Tuesday noon, without the seconds.
    fn next(expression: &str) -> Vec<String> {
        let Some(Timing::Cron(cron)) = Timing::parse(&format!("cron({expression})")) else {
            panic!("{expression} is a cron expression");
        };
        let mut time: Timestamp = "2026-11-24T12:00:30Z".parse().unwrap();
        let mut times = Vec::new();
        while let Some(next) = cron.next_after(time).filter(|_| times.len() < 3) {
            times.push(next.strftime("%Y-%m-%d %H:%M").to_string());
            time = next;
        }
        times
    }

    #[test]
    fn a_cron_expression_names_its_times() {
        let cases = [
            (
                "0 8 * * ? *",
                ["2026-11-25 08:00", "2026-11-26 08:00", "2026-11-27 08:00"],
            ),
            (
                "0/15 12 * * ? *",
                ["2026-11-24 12:15", "2026-11-24 12:30", "2026-11-24 12:45"],
            ),
            (
                "5,10 0-1 1 JAN ? 2027",
                ["2027-01-01 00:05", "2027-01-01 00:10", "2027-01-01 01:05"],
            ),
            (
                "0 18 ? * MON-FRI *",
                ["2026-11-24 18:00", "2026-11-25 18:00", "2026-11-26 18:00"],
            ),
            (
                "0 0 L * ? *",
                ["2026-11-30 00:00", "2026-12-31 00:00", "2027-01-31 00:00"],
            ),
            (
                "0 0 29 2 ? *",
                ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"],
            ),
            // The 15th of August 2027 is a Sunday, of May 2027 a Saturday.
            (
                "0 0 15W 5,8 ? *",
                ["2027-05-14 00:00", "2027-08-16 00:00", "2028-05-15 00:00"],
            ),
            (
                "0 0 ? * 6#3 *",
                ["2026-12-18 00:00", "2027-01-15 00:00", "2027-02-19 00:00"],
            ),
            (
                "0 0 ? * 6L *",
                ["2026-11-27 00:00", "2026-12-25 00:00", "2027-01-29 00:00"],
            ),
        ];
        for (expression, times) in cases {
            assert_eq!(next(expression), times, "{expression}");
        }
        assert!(next("0 0 1 1 ? 2020").is_empty());
    }

    #[test]
    fn what_eventbridge_refuses_is_no_cron_expression() {
        for wrong in [
            "0 8 * * *",
            "0 8 * * * *",
            "0 8 ? * ? *",
            "60 8 * * ? *",
            "0 24 * * ? *",
            "0 8 0 * ? *",
            "0 8 * 13 ? *",
            "0 8 ? * 8 *",
            "0 8 ? * FRI-MON *",
            "0/0 8 * * ? *",
            "0 8 * * ? 1969",
            "a b c d e f",
        ] {
            assert_eq!(Timing::parse(&format!("cron({wrong})")), None, "{wrong}");
        }
    }
}
