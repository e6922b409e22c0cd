//! The file that `frontage init` writes.

use super::name::Name;

/// A description that contains only its name and id, with every other key explained and commented out.
///
/// A line that begins with `#` and a space is an explanation; `#` and a key is that key with its
/// default, or an example if there is none.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The template with a system's name and id.
#[must_use]
pub fn template(name: &Name, id: &str) -> String {
    TEMPLATE
        .replacen("\"acme\"", &format!("\"{name}\""), 1)
        .replacen("\"0a1b2c3d\"", &format!("\"{id}\""), 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::description::table::Findings;
    use crate::description::{
        Architecture, Ci, Connection, LOG_CLASSES, LogLevel, MINIMUM_TLS, Mfa, Protocol, Shell,
        Source, System, ThreatProtection, Tier, log_class, syntax,
    };
    use model::types::cloudfront::PriceClass;
    use model::types::logs::{LogGroupClass, RETENTION_DAYS};

    fn name() -> Name {
        "shop-2".parse().unwrap()
    }

    /// The template after an operator has removed the `#` from every key.
    fn uncommented() -> String {
        let is_key = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
        let bare = |line: &str| {
            line.strip_prefix('#')
                .filter(is_key)
                .unwrap_or(line)
                .to_owned()
                + "\n"
        };
        template(&name(), "89abcdef").lines().map(bare).collect()
    }

    #[test]
    fn is_the_defaults() {
        let system = System::parse("frontage.toml", &template(&name(), "89abcdef"));
        let id = Some("89abcdef".to_owned());
        let expected = System {
            id,
            ..System::new(name())
        };
        assert_eq!(system.unwrap(), expected);
    }

    #[test]
    fn states_the_defaults_in_its_comments() {
        let mut system = System::parse("frontage.toml", &uncommented()).unwrap();
        // Some keys have no default: they show an example.
        assert_eq!(system.region.take().as_deref(), Some("eu-west-1"));
        assert_eq!(std::mem::take(&mut system.tags).len(), 1);
        let ignored = std::mem::take(&mut system.ignore_tags);
        assert_eq!(ignored.patterns(), ["map-migrated", "AutoTag_*"]);
        assert_eq!(system.functions.reserved_concurrency.take(), Some(5));
        let functions = &mut system.functions;
        assert_eq!(functions.log_class.take(), Some(LogGroupClass::Standard));
        assert_eq!(functions.log_deletion_protection.take(), Some(true));
        assert!(functions.permissions_boundary.take().is_some());
        assert_eq!(functions.role_path.take().as_deref(), Some("/front-end/"));
        assert!(functions.kms_key.take().is_some());
        let toggles = &mut system.toggles;
        assert_eq!(toggles.posts_per_second.take(), Some(20_000));
        assert_eq!(std::mem::take(&mut toggles.private), ["owner"]);
        assert_eq!(toggles.origins.take().map(|of| of.len()), Some(2));
        assert_eq!(std::mem::take(&mut toggles.claims), ["custom:plan"]);
        let exposure = toggles.exposure.take();
        assert_eq!(exposure.map(|of| of.to_string()).as_deref(), Some("0.01"));
        assert!(toggles.kms_key.take().is_some());
        assert!(toggles.access_logs.take().is_some());
        assert_eq!(std::mem::take(&mut toggles.protected), ["payment.*"]);
        assert_eq!(std::mem::take(&mut toggles.may_flip).len(), 1);
        let connections = std::mem::take(&mut toggles.connections);
        assert_eq!(connections.point_in_time_recovery, Some(true));
        assert_eq!(connections.deletion_protection, Some(true));
        let alarms = &mut system.alarms;
        assert_eq!(std::mem::take(&mut alarms.emails), ["ops@example.com"]);
        assert!(alarms.kms_key.take().is_some());
        let operations = system.operations.take().unwrap();
        assert_eq!(operations.notify.map(|of| of.len()), Some(1));
        assert_eq!(operations.budget, Some(100));
        let packages = system.packages.take().unwrap();
        assert_eq!((packages.readers.len(), packages.publishers.len()), (1, 1));
        assert_eq!(packages.protect, Some(vec!["@acme".to_owned()]));
        let identity = &mut system.identity;
        assert_eq!(identity.tier.take(), Some(Tier::Essentials));
        let protection = identity.threat_protection.take();
        assert_eq!(protection, Some(ThreatProtection::Off));
        assert!(identity.email.take().is_some());
        assert_eq!(std::mem::take(&mut identity.callback_urls).len(), 1);
        let login = identity.domain.take().unwrap();
        assert_eq!(login.name, "login.example.com");
        let provider = identity.providers.pop().unwrap();
        let Protocol::Oidc(oidc) = provider.protocol else {
            panic!("the example is one of OpenID Connect");
        };
        assert_eq!(oidc.scopes, ["openid", "email", "profile"]);
        assert_eq!(provider.identifiers, ["example.com"]);
        let sites = &mut system.sites;
        assert!(sites.web_acl.take().is_some());
        assert_eq!(sites.price_class.take(), Some(PriceClass::All));
        let logs = sites.access_logs.take().unwrap();
        assert_eq!(logs.prefix.as_deref(), Some("sites/"));
        assert!(sites.countries.take().is_some());
        let mut shell = system.shell.take().unwrap();
        assert_eq!(std::mem::take(&mut shell.operators), ["operators"]);
        assert_eq!(shell.title.as_deref(), Some("Acme"));
        assert_eq!(
            Shell {
                title: None,
                domain: None,
                ..shell
            },
            Shell::default()
        );
        let pipelines = &mut system.pipelines;
        assert_eq!(pipelines.connection.take(), Some(Connection::New("GitHub")));
        assert_eq!(
            std::mem::take(&mut pipelines.identity_providers),
            [Ci::GitHub]
        );
        let canary = pipelines.canary.take().unwrap();
        assert_eq!((canary.percent, canary.every), (10, Some(30)));
        assert_eq!(canary.watch, ["acme-shipping-errors"]);
        let team = system.teams.pop().unwrap();
        let pipeline = team.pipeline.unwrap();
        let source = Source::Connection("acme/shipping".to_owned());
        assert_eq!((pipeline.source, &*pipeline.branch), (source, "main"));
        assert_eq!(pipeline.paths, ["shipping/**"]);
        assert_eq!(pipeline.folder.as_deref(), Some("shipping"));
        assert_eq!(pipeline.canary, Some(canary));
        assert_eq!(
            (team.name.as_str(), team.title.as_str(), team.route.as_str()),
            ("shipping", "Shipping", "/shipping")
        );
        assert!(system.account.take().is_some());
        assert_eq!(system.id.take().as_deref(), Some("89abcdef"));
        assert_eq!(system, System::new(name()));
    }

    #[test]
    fn explains_every_key_there_is() {
        let text = uncommented();
        let document = syntax::parse(&text);
        let mut findings = Findings::default();
        findings.read(&document.root, System::read).unwrap();
        for (path, keys) in findings.known().iter().collect::<BTreeMap<_, _>>() {
            let mut table = &document.root;
            for key in path.split('.').filter(|key| !key.is_empty()) {
                table = table[key].get_ref().as_table().unwrap();
            }
            for key in keys {
                // A key that excludes another one is shown in an explanation.
                assert!(
                    table.contains_key(*key) || TEMPLATE.contains(&format!("`{key} = ")),
                    "the template explains `{key}` of `[{path}]`"
                );
            }
        }
    }

    #[test]
    fn names_every_choice() {
        for word in Architecture::ALL
            .map(Architecture::as_str)
            .into_iter()
            .chain(LogLevel::ALL.map(LogLevel::as_str))
            .chain(LOG_CLASSES.map(log_class))
            .chain(Mfa::ALL.map(Mfa::as_str))
            .chain(Tier::ALL.map(Tier::as_str))
            .chain(ThreatProtection::ALL.map(ThreatProtection::as_str))
            .chain(MINIMUM_TLS)
            .chain(["100", "200", "all"])
        {
            assert!(TEMPLATE.contains(&format!("\"{word}\"")), "{word}");
        }
        let days = RETENTION_DAYS
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let prose = TEMPLATE.replace("\n# ", " ");
        assert!(prose.contains(&days), "{days}");
    }
}
