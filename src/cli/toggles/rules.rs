//! Arguments for the rules of toggles, and the commands that explain them.

use clap::{ArgGroup, Args, Subcommand};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use miette::Report;
use serde_json::{Map, Value, json};
use toggle_contract::doors::{GROUPS, SUBJECT, TARGETING_KEY};
use toggle_rules::segment_id;

use super::by_api::ByApi;
use super::wait::{Wait, Writing};
use super::{Why, id, open};
use crate::cli::advice;
use crate::cli::global::{Format, Global};
use crate::cli::output::{print, print_json, say};
use crate::render;
use crate::toggles::{Asked, AttributeText, Kind, RuleChange};

/// The rules of a toggle. Each option replaces the rule of its kind; others stay.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
#[command(group = ArgGroup::new("whom").args(["group", "user", "segment", "percent"]).multiple(true))]
pub(super) struct Rules {
    /// Remove all rules first: then it is the same for everybody, at any time
    #[arg(long = "no-rules")]
    clear: bool,
    /// On for people of this group of the user pool (repeatable)
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// On for this user, by the `sub` of the user pool (repeatable)
    #[arg(long, value_name = "SUB")]
    user: Vec<String>,
    /// On for people of this segment (repeatable): see `frontage toggles segment`
    #[arg(long, value_name = "NAME")]
    segment: Vec<String>,
    /// On for so many percent of people, or of those that the options above name: always the same ones
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    percent: Option<u8>,
    /// On or a variant as flagd's targeting says, in JSON:
    /// `{"if": [{"in": ["beta", {"var": "groups"}]}, "on", "off"]}`
    #[arg(long, value_name = "JSON", conflicts_with = "whom")]
    rule: Option<String>,
    /// A variant that the rule can choose, and its value (repeatable, together all that there are)
    #[arg(long, value_name = "NAME=JSON|TEXT", value_parser = variant, conflicts_with = "whom")]
    variant: Vec<(String, AttributeText)>,
    /// The variant for those that the rule says nothing of. Default: off
    #[arg(long, value_name = "NAME")]
    default_variant: Option<String>,
    /// On only for those for whom this toggle is on (repeatable, together all that there are)
    #[arg(long, value_name = "ID", value_parser = id)]
    requires: Vec<String>,
    /// On from this time of day
    #[arg(long, value_name = "HH:MM", requires_all = ["to", "zone"])]
    from: Option<civil::Time>,
    /// On until this time of day, of the next day if it is not after --from
    #[arg(long, value_name = "HH:MM", requires = "from")]
    to: Option<civil::Time>,
    /// On these days only: `MON-FRI`, `SAT,SUN`. Default: every day
    #[arg(long, value_name = "DAYS", requires = "from")]
    days: Option<String>,
    /// The time zone of all times: `Europe/Berlin`
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// On from this moment: `2026-12-24T18:00:00Z`, or without an offset in --zone
    #[arg(long, value_name = "MOMENT", conflicts_with = "from")]
    at: Option<String>,
    /// On until this moment
    #[arg(long, value_name = "MOMENT", conflicts_with = "from")]
    until: Option<String>,
    /// On for a share of people that grows in these steps: `5,25,50,100`; from --at, or from now
    #[arg(
        long,
        value_name = "PERCENT,…",
        value_delimiter = ',',
        requires = "every"
    )]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    ramp: Vec<u8>,
    /// The time between two steps: `1h`, `30m`
    #[arg(long, value_name = "DURATION", requires = "ramp")]
    every: Option<SignedDuration>,
}

impl Rules {
    /// The change to the rules.
    ///
    /// # Errors
    /// What is wrong with a time.
    pub(super) fn change(&self) -> Result<RuleChange, Report> {
        let (at, until) = (
            self.moment(self.at.as_ref())?,
            self.moment(self.until.as_ref())?,
        );
        let ramp = self.ramp(at)?;
        // A ramp begins at --at by itself.
        let from = at.filter(|_| ramp.is_none());
        Ok(RuleChange {
            clear: self.clear,
            targeting: self.targeting(),
            variants: self.variant.clone(),
            default_variant: self.default_variant.clone(),
            prerequisites: self.requires.clone(),
            windows: self.windows(from, until),
            ramp,
        })
    }

    fn targeting(&self) -> Option<String> {
        if let Some(rule) = &self.rule {
            return Some(rule.clone());
        }
        let groups = self.group.iter();
        let groups = groups.map(|group| json!({ "in": [group, { "var": GROUPS }] }));
        let users =
            (!self.user.is_empty()).then(|| json!({ "in": [{ "var": SUBJECT }, self.user] }));
        let segments = self.segment.iter().map(|name| json!({ "$ref": name }));
        let mut conditions: Vec<_> = groups.chain(users).chain(segments).collect();
        let share = self
            .percent
            .map(|percent| json!({ "fractional": [["on", percent], ["off", 100 - percent]] }));
        let condition = match conditions.len() {
            0 => return share.map(|share| share.to_string()),
            1 => conditions.remove(0),
            _ => json!({ "or": conditions }),
        };
        let then = share.unwrap_or_else(|| json!("on"));
        Some(json!({ "if": [condition, then, "off"] }).to_string())
    }

    fn windows(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> Option<String> {
        let mut window = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            window.extend(value.map(|value| (name.to_owned(), Value::from(value))));
        };
        if let (Some(from), Some(to)) = (self.from, self.to) {
            put("days", self.days.clone());
            put("from", Some(from.strftime("%H:%M").to_string()));
            put("to", Some(to.strftime("%H:%M").to_string()));
            put("zone", self.zone.clone());
        } else {
            put("from", from.map(|at| at.to_string()));
            put("to", until.map(|at| at.to_string()));
        }
        (!window.is_empty()).then(|| json!([window]).to_string())
    }

    fn ramp(&self, at: Option<Timestamp>) -> Result<Option<String>, Report> {
        let Some(every) = self.every else {
            return Ok(None);
        };
        let seconds = u32::try_from(every.as_secs())
            .ok()
            .filter(|seconds| *seconds > 0);
        let seconds = seconds.ok_or_else(|| {
            miette::miette!("--every must be from a second to some years, not {every}")
        })?;
        let from = at.unwrap_or_else(Timestamp::now);
        let ramp = json!({ "from": from.to_string(), "every": seconds, "steps": self.ramp });
        Ok(Some(ramp.to_string()))
    }

    fn moment(&self, text: Option<&String>) -> Result<Option<Timestamp>, Report> {
        text.map(|text| moment(text, self.zone.as_deref()))
            .transpose()
    }
}

/// A moment with its offset, or one of a time zone.
fn moment(text: &str, zone: Option<&str>) -> Result<Timestamp, Report> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let local = text.parse::<civil::DateTime>().map_err(|_| {
        miette::miette!(
            help = "write `2026-12-24T18:00:00Z`, or `2026-12-24T18:00` and `--zone Europe/Berlin`",
            "`{text}` is no moment"
        )
    })?;
    let zone = zone.ok_or_else(|| {
        miette::miette!(
            help = "add `--zone Europe/Berlin`, or an offset: `{text}Z`",
            "`{text}` has neither an offset nor a time zone"
        )
    })?;
    let zone =
        TimeZone::get(zone).map_err(|_| miette::miette!("there is no time zone `{zone}`"))?;
    let zoned = local.to_zoned(zone);
    Ok(zoned
        .map_err(|error| miette::miette!("{error}"))?
        .timestamp())
}

fn variant(text: &str) -> Result<(String, AttributeText), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("expected NAME=JSON or NAME=TEXT")?;
    if name.is_empty() {
        return Err("a variant must have a name".to_owned());
    }
    let value = value.parse::<AttributeText>();
    Ok((name.to_owned(), value.map_err(|error| error.to_string())?))
}

/// Arguments of `toggles explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// The toggle's featureId
    #[arg(value_parser = id)]
    id: String,
    /// The user's `sub` in the user pool. Default: nobody is known
    #[arg(long, value_name = "SUB")]
    user: Option<String>,
    /// The id that a client without a user chose itself, such as a browser's
    #[arg(long, value_name = "ID", conflicts_with_all = ["user", "group", "claim"])]
    client: Option<String>,
    /// A group of the user (repeatable)
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// Another claim of the user's token (repeatable)
    #[arg(long, value_name = "NAME=JSON|TEXT", value_parser = claim)]
    claim: Vec<(String, Value)>,
    /// At this moment: `2026-12-24T18:00:00Z`, or without an offset in --zone. Default: now
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// The time zone of --at
    #[arg(long, value_name = "ZONE", requires = "at")]
    zone: Option<String>,
    #[command(flatten)]
    by_api: ByApi,
}

fn claim(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("expected NAME=JSON or NAME=TEXT")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

impl Explain {
    /// The context as the connection manager would store it.
    fn context(&self) -> Option<String> {
        let mut context: Map<String, Value> = self.claim.iter().cloned().collect();
        if let Some(user) = &self.user {
            context.insert(SUBJECT.to_owned(), Value::from(user.as_str()));
        }
        if let Some(key) = self.user.as_ref().or(self.client.as_ref()) {
            context.insert(TARGETING_KEY.to_owned(), Value::from(key.as_str()));
        }
        if !self.group.is_empty() {
            context.insert(GROUPS.to_owned(), json!(self.group));
        }
        (!context.is_empty()).then(|| Value::from(context).to_string())
    }
}

pub(super) async fn explain(global: &Global, arguments: &Explain) -> Result<(), Report> {
    let at = arguments.at.as_ref();
    let at = at
        .map(|at| moment(at, arguments.zone.as_deref()))
        .transpose()?;
    let asked = Asked {
        context: arguments.context(),
        at_ms: at.and_then(|at| u64::try_from(at.as_millisecond()).ok()),
    };
    let explained = if let Some(api) = arguments.by_api.open()? {
        let explained = api.explain(&arguments.id, &asked).await;
        explained.map_err(advice::report)?
    } else {
        let explained = open(global).await?.explain(&arguments.id, &asked).await;
        explained.map_err(advice::report)?
    };
    match global.format {
        Format::Json => print_json(&explained),
        Format::Human => print(&render::explanation(&explained)),
    }
}

/// What can be done with segments.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Segments {
    /// List the segments, and the toggles whose rules name them
    List,
    /// Write a segment: toggles whose rules name it are sent again
    Set {
        /// Its name
        #[arg(value_parser = segment_name)]
        name: String,
        /// The condition, in flagd's JSON: `{"ends_with": [{"var": "email"}, "@example.com"]}`
        #[arg(value_name = "JSON")]
        condition: String,
        #[command(flatten)]
        why: Why,
    },
    /// Delete a segment that no rule names
    Delete {
        /// Its name
        #[arg(value_parser = segment_name)]
        name: String,
        #[command(flatten)]
        why: Why,
    },
}

fn segment_name(text: &str) -> Result<String, String> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.is_empty() || text.len() > 128 || !text.chars().all(is_good) {
        return Err("a segment's name has 1 to 128 of a-z, A-Z, 0-9, `_`, `-` and `.`".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) async fn segments(global: &Global, command: &Segments) -> Result<(), Report> {
    match command {
        Segments::List => {
            let segments = open(global)
                .await?
                .segments()
                .await
                .map_err(advice::report)?;
            match global.format {
                Format::Json => print_json(&segments)?,
                Format::Human if segments.is_empty() => say(
                    "there are no segments; create one: frontage toggles segment set staff \
                     '{\"ends_with\": [{\"var\": \"email\"}, \"@example.com\"]}'",
                ),
                Format::Human => print(&render::segments(&segments))?,
            }
        }
        Segments::Set {
            name,
            condition,
            why,
        } => {
            let writing = Writing::open(global, Wait::default(), why).await?;
            let written = writing.store.set_segment(name, condition).await;
            let id = segment_id(name);
            writing
                .ended_with(global.format, (&id, Kind::Patch), written)
                .await?;
        }
        Segments::Delete { name, why } => {
            let writing = Writing::open(global, Wait::default(), why).await?;
            let deleted = writing.store.delete_segment(name, None).await;
            let id = segment_id(name);
            writing
                .ended_with(global.format, (&id, Kind::Deletion), deleted)
                .await?;
        }
    }
    Ok(())
}
