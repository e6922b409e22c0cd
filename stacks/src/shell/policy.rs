//! The content security policy of the shell's page: two policies in one header. A browser loads
//! only what both allow.
//!
//! CloudFront limits the header's length, so the second policy names each origin once, in
//! `default-src`, to which scripts, connections, images and workers fall back (CSP level 3, *Directive
//! Fallback List*). That alone would let the page run scripts from origins that it may only connect
//! to. So the first policy restricts scripts again, and there a few patterns such as
//! `*.cloudfront.net` are enough to tell the teams' sites from all other origins: a pattern in it
//! allows nothing that the second policy does not name.
//!
//! The page has one inline script, its import map, and allows it itself: by a third policy, a `meta`
//! element before it with the map's hash. So another map is a release of the shell like any other, and
//! this header allows inline scripts: a browser runs only what all three allow (`release publish`
//! refuses a page without the element). Event handlers in attributes have no hash and stay forbidden
//! here.
//!
//! A source without a scheme has the page's own, which is `https` but on an emulator.

use std::collections::BTreeSet;

use model::Text;

use super::ShellInputs;
use super::hosts::{all_hosts, script_hosts};
use crate::description::{Styles, System, Team};

/// Pages and sockets on the developer's own machine.
const LOCAL: [&str; 2] = ["http://localhost:*", "ws://localhost:*"];

const NONE: &str = "'none'";
const OWN: &str = "'self'";

/// Inline scripts, among which the page's own policy chooses, and inline styles.
const INLINE: &str = "'unsafe-inline'";
/// What the page has made itself: pictures of a file before it is sent, and workers.
const BLOBS: &str = "blob:";

pub(super) fn content_security_policy(system: &System, around: &ShellInputs<'_>) -> Text {
    let settings = system.shell.clone().unwrap_or_default();
    let local = if settings.overrides { &LOCAL[..] } else { &[] };
    let elsewhere = elsewhere(&system.teams);
    let scripts = [
        texts([OWN, INLINE]),
        texts(local.iter().copied().take(1)),
        script_hosts(around.teams, &elsewhere),
    ];
    // With a slash at its end a source is all that is below it (CSP level 3, *path-part matches*).
    let flips = around
        .flips
        .map(|api| Text::concat([api.http_url(), Text::from("/")]));
    let everything = [
        texts([OWN, INLINE, "data:", BLOBS]),
        texts(local.iter().copied()),
        around.login.sources.clone(),
        vec![around.toggles.url.clone()],
        flips.into_iter().collect(),
        texts(elsewhere.iter().copied()),
        // Last, so that the limit on the length shows which team does not fit.
        all_hosts(around.teams, &elsewhere),
    ];
    // Otherwise workers would fall back to `script-src`.
    let workers = system.teams.iter().any(|team| team.sources.workers);
    let workers = workers.then(|| directive("worker-src", texts([OWN, BLOBS])));
    let first = [
        Some(directive("script-src", scripts.concat())),
        Some(directive("script-src-attr", texts([NONE]))),
        workers,
    ];
    let others = exceptions(&system.teams, settings.styles).into_iter();
    let others = others.map(|(name, sources)| directive(name, texts(sources)));
    let last = directive("default-src", everything.concat());
    let last: Vec<Text> = others.chain([last]).collect();
    let policies = [first.into_iter().flatten().collect(), last];
    joined(", ", policies.map(|policy| joined("; ", policy)))
}

/// The directives that do not fall back to `default-src`, or must be stricter.
fn exceptions(teams: &[Team], styles: Styles) -> Vec<(&'static str, Vec<&str>)> {
    let fonts = named(teams.iter().flat_map(|team| &team.sources.fonts));
    let frames = named(teams.iter().flat_map(|team| &team.sources.frames));
    let media = named(teams.iter().flat_map(|team| &team.sources.media));
    let inline = match styles {
        Styles::Files => None,
        Styles::Inline => Some(("style-src-elem", vec![OWN, INLINE])),
    };
    let mut exceptions = vec![("style-src", vec![OWN])];
    exceptions.extend(inline);
    exceptions.extend([
        (
            "font-src",
            [OWN, "data:"].into_iter().chain(fonts).collect(),
        ),
        ("frame-src", or_none(frames)),
        ("manifest-src", vec![OWN]),
        ("media-src", or_none(media)),
        ("object-src", vec![NONE]),
        ("base-uri", vec![NONE]),
        ("form-action", vec![NONE]),
        ("frame-ancestors", vec![NONE]),
    ]);
    exceptions
}

fn or_none(sources: BTreeSet<&str>) -> Vec<&str> {
    if sources.is_empty() {
        vec![NONE]
    } else {
        sources.into_iter().collect()
    }
}

/// What teams connect to and show, other than their own sites.
fn elsewhere(teams: &[Team]) -> BTreeSet<&str> {
    let sources = teams.iter().map(|team| &team.sources);
    named(sources.flat_map(|of| of.connects_to.iter().chain(&of.images)))
}

fn named<'t>(sources: impl Iterator<Item = &'t String>) -> BTreeSet<&'t str> {
    sources.map(String::as_str).collect()
}

fn texts<'t>(sources: impl IntoIterator<Item = &'t str>) -> Vec<Text> {
    sources.into_iter().map(Text::from).collect()
}

fn directive(name: &str, sources: Vec<Text>) -> Text {
    let sources = sources
        .into_iter()
        .flat_map(|source| [Text::from(" "), source]);
    Text::concat([Text::from(name)].into_iter().chain(sources))
}

fn joined(separator: &str, texts: impl IntoIterator<Item = Text>) -> Text {
    let mut joined = Vec::new();
    for text in texts {
        if !joined.is_empty() {
            joined.push(Text::from(separator));
        }
        joined.push(text);
    }
    Text::concat(joined)
}
