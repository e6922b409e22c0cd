//! Identity providers, and the login pages on two domains.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::Client;
use engine::{Action, Reason};
use model::types::cognito::{
    CustomDomainConfig, UserPool, UserPoolClient, UserPoolDomain, UserPoolIdentityProvider,
};
use model::{Graph, Text};

use crate::support::{World, describe, only, paths};

type Edit = fn(&mut UserPoolIdentityProvider);

/// A pool, the providers in it, and a client that supports all of them.
fn graph(world: &World, providers: &[UserPoolIdentityProvider]) -> Graph {
    world.graph(|stack| {
        let pool = UserPool {
            user_pool_name: "acme-test".to_owned(),
            ..UserPool::default()
        };
        let pool = stack.add("pool", pool);
        let mut supported = vec![Text::from("COGNITO")];
        for provider in providers {
            let name = format!("provider-{}", provider.provider_name);
            let provider = UserPoolIdentityProvider {
                user_pool_id: pool.id(),
                ..provider.clone()
            };
            supported.push(stack.add(&name, provider).name());
        }
        let client = UserPoolClient {
            supported_identity_providers: supported,
            ..UserPoolClient::new(pool.id(), "acme-test")
        };
        stack.add("client", client);
    })
}

fn texts<const N: usize, T: From<&'static str>>(
    texts: [(&str, &'static str); N],
) -> BTreeMap<String, T> {
    texts
        .map(|(name, text)| (name.to_owned(), text.into()))
        .into()
}

fn provider<const N: usize>(
    name: &str,
    of: &str,
    details: [(&str, &'static str); N],
) -> UserPoolIdentityProvider {
    UserPoolIdentityProvider {
        user_pool_id: "".into(),
        provider_name: name.to_owned(),
        provider_type: of.to_owned(),
        provider_details: texts(details),
        attribute_mapping: texts([("email", "email")]),
        idp_identifiers: Vec::new(),
    }
}

fn oidc(name: &str) -> UserPoolIdentityProvider {
    provider(
        name,
        "OIDC",
        [
            ("attributes_request_method", "GET"),
            ("authorize_scopes", "openid email"),
            ("client_id", "a1b2"),
            ("client_secret", "hidden"),
            ("oidc_issuer", "https://acme.okta.com"),
        ],
    )
}

fn saml(name: &str) -> UserPoolIdentityProvider {
    let url = "https://acme.okta.com/metadata";
    provider(name, "SAML", [("MetadataURL", url)])
}

/// The client's providers as they are now.
async fn supported(world: &World) -> Vec<String> {
    let (cognito, pool) = pool(world).await;
    let clients = cognito.list_user_pool_clients().user_pool_id(&pool).send();
    let clients = clients.await.expect("listed");
    let id = clients.user_pool_clients()[0].client_id().expect("an id");
    let client = cognito
        .describe_user_pool_client()
        .user_pool_id(&pool)
        .client_id(id)
        .send()
        .await
        .expect("described");
    let client = client.user_pool_client().expect("a client");
    client.supported_identity_providers().to_vec()
}

async fn pool(world: &World) -> (Client, String) {
    let cognito = Client::new(&world.config());
    let pools = cognito.list_user_pools().max_results(60).send().await;
    let pools = pools.expect("listed");
    let id = pools.user_pools()[0].id().expect("an id").to_owned();
    (cognito, id)
}

#[tokio::test]
async fn an_identity_provider_changes_in_place() {
    let world = World::new();
    let mut okta = oidc("Okta");
    world
        .apply(&graph(&world, std::slice::from_ref(&okta)))
        .await;
    assert_eq!(supported(&world).await, ["COGNITO", "Okta"]);
    let changes: [(&str, Edit); 5] = [
        ("ProviderDetails.authorize_scopes", |of| {
            let scopes = Text::from("openid email groups");
            let details = &mut of.provider_details;
            details.insert("authorize_scopes".to_owned(), scopes);
        }),
        ("ProviderDetails.client_secret", |of| {
            let details = &mut of.provider_details;
            details.insert("client_secret".to_owned(), "rotated".into());
        }),
        ("AttributeMapping.name", |of| {
            let mapping = &mut of.attribute_mapping;
            mapping.insert("name".to_owned(), "display_name".to_owned());
        }),
        ("IdpIdentifiers", |of| {
            of.idp_identifiers = vec!["example.com".to_owned()];
        }),
        ("IdpIdentifiers", |of| of.idp_identifiers.clear()),
    ];
    for (path, edit) in changes {
        edit(&mut okta);
        let plan = world
            .apply(&graph(&world, std::slice::from_ref(&okta)))
            .await;
        assert!(matches!(only(&plan).action, Action::Update { .. }));
        assert_eq!(paths(only(&plan)), [path]);
        let live = format!("{:?}", only(&plan).live);
        assert!(!live.contains("hidden"), "{live}");
    }
    world.destroy(&graph(&world, &[okta])).await;
}

/// A client is changed after a provider that it gets was created, and before one that it loses is
/// deleted: the proxy refuses a client with a provider that does not exist.
#[tokio::test]
async fn clients_follow_the_identity_providers() {
    let world = World::new();
    world.apply(&graph(&world, &[oidc("Okta")])).await;
    let both = graph(&world, &[oidc("Okta"), saml("Entra")]);
    let plan = world.apply(&both).await;
    assert_eq!(plan.resources.len(), 2, "{:?}", describe(&plan));
    assert_eq!(supported(&world).await, ["COGNITO", "Entra", "Okta"]);
    // Another type replaces a provider, and the client is written again.
    let other = graph(&world, &[saml("Okta"), saml("Entra")]);
    let plan = world.apply(&other).await;
    let okta = &plan.resources[0];
    assert!(matches!(okta.action, Action::Replace { .. }));
    assert!(paths(okta).contains(&"ProviderType".to_owned()));
    assert_eq!(supported(&world).await, ["COGNITO", "Entra", "Okta"]);
    let last = graph(&world, &[saml("Entra")]);
    let plan = world.apply(&last).await;
    let deleted = plan.resources.last().expect("a resource");
    assert!(
        matches!(deleted.action, Action::Delete),
        "{:?}",
        describe(&plan)
    );
    assert_eq!(supported(&world).await, ["COGNITO", "Entra"]);
    world.destroy(&last).await;
}

/// What Cognito discovers is no drift, and neither is what an organisation may choose.
#[tokio::test]
async fn drift_of_an_identity_provider_is_told_and_repaired() {
    let world = World::new();
    let entra = graph(&world, &[saml("Entra")]);
    world.apply(&entra).await;
    let (cognito, pool) = pool(&world).await;
    let update = || {
        let call = cognito.update_identity_provider();
        call.user_pool_id(&pool).provider_name("Entra")
    };
    let url = "https://acme.okta.com/metadata";
    update()
        .provider_details("MetadataURL", url)
        .provider_details("SSORedirectBindingURI", "https://acme.okta.com/sso")
        .provider_details("RequestSigningAlgorithm", "rsa-sha256")
        .send()
        .await
        .expect("changed");
    let plan = world.plan(&entra).await;
    assert!(plan.is_empty(), "{:?}", describe(&plan));
    update()
        .provider_details("MetadataURL", "https://elsewhere.example/metadata")
        .attribute_mapping("email", "mail")
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&entra).await;
    let Action::Update { reason, .. } = only(&plan).action else {
        panic!("{:?}", describe(&plan));
    };
    assert_eq!(reason, Reason::Drift);
    let expected = ["AttributeMapping.email", "ProviderDetails.MetadataURL"];
    assert_eq!(paths(only(&plan)), expected);
    let call = cognito.delete_identity_provider();
    let call = call.user_pool_id(&pool).provider_name("Entra");
    call.send().await.expect("deleted");
    let plan = world.apply(&entra).await;
    assert!(matches!(plan.resources[0].action, Action::Create { .. }));
    world.destroy(&entra).await;
}

/// So sign-in at Cognito's own domain goes on while the custom one is created, and afterwards.
#[tokio::test]
async fn a_pool_has_a_custom_domain_and_a_prefix() {
    let world = World::new();
    let graph = |custom: bool| {
        world.graph(|stack| {
            let pool = UserPool {
                user_pool_name: "acme-test".to_owned(),
                ..UserPool::default()
            };
            let pool = stack.add("pool", pool);
            let prefix = UserPoolDomain {
                user_pool_id: pool.id(),
                domain: "acme-test".into(),
                managed_login_version: Some(2),
                custom_domain_config: None,
            };
            stack.add("domain", prefix.clone());
            let arn = "arn:aws:acm:us-east-1:111122223333:certificate/one";
            let own = UserPoolDomain {
                domain: "login.acme.example".into(),
                custom_domain_config: Some(CustomDomainConfig {
                    certificate_arn: arn.into(),
                    security_policy: Some("TLS_V1_2_2021".to_owned()),
                }),
                ..prefix
            };
            if custom {
                stack.add("login-domain", own);
            }
        })
    };
    world.apply(&graph(false)).await;
    let plan = world.apply(&graph(true)).await;
    assert!(matches!(only(&plan).action, Action::Create { .. }));
    let (cognito, pool) = pool(&world).await;
    let described = || cognito.describe_user_pool().user_pool_id(&pool).send();
    let both = described().await.expect("described");
    let both = both.user_pool().expect("a pool");
    let names = (both.domain(), both.custom_domain());
    assert_eq!(names, (Some("acme-test"), Some("login.acme.example")));
    let plan = world.apply(&graph(false)).await;
    assert!(matches!(only(&plan).action, Action::Delete));
    let one = described().await.expect("described");
    let one = one.user_pool().expect("a pool");
    assert_eq!(one.domain(), Some("acme-test"));
    world.destroy(&graph(false)).await;
}
