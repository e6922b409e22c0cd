//! The domains of the login pages: Cognito's own, and the system's.
//!
//! A pool can have one of each, so the system's own domain never takes the place of Cognito's: while
//! it is created, which can take an hour, people sign in at the other one.

use std::collections::BTreeSet;

use model::types::cognito::{CustomDomainConfig, UserPool, UserPoolDomain};
use model::types::route53::{RECORD_SET, RecordSet};
use model::{Address, Graph, Handle, Pseudo, StackName, Text};

use super::STACK;
use crate::description::{CustomDomain, Delivery, Dns, System};
use crate::sites;

/// The managed login pages, not the classic ones, which have no session.
const MANAGED_LOGIN: i32 = 2;

/// Cognito's own domain. Prefixes are unique per Region, across all accounts.
pub(super) fn prefix(system: &System, pool: &Handle<UserPool>) -> UserPoolDomain {
    let here = Text::fingerprint([Pseudo::AccountId.into(), Pseudo::Region.into()]);
    UserPoolDomain {
        user_pool_id: pool.id(),
        domain: Text::concat([Text::from(format!("{}-", system.name)), here]),
        managed_login_version: Some(MANAGED_LOGIN),
        custom_domain_config: None,
    }
}

/// The origin of a domain.
pub(super) fn origin(domain: &CustomDomain) -> Text {
    Text::from(format!("https://{}", domain.name))
}

/// Adds the system's own domain. Returns the URL of the login pages there, without a trailing slash,
/// and the records by which they are found.
pub(super) fn add(
    graph: &mut Graph,
    own: &CustomDomain,
    pool: &Handle<UserPool>,
    delivery: &Delivery,
) -> (Text, BTreeSet<Address>) {
    let parents = parents(graph, own);
    let stack = &mut graph.stack(StackName::new(STACK));
    let certificate_arn = sites::certificate(stack, "login-certificate", own);
    let properties = UserPoolDomain {
        user_pool_id: pool.id(),
        domain: Text::from(own.name.as_str()),
        managed_login_version: Some(MANAGED_LOGIN),
        custom_domain_config: Some(CustomDomainConfig {
            certificate_arn,
            security_policy: Some(security_policy(delivery).to_owned()),
        }),
    };
    let domain = stack.add_after("login-domain", properties, &parents);
    let target = domain.distribution();
    let Dns::Zone(zone_id) = &own.dns else {
        stack.output("domain_target", target);
        return (domain.login_url(), BTreeSet::new());
    };
    let records = ["A", "AAAA"].map(|record_type| {
        let (zone, name) = (Text::from(zone_id.as_str()), Text::from(own.name.as_str()));
        let record = RecordSet::distribution_alias(zone, name, record_type, target.clone());
        let version = if record_type == "A" { "ipv4" } else { "ipv6" };
        let record = stack.add(&format!("login-record-{version}"), record);
        record.address().clone()
    });
    (domain.login_url(), records.into())
}

/// The records of sites by which the parent of the domain has an address: Cognito refuses a domain
/// whose parent has none. Source: the Cognito developer guide, `Using your own domain for managed
/// login`.
fn parents(graph: &Graph, own: &CustomDomain) -> BTreeSet<Address> {
    let (_, parent) = own.name.split_once('.').unwrap_or_default();
    let has_name = |node: &&model::Node| {
        node.resource_type.name == RECORD_SET.name && node.properties["Name"] == parent
    };
    let records = graph.nodes().filter(has_name);
    records.map(|node| node.address.clone()).collect()
}

/// Cognito offers three of CloudFront's policies. The oldest, which accepts TLS 1.0, is not used.
fn security_policy(delivery: &Delivery) -> &'static str {
    if delivery.minimum_tls.starts_with("TLSv1.3") {
        "TLS_V1_3_2025"
    } else {
        "TLS_V1_2_2021"
    }
}
