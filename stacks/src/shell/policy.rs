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
//! A source without a scheme has the page's own, which is `https` but on an emulator.

use std::collections::BTreeSet;

use model::Text;

use super::script_hosts::script_hosts;
use super::{ImportMap, ShellInputs};
use crate::description::{System, Team};
use crate::sites::Site;

/// Pages and sockets on the developer's own machine.
const LOCAL: [&str; 2] = ["http://localhost:*", "ws://localhost:*"];

const NONE: &str = "'none'";
const OWN: &str = "'self'";

pub(super) fn content_security_policy(
    system: &System,
    around: &ShellInputs<'_>,
    import_map: &ImportMap,
) -> Text {
    let overrides = system.shell.as_ref().is_some_and(|shell| shell.overrides);
    let local = if overrides { &LOCAL[..] } else { &[] };
    let map = import_map.source();
    let elsewhere = elsewhere(&system.teams);
    let scripts = [
        texts([OWN, &map]),
        texts(local.iter().copied().take(1)),
        script_hosts(around.teams, &elsewhere),
    ];
    // With a slash at its end a source is all that is below it (CSP level 3, *path-part matches*).
    let flips = around
        .flips
        .map(|api| Text::concat([api.http_url(), Text::from("/")]));
    let everything = [
        texts([OWN, &map, "data:"]),
        texts(local.iter().copied()),
        around.login.sources.clone(),
        vec![around.toggles.url.clone()],
        flips.into_iter().collect(),
        texts(elsewhere),
        // Last, so that the limit on the length shows which team does not fit.
        around.teams.iter().map(Site::source).collect(),
    ];
    let first = directive("script-src", scripts.concat());
    let last = directive("default-src", everything.concat());
    let mut policy = vec![first, Text::from(", ")];
    for (name, sources) in exceptions(&system.teams) {
        policy.extend([directive(name, texts(sources)), Text::from("; ")]);
    }
    policy.push(last);
    Text::concat(policy)
}

/// The directives that do not fall back to `default-src`, or must be stricter.
fn exceptions(teams: &[Team]) -> [(&'static str, Vec<&str>); 9] {
    let fonts = named(teams.iter().flat_map(|team| &team.sources.fonts));
    let frames = named(teams.iter().flat_map(|team| &team.sources.frames));
    let no_frames = frames.is_empty().then_some(NONE);
    [
        ("style-src", vec![OWN]),
        ("font-src", [OWN].into_iter().chain(fonts).collect()),
        ("frame-src", no_frames.into_iter().chain(frames).collect()),
        ("manifest-src", vec![OWN]),
        ("media-src", vec![NONE]),
        ("object-src", vec![NONE]),
        ("base-uri", vec![NONE]),
        ("form-action", vec![NONE]),
        ("frame-ancestors", vec![NONE]),
    ]
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
