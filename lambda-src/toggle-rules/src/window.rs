//! When a toggle is on: times of day in a time zone, or a span of time.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::RuleError;

/// How many days before and after a moment the windows around it can begin: a zone's offset changes by less
/// than a day.
const AROUND: i64 = 2;
/// How many days ahead the next day of a week is.
const AHEAD: i64 = 9;

/// One window.
///
/// `{"days":"MON-FRI","from":"09:00","to":"17:00","zone":"Europe/Berlin"}`: the times of day are those of
/// the zone; without `days` every day; with a `to` that is not after `from` it ends the day after it began.
/// A time that a day does not have, since clocks go forward, is as much later; of one that it has twice,
/// the first counts.
///
/// `{"from":"2026-12-24T18:00:00Z","to":"2026-12-27T00:00:00Z"}`: a span, of which one end may be missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// The same times each day, or each day of some.
    Daily {
        /// The days on which it begins, Monday first.
        days: [bool; 7],
        /// When it opens.
        from: Time,
        /// When it closes.
        to: Time,
        /// Where.
        zone: TimeZone,
    },
    /// From a moment to another one.
    Span {
        /// The first moment; `None`: it has always been open.
        from: Option<Timestamp>,
        /// The moment at which it is closed; `None`: it never closes.
        to: Option<Timestamp>,
    },
}

/// The JSON of a window.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
}

impl Window {
    /// The windows in an attribute's text: a JSON array of at least one.
    ///
    /// # Errors
    /// [`RuleError::Window`].
    pub fn parse(text: &str) -> Result<Vec<Self>, RuleError> {
        let written: Vec<Written> =
            serde_json::from_str(text).map_err(|error| RuleError::Window(error.to_string()))?;
        if written.is_empty() {
            return Err(RuleError::Window("there is none".to_owned()));
        }
        written.iter().map(Self::of).collect()
    }

    fn of(written: &Written) -> Result<Self, RuleError> {
        let window = match (&written.zone, &written.from, &written.to) {
            (Some(zone), Some(from), Some(to)) => Self::Daily {
                days: written.days.as_deref().map_or(Ok([true; 7]), days)?,
                from: time(from)?,
                to: time(to)?,
                zone: TimeZone::get(zone)
                    .map_err(|_| wrong(format!("there is no time zone `{zone}`")))?,
            },
            (Some(_), ..) => return Err(wrong("times of day need `from` and `to`")),
            (None, None, None) => return Err(wrong("it needs `from` or `to`")),
            (None, from, to) => {
                if written.days.is_some() {
                    return Err(wrong("`days` need a `zone`, such as `Europe/Berlin`"));
                }
                let (from, to) = (
                    from.as_deref().map(moment).transpose()?,
                    to.as_deref().map(moment).transpose()?,
                );
                if from.zip(to).is_some_and(|(from, to)| from >= to) {
                    return Err(wrong("`to` must be after `from`"));
                }
                Self::Span { from, to }
            }
        };
        Ok(window)
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        match self {
            Self::Span { from, to } => {
                from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to)
            }
            Self::Daily { .. } => self
                .spans(at, -AROUND, AROUND)
                .any(|(from, to)| from <= at && at < to),
        }
    }

    /// The next moment after `at` at which it opens or closes.
    #[must_use]
    pub fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let edges: Vec<_> = match self {
            Self::Span { from, to } => from.iter().chain(to).copied().collect(),
            Self::Daily { .. } => self
                .spans(at, -AROUND, AHEAD)
                .flat_map(|(from, to)| [from, to])
                .collect(),
        };
        edges.into_iter().filter(|edge| *edge > at).min()
    }

    /// When it opens and closes on the days around a moment.
    fn spans(
        &self,
        at: Timestamp,
        first: i64,
        last: i64,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let days = match self {
            Self::Daily { zone, .. } => {
                let today = at.to_zoned(zone.clone()).date();
                let day = move |ahead| today.checked_add(Span::new().days(ahead)).ok();
                Some((first..=last).filter_map(day))
            }
            Self::Span { .. } => None,
        };
        days.into_iter()
            .flatten()
            .filter_map(|day| self.span_of(day))
            // Both ends may be the same moment, if clocks go forward over all of it.
            .filter(|(from, to)| from < to)
    }

    fn span_of(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let Self::Daily {
            days,
            from,
            to,
            zone,
        } = self
        else {
            return None;
        };
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
        if !*days.get(weekday)? {
            return None;
        }
        let end = if to > from { day } else { day.tomorrow().ok()? };
        let instant = |day: Date, time: &Time| {
            let zoned = day.to_datetime(*time).to_zoned(zone.clone()).ok()?;
            Some(zoned.timestamp())
        };
        Some((instant(day, from)?, instant(end, to)?))
    }
}

fn wrong(what: impl Into<String>) -> RuleError {
    RuleError::Window(what.into())
}

fn time(text: &str) -> Result<Time, RuleError> {
    text.parse()
        .map_err(|_| wrong(format!("`{text}` is no time of day, such as `09:00`")))
}

pub(crate) fn moment(text: &str) -> Result<Timestamp, RuleError> {
    text.parse().map_err(|_| {
        wrong(format!(
            "`{text}` is no moment with an offset, such as `2026-12-24T18:00:00Z`"
        ))
    })
}

/// `MON-FRI`, `SAT,SUN`, `FRI-MON`.
fn days(text: &str) -> Result<[bool; 7], RuleError> {
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (weekday(first)?, weekday(last)?);
        for ahead in
            0..=(last.to_monday_zero_offset() - first.to_monday_zero_offset()).rem_euclid(7)
        {
            let day = (first.to_monday_zero_offset() + ahead).rem_euclid(7);
            if let Some(day) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) {
                *day = true;
            }
        }
    }
    Ok(days)
}

fn weekday(text: &str) -> Result<Weekday, RuleError> {
    Ok(match text.trim().to_ascii_uppercase().as_str() {
        "MON" => Weekday::Monday,
        "TUE" => Weekday::Tuesday,
        "WED" => Weekday::Wednesday,
        "THU" => Weekday::Thursday,
        "FRI" => Weekday::Friday,
        "SAT" => Weekday::Saturday,
        "SUN" => Weekday::Sunday,
        _ => {
            return Err(wrong(format!(
                "`{text}` is no day: write days as `MON-FRI` or `SAT,SUN`"
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(json: &str) -> Window {
        Window::parse(&format!("[{json}]")).unwrap().remove(0)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const OFFICE: &str = r#"{"days":"MON-FRI","from":"09:00","to":"17:00","zone":"Europe/Berlin"}"#;

    #[test]
    fn office_hours_are_those_of_the_zone() {
        let office = window(OFFICE);
        // A Monday in winter: an hour ahead of UTC.
        assert!(!office.is_open(at("2026-11-30T07:59:59.999Z")));
        assert!(office.is_open(at("2026-11-30T08:00:00Z")));
        assert!(office.is_open(at("2026-11-30T15:59:59.999Z")));
        assert!(!office.is_open(at("2026-11-30T16:00:00Z")));
        // In summer, two.
        assert!(office.is_open(at("2026-07-27T07:00:00Z")));
        // A Saturday.
        assert!(!office.is_open(at("2026-11-28T10:00:00Z")));
        assert_eq!(
            office.next_edge(at("2026-11-27T16:00:00Z")),
            Some(at("2026-11-30T08:00:00Z"))
        );
        assert_eq!(
            office.next_edge(at("2026-11-30T08:00:00Z")),
            Some(at("2026-11-30T16:00:00Z"))
        );
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = window(r#"{"days":"FRI","from":"22:00","to":"06:00","zone":"Europe/Berlin"}"#);
        assert!(night.is_open(at("2026-11-27T21:00:00Z")));
        assert!(night.is_open(at("2026-11-28T04:59:59Z")));
        assert!(!night.is_open(at("2026-11-28T05:00:00Z")));
        assert!(!night.is_open(at("2026-11-27T04:00:00Z")), "Thursday's");
    }

    /// On 29 March 2026 Berlin has no 02:00 to 03:00.
    #[test]
    fn a_time_that_a_day_does_not_have_is_later() {
        let window_of = |from, to| {
            window(&format!(
                r#"{{"from":"{from}","to":"{to}","zone":"Europe/Berlin"}}"#
            ))
        };
        let opens = window_of("02:30", "05:00");
        assert!(!opens.is_open(at("2026-03-29T01:29:59Z")));
        assert!(opens.is_open(at("2026-03-29T01:30:00Z")), "03:30 there");
        let closes = window_of("01:00", "02:30");
        assert!(closes.is_open(at("2026-03-29T01:15:00Z")), "03:15 there");
        assert!(!closes.is_open(at("2026-03-29T01:30:00Z")));
        // From 02:00 to 03:00 is no time at all: both are 03:00.
        let vanished = window_of("02:00", "03:00");
        assert_eq!(
            vanished.next_edge(at("2026-03-28T03:00:00Z")),
            Some(at("2026-03-30T00:00:00Z"))
        );
    }

    /// On 25 October 2026 Berlin has 02:00 to 03:00 twice.
    #[test]
    fn of_a_time_that_a_day_has_twice_the_first_counts() {
        let twice = window(r#"{"from":"02:15","to":"02:45","zone":"Europe/Berlin"}"#);
        assert!(twice.is_open(at("2026-10-25T00:15:00Z")));
        assert!(!twice.is_open(at("2026-10-25T00:45:00Z")));
        assert!(
            !twice.is_open(at("2026-10-25T01:20:00Z")),
            "the second 02:20"
        );
        let across = window(r#"{"from":"01:00","to":"03:00","zone":"Europe/Berlin"}"#);
        assert!(across.is_open(at("2026-10-25T01:30:00Z")));
        assert!(!across.is_open(at("2026-10-25T02:00:00Z")));
    }

    /// It never opens but at an edge, and never closes but at one, on all days of a year in zones whose clocks
    /// change at midnight, by half an hour, or by a whole day.
    #[test]
    fn nothing_changes_between_edges() {
        for zone in [
            "Europe/Berlin",
            "America/Santiago",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "UTC",
        ] {
            let text = format!(
                r#"{{"days":"MON,WED-FRI,SUN","from":"23:30","to":"01:45","zone":"{zone}"}}"#
            );
            let window = window(&text);
            for start in [
                "2011-12-20T00:00:00Z",
                "2026-03-01T00:00:00Z",
                "2026-09-01T00:00:00Z",
            ] {
                let (mut now, mut edges) = (at(start), 0);
                let mut open = window.is_open(now);
                for _ in 0..(70 * 24 * 4) {
                    let next = now + Span::new().minutes(15);
                    let edge = window.next_edge(now).unwrap();
                    if edge > next {
                        assert_eq!(window.is_open(next), open, "{zone} {next}");
                    } else {
                        edges += 1;
                        open = window.is_open(next);
                    }
                    now = next;
                }
                assert!(edges > 60, "{zone}: {edges}");
            }
        }
    }

    #[test]
    fn a_span_may_be_open_at_an_end() {
        let until = window(r#"{"to":"2026-12-24T18:00:00+01:00"}"#);
        assert!(until.is_open(at("2026-12-24T16:59:59Z")));
        assert!(!until.is_open(at("2026-12-24T17:00:00Z")));
        assert_eq!(until.next_edge(at("2026-12-24T17:00:00Z")), None);
        let since = window(r#"{"from":"2026-12-24T18:00:00Z"}"#);
        assert!(!since.is_open(at("2026-12-24T17:59:59Z")));
        assert!(since.is_open(at("2030-01-01T00:00:00Z")));
    }

    #[test]
    fn what_is_no_window_is_told() {
        for (text, why) in [
            ("[]", "there is none"),
            ("[{}]", "it needs `from` or `to`"),
            (r#"[{"from":"2026-12-24"}]"#, "no moment with an offset"),
            (
                r#"[{"days":"MON","from":"2026-12-24T00:00:00Z"}]"#,
                "`days` need a `zone`",
            ),
            (
                r#"[{"from":"9","to":"17:00","zone":"UTC"}]"#,
                "`9` is no time of day",
            ),
            (r#"[{"from":"09:00","zone":"UTC"}]"#, "need `from` and `to`"),
            (
                r#"[{"from":"09:00","to":"10:00","zone":"Mars"}]"#,
                "no time zone `Mars`",
            ),
            (
                r#"[{"days":"MO","from":"09:00","to":"10:00","zone":"UTC"}]"#,
                "`MO` is no day",
            ),
            (
                r#"[{"from":"2026-12-24T00:00:00Z","to":"2026-12-23T00:00:00Z"}]"#,
                "must be after",
            ),
            (
                r#"[{"until":"2026-12-24T00:00:00Z"}]"#,
                "unknown field `until`",
            ),
        ] {
            let error = Window::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
