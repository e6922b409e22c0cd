//! The content security policy of the shell's page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Text;
use sha2::{Digest as _, Sha256};

use super::ShellInputs;

/// The page's import map, its only inline script. The shell's build copies it into the page, byte
/// for byte.
const IMPORT_MAP: &str = include_str!("../../../assets/shell/import-map.json");

/// A page on the developer's own machine.
const LOCAL: &str = "http://localhost:*";

pub(super) fn content_security_policy(around: &ShellInputs<'_>, overrides: bool) -> Text {
    let own = Text::from("'self'");
    let teams: Vec<Text> = around.teams.iter().map(|site| site.url.clone()).collect();
    let local = |also: &[&str]| -> Vec<Text> {
        if overrides {
            also.iter().copied().map(Text::from).collect()
        } else {
            Vec::new()
        }
    };
    let import_map = Text::from(format!(
        "'sha256-{}'",
        STANDARD.encode(Sha256::digest(IMPORT_MAP.trim_end()))
    ));
    let services = [around.login.url.clone(), around.toggles_url.clone()];
    let scripts = [
        vec![own.clone(), import_map],
        teams.clone(),
        local(&[LOCAL]),
    ]
    .concat();
    let connections = [
        vec![own.clone()],
        teams.clone(),
        services.to_vec(),
        local(&[LOCAL, "ws://localhost:*"]),
    ]
    .concat();
    let images = [vec![own.clone(), Text::from("data:")], teams].concat();
    let none = || vec![Text::from("'none'")];
    let directives = [
        ("default-src", none()),
        ("script-src", scripts),
        ("style-src", vec![own.clone()]),
        ("connect-src", connections),
        ("img-src", images),
        ("font-src", vec![own.clone()]),
        ("manifest-src", vec![own]),
        ("base-uri", none()),
        ("form-action", none()),
        ("frame-ancestors", none()),
    ];
    Text::concat(
        directives
            .into_iter()
            .enumerate()
            .flat_map(|(place, (name, sources))| {
                let name = Text::from(if place == 0 {
                    name.to_owned()
                } else {
                    format!("; {name}")
                });
                let sources = sources
                    .into_iter()
                    .flat_map(|source| [Text::from(" "), source]);
                [name].into_iter().chain(sources)
            }),
    )
}
