//! `config.json`: the configuration of the shell's page at run time. The toggles' connection manager
//! reads it as well: `toggle_contract::doors::ShellConfig` are the parts that it needs.

use model::Text;
use model::types::s3::Object;
use serde_json::Value;
use toggle_contract::SHELL_CONFIG;
use toggle_contract::doors::Connect;

use super::{ShellInputs, snapshot};
use crate::description::{CustomDomain, System, Team};
use crate::identity::SignIn;
use crate::sites::Site;

/// The pages of a developer's own machine.
const LOCAL: &str = "http://localhost:*";

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
        key: SHELL_CONFIG.to_owned(),
        body: body(system, around, site, sign_in),
        content_type: Some("application/json; charset=utf-8".to_owned()),
        cache_control: Some("no-cache".to_owned()),
    }
}

fn body(system: &System, around: &ShellInputs<'_>, site: &Site, sign_in: &SignIn) -> Text {
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
    let members = [
        ("system", known(system.name.as_str())),
        (
            "title",
            known(shell.title.as_deref().unwrap_or(system.name.as_str())),
        ),
        ("login", login),
        ("toggles", toggles(system, around, site)),
        ("teams", within("[", teams, "]")),
        ("overrides", Text::from(shell.overrides.to_string())),
    ];
    let operators = (!shell.operators.is_empty()).then(|| ("operators", names(&shell.operators)));
    object_of(members.into_iter().chain(operators))
}

fn toggles(system: &System, around: &ShellInputs<'_>, site: &Site) -> Text {
    let settings = &system.toggles;
    let connect = settings.connect;
    let connect = (connect != Connect::Public).then(|| ("connect", known(connect.as_str())));
    let origins = settings.origins.is_none().then(|| {
        let origins = origins(system, around, site).into_iter().map(string);
        ("origins", within("[", origins, "]"))
    });
    let api = around.flips.map(|api| ("api", string(api.http_url())));
    let members = [
        ("url", string(around.toggles.url.clone())),
        ("longestWait", Text::from(settings.longest_wait.to_string())),
        ("snapshotUrl", known(&snapshot::url())),
    ];
    let exposure = settings.exposure;
    let exposure = exposure.map(|share| ("exposure", Text::from(share.to_string())));
    let members = members.into_iter().chain(exposure).chain(api);
    object_of(members.chain(connect).chain(origins))
}

/// The origins of the system's own pages.
fn origins(system: &System, around: &ShellInputs<'_>, site: &Site) -> Vec<Text> {
    let shell = system.shell.as_ref();
    let overrides = shell.is_some_and(|shell| shell.overrides);
    let domains = system.teams.iter().map(|team| &team.domain);
    let domains = domains.chain(shell.map(|shell| &shell.domain)).flatten();
    let aliases = domains.flat_map(CustomDomain::alias_origins);
    let sites = [site].into_iter().chain(around.teams);
    let sites = sites.map(|site| site.url.clone());
    let local = overrides.then(|| Text::from(LOCAL));
    sites.chain(aliases.map(Text::from)).chain(local).collect()
}

fn described(team: &Team, site: &Site) -> Text {
    let members = [
        ("name", known(team.name.as_str())),
        ("title", known(&team.title)),
        ("route", known(&team.route)),
        ("url", string(site.url.clone())),
    ];
    let groups = (!team.groups.is_empty()).then(|| ("groups", names(&team.groups)));
    object_of(members.into_iter().chain(groups))
}

/// A JSON array of strings.
fn names(names: &[String]) -> Text {
    Text::from(Value::from(names).to_string())
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
fn object_of<'m>(members: impl IntoIterator<Item = (&'m str, Text)>) -> Text {
    let members = members.into_iter();
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
