//! The hosts of the teams' sites, as the page's policies name them.

use std::collections::BTreeSet;

use model::Text;

use crate::sites::{Host, Site};

/// The domain of all distributions' own names.
const DISTRIBUTIONS: &str = "cloudfront.net";

/// The most sites that the policy for everything names one by one: more would exceed CloudFront's
/// limit on the length, 1,783 characters, so sites with domains right below one are named by that.
const NAMED: usize = 40;

/// As few hosts and patterns as match all sites and no origin of `elsewhere`.
pub(super) fn script_hosts(sites: &[Site], elsewhere: &BTreeSet<&str>) -> Vec<Text> {
    // Each distribution knows the pattern of all; one is asked.
    let distributions = sites.iter().find_map(|site| match &site.host {
        Host::Distribution(distribution) => Some(distribution.hosts()),
        Host::Domain(_) => None,
    });
    let host = |site: &Site| match &site.host {
        Host::Distribution(_) if is_free(DISTRIBUTIONS, elsewhere) => distributions.clone(),
        Host::Distribution(_) => None,
        Host::Domain(domain) => pattern(domain, sites, elsewhere),
    };
    named(sites, host)
}

/// The hosts of all sites; of more than a few dozen, those with domains right below one by that.
pub(super) fn all_hosts(sites: &[Site], elsewhere: &BTreeSet<&str>) -> Vec<Text> {
    if sites.len() <= NAMED {
        return sites.iter().map(Site::source).collect();
    }
    named(sites, |site| match &site.host {
        Host::Distribution(_) => None,
        Host::Domain(domain) => pattern(domain, sites, elsewhere),
    })
}

/// Each once: the pattern that a site has, or else its host.
fn named(sites: &[Site], pattern: impl Fn(&Site) -> Option<Text>) -> Vec<Text> {
    let hosts = sites
        .iter()
        .map(|site| pattern(site).unwrap_or_else(|| site.source()));
    hosts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// `*.` before the domain right above, if several sites share it and nothing of `elsewhere` is there.
fn pattern(domain: &str, sites: &[Site], elsewhere: &BTreeSet<&str>) -> Option<Text> {
    parent(domain)
        .filter(|parent| is_free(parent, elsewhere) && is_shared(parent, sites))
        .map(|parent| Text::from(format!("*.{parent}")))
}

fn is_free(parent: &str, elsewhere: &BTreeSet<&str>) -> bool {
    !elsewhere.iter().any(|source| overlaps(source, parent))
}

/// The domain above another, unless that is a top-level domain.
fn parent(domain: &str) -> Option<&str> {
    let (_, parent) = domain.split_once('.')?;
    parent.contains('.').then_some(parent)
}

/// Whether several sites have domains right below one.
fn is_shared(above: &str, sites: &[Site]) -> bool {
    let below = sites.iter().filter(|site| match &site.host {
        Host::Domain(domain) => parent(domain) == Some(above),
        Host::Distribution(_) => false,
    });
    below.count() > 1
}

/// Whether a source, such as `https://*.example.com:8443`, matches a host below a domain.
fn overlaps(source: &str, parent: &str) -> bool {
    let host = source.split_once("://").map_or(source, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let is_below = |host: &str, domain: &str| host.ends_with(&format!(".{domain}"));
    match host.strip_prefix("*.") {
        Some(wide) => wide == parent || is_below(wide, parent) || is_below(parent, wide),
        None => is_below(host, parent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_overlaps_a_domain_if_it_matches_a_host_below_it() {
        let overlaps = |source| overlaps(source, "apps.example.com");
        for source in [
            "https://api.apps.example.com",
            "wss://a.b.apps.example.com:8443",
            "https://*.apps.example.com",
            "https://*.b.apps.example.com",
            "https://*.example.com",
        ] {
            assert!(overlaps(source), "{source}");
        }
        for source in [
            "https://apps.example.com",
            "https://api.example.com",
            "https://otherapps.example.com",
            "https://*.otherapps.example.com",
            "https://*.example.org",
        ] {
            assert!(!overlaps(source), "{source}");
        }
    }
}
