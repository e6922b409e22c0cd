//! `[shell]` and `[teams.NAME]`: the parent application, and one child application per team.

use std::collections::BTreeMap;
use std::ops::Range;

use super::api::Api;
use super::budget::Budget;
use super::domain::CustomDomain;
use super::identity::known_group;
use super::name::Name;
use super::pipelines::{Pipeline, Pipelines};
use super::problem::Problem;
use super::sources::Sources;
use super::suggestion::quoted;
use super::table::{Rejected, Table};

/// The paths reserved for the shell itself.
const RESERVED_ROUTES: [&str; 6] = [
    "/api",
    "/assets",
    "/releases",
    "/shared",
    "/signed-in",
    "/toggles",
];

/// The name of the parent application wherever applications have names, as in
/// `frontage release publish shell`.
const SHELL: &str = "shell";

/// The maximum length of a title.
const TITLE_LENGTH: usize = 40;

/// The parent application, which signs people in and shows the teams' applications.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Shell {
    /// The title at its top: 1 to 40 characters. Default: the system's name.
    pub title: Option<String>,
    /// Whether a page's URL may override the source of a child, for the developer's own machine
    /// (`?mfe:shipping=http://localhost:5173/src/main.ts`). Default: no.
    pub overrides: bool,
    /// Where the page's styles come from. Default: files alone.
    pub styles: Styles,
    /// The groups of the user pool whose members see the page's toggles and releases. Default:
    /// everybody who has signed in.
    pub operators: Vec<String>,
    /// A custom domain. Default: the distribution's.
    pub domain: Option<CustomDomain>,
}

/// Where the styles of the shell's page come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Styles {
    /// Files, and what scripts set (`adoptedStyleSheets`, `element.style`).
    #[default]
    Files,
    /// `<style>` elements too, as Angular, Svelte's custom elements and CSS-in-JS insert. Somebody who
    /// can inject HTML can then change what the page looks like.
    Inline,
}

/// A team and its child application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The team's name; its stack is named `team/NAME`.
    pub name: Name,
    /// The title in the shell's menu: 1 to 40 characters. Default: the name, capitalised.
    pub title: String,
    /// The path of the shell below which the application is shown. Default: `/NAME`.
    pub route: String,
    /// The directory of the application's npm package, relative to the description's. Default:
    /// `assets/NAME`.
    pub source: Option<String>,
    /// A custom domain. Default: the distribution's.
    pub domain: Option<CustomDomain>,
    /// The API that the shell's page reaches at `/api/NAME/`. Default: none.
    pub api: Option<Api>,
    /// What else the application uses, other than its own site.
    pub sources: Sources,
    /// The most bytes of its scripts and styles. Default: 5 MB.
    pub budget: Option<Budget>,
    /// The groups of the user pool whose members see the application in the shell. Default: everybody
    /// who has signed in.
    pub groups: Vec<String>,
    /// How its commits become releases. Default: by `frontage release publish` alone.
    pub pipeline: Option<Pipeline>,
}

impl Styles {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Files, Self::Inline];

    /// Its word in a description.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Inline => "inline",
        }
    }
}

impl Shell {
    pub(super) fn read(table: &mut Table, groups: &[String]) -> Self {
        Self {
            title: table.text("title", title),
            overrides: table.boolean("overrides").unwrap_or(false),
            styles: table
                .choice("styles", &Styles::ALL, Styles::as_str)
                .unwrap_or_default(),
            operators: (table.texts("operators", known_group(groups))).unwrap_or_default(),
            domain: CustomDomain::read(table),
        }
    }
}

impl Team {
    /// A team with the defaults.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            title: capitalised(name.as_str()),
            route: format!("/{name}"),
            name,
            source: None,
            domain: None,
            api: None,
            sources: Sources::default(),
            budget: None,
            groups: Vec::new(),
            pipeline: None,
        }
    }

    /// Reads every `[teams.NAME]`.
    pub(super) fn read_all(
        root: &mut Table,
        pipelines: &Pipelines,
        groups: &[String],
    ) -> Vec<Self> {
        let mut routes = BTreeMap::new();
        let teams = root.tables("teams", |name, at, table| {
            Self::read(name, at, table, (&mut routes, pipelines, groups))
        });
        teams.into_iter().flatten().collect()
    }

    fn read(
        text: &str,
        at: Range<usize>,
        table: &mut Table,
        (routes, pipelines, groups): (&mut BTreeMap<String, String>, &Pipelines, &[String]),
    ) -> Option<Self> {
        let title = table.text("title", title);
        let route = table.text("route", route);
        let source = table.text("source", source);
        let domain = CustomDomain::read(table);
        let api = table.text("api", Api::described);
        let sources = Sources::read(table);
        let budget = table.text("budget", Budget::described);
        let groups = table.texts("groups", known_group(groups));
        let groups = groups.unwrap_or_default();
        let pipeline = table.table("pipeline", |table| Pipeline::read(table, pipelines));
        let name = match text.parse::<Name>() {
            Ok(name) if text != SHELL => name,
            Ok(_) => {
                table.report(Some(misnamed(
                    text,
                    &at,
                    "this is the parent application's name",
                )));
                return None;
            }
            Err(why) => {
                table.report(Some(misnamed(text, &at, &why.to_string())));
                return None;
            }
        };
        let title = title.unwrap_or_else(|| capitalised(name.as_str()));
        let route = route.unwrap_or_else(|| format!("/{name}"));
        table.report(taken(text, &route, at, routes));
        Some(Self {
            name,
            title,
            route,
            source,
            domain,
            api,
            sources,
            budget,
            groups,
            pipeline,
        })
    }
}

fn misnamed(text: &str, at: &Range<usize>, why: &str) -> Problem {
    let rule = format!(
        "use 1 to {} characters of a-z, 0-9 and `-`, beginning with a letter",
        Name::MAX_LENGTH
    );
    let like = Name::like(text).filter(|like| like.as_str() != SHELL);
    let like = like.map_or(String::new(), |like| format!(", such as `{like}`"));
    Problem::new(
        format!("a team cannot be called {}", quoted(text)),
        at.clone(),
        why,
    )
    .help(rule + &like)
}

/// The problem with a route that is below another, or above it: one path would have two
/// applications.
fn taken(
    team: &str,
    route: &str,
    at: Range<usize>,
    routes: &mut BTreeMap<String, String>,
) -> Option<Problem> {
    let within = |one: &str, other: &str| one == other || one.starts_with(&format!("{other}/"));
    let overlap = |other: &str| within(route, other) || within(other, route);
    let help = "give the team another `route`";
    if let Some(reserved) = RESERVED_ROUTES.iter().find(|reserved| overlap(reserved)) {
        let message = format!("the route `{route}` is the shell's own");
        return Some(Problem::new(message, at, format!("`{reserved}` is taken")).help(help));
    }
    if let Some((other, owner)) = routes.iter().find(|(other, _)| overlap(other)) {
        let message = format!("the route `{route}` is taken");
        return Some(Problem::new(message, at, format!("`{owner}` has `{other}`")).help(help));
    }
    routes.insert(route.to_owned(), team.to_owned());
    None
}

fn capitalised(name: &str) -> String {
    let mut rest = name.chars();
    rest.next()
        .map_or(String::new(), |first| {
            first.to_uppercase().chain(rest).collect()
        })
        .replace('-', " ")
}

/// Control characters, and Unicode's own ends of lines and paragraphs.
fn breaks_lines(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Unicode's `Bidi_Control` characters, which are not seen themselves: text around them could be read
/// as something else. Source: Unicode Standard Annex #9, section 2.
fn turns_text(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

fn title(text: &str) -> Result<String, Rejected> {
    let length = text.chars().count();
    let why = match text {
        _ if text.trim().is_empty() => "a title must not be empty".to_owned(),
        _ if length > TITLE_LENGTH => {
            format!("{length} characters; the maximum is {TITLE_LENGTH}")
        }
        _ if text.chars().any(breaks_lines) => "a title must be one line of text".to_owned(),
        _ if let Some(character) = text.chars().find(|&c| turns_text(c)) => {
            format!(
                "U+{:04X} changes the direction of the text",
                u32::from(character)
            )
        }
        _ => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why,
        help: format!("use 1 to {TITLE_LENGTH} characters, such as `Acme`"),
    })
}

fn route(text: &str) -> Result<String, Rejected> {
    let segments = text
        .strip_prefix('/')
        .map(|rest| rest.split('/').collect::<Vec<_>>())
        .unwrap_or_default();
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    let why = match text {
        _ if segments.is_empty() => "a route must begin with `/`",
        _ if segments.iter().any(|segment| segment.is_empty()) => "there is one `/` too many",
        _ if !segments.iter().all(|segment| segment.chars().all(allowed)) => {
            "only a-z, 0-9 and `-` are allowed"
        }
        _ => return Ok(text.to_owned()),
    };
    Err(Rejected {
        why: why.to_owned(),
        help: "use a path such as `/shipping` or `/account/billing`".to_owned(),
    })
}

fn source(text: &str) -> Result<String, Rejected> {
    if !text.is_empty() && !text.starts_with('/') {
        return Ok(text.to_owned());
    }
    Err(Rejected {
        why: "not a directory relative to the description's".to_owned(),
        help:
            "use a path relative to frontage.toml, such as `assets/shipping` or `../shipping/web`"
                .to_owned(),
    })
}
