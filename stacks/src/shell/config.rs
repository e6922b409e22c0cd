//! `config.json`: the configuration of the shell's page at run time.

use model::Text;
use model::types::s3::Object;
use serde_json::Value;

use super::{ShellInputs, snapshot};
use crate::description::{System, Team};
use crate::identity::SignIn;
use crate::sites::Site;

/// The scopes that the page requests at sign-in.
const SCOPE: &str = "openid email profile";

pub(super) fn object(
    system: &System,
    around: &ShellInputs<'_>,
    site: &Site,
    sign_in: &SignIn,
) -> Object {
    Object {
        bucket: site.bucket.name(),
        key: "config.json".to_owned(),
        body: body(system, around, sign_in),
        content_type: Some("application/json; charset=utf-8".to_owned()),
        cache_control: Some("no-cache".to_owned()),
    }
}

fn body(system: &System, around: &ShellInputs<'_>, sign_in: &SignIn) -> Text {
    let shell = system.shell.clone().unwrap_or_default();
    let login = object_of([
        ("issuer", string(around.login.issuer.clone())),
        ("url", string(sign_in.url.clone())),
        ("clientId", string(sign_in.client_id.clone())),
        ("scope", known(SCOPE)),
    ]);
    let teams = system
        .teams
        .iter()
        .zip(around.teams)
        .map(|(team, site)| described(team, site));
    object_of([
        ("system", known(system.name.as_str())),
        (
            "title",
            known(shell.title.as_deref().unwrap_or(system.name.as_str())),
        ),
        ("login", login),
        (
            "toggles",
            object_of([
                ("url", string(around.toggles.url.clone())),
                (
                    "longestWait",
                    Text::from(system.toggles.longest_wait.to_string()),
                ),
                ("snapshotUrl", known(&snapshot::url())),
            ]),
        ),
        ("teams", within("[", teams, "]")),
        ("overrides", Text::from(shell.overrides.to_string())),
    ])
}

fn described(team: &Team, site: &Site) -> Text {
    object_of([
        ("name", known(team.name.as_str())),
        ("title", known(&team.title)),
        ("route", known(&team.route)),
        ("url", string(site.url.clone())),
    ])
}

/// A JSON string.
fn known(text: &str) -> Text {
    Text::from(Value::from(text).to_string())
}

/// A JSON string whose value is still unknown: a URL or an id from AWS, which JSON needs no escapes
/// for.
fn string(text: Text) -> Text {
    Text::concat([Text::from("\""), text, Text::from("\"")])
}

/// A JSON object of members that are already JSON.
fn object_of<const N: usize>(members: [(&str, Text); N]) -> Text {
    let members =
        members.map(|(name, value)| Text::concat([Text::from(format!("\"{name}\":")), value]));
    within("{", members, "}")
}

fn within(open: &str, items: impl IntoIterator<Item = Text>, close: &str) -> Text {
    let mut parts = vec![Text::from(open)];
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            parts.push(Text::from(","));
        }
        parts.push(item);
    }
    parts.push(Text::from(close));
    Text::concat(parts)
}
