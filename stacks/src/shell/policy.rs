//! The content security policy of the shell's page.

use model::Text;

use super::{ImportMap, ShellInputs};

/// A page on the developer's own machine.
const LOCAL: &str = "http://localhost:*";

pub(super) fn content_security_policy(
    around: &ShellInputs<'_>,
    import_map: &ImportMap,
    overrides: bool,
) -> Text {
    let own = Text::from("'self'");
    let teams: Vec<Text> = around.teams.iter().map(|site| site.url.clone()).collect();
    let local = |also: &[&str]| -> Vec<Text> {
        if overrides {
            also.iter().copied().map(Text::from).collect()
        } else {
            Vec::new()
        }
    };
    let services = [around.login.url.clone(), around.toggles_url.clone()];
    let scripts = [
        vec![own.clone(), Text::from(import_map.source())],
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
