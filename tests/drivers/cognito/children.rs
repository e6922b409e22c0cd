//! The resources in a pool.

use engine::{Action, Reason};
use model::types::cognito::{
    AnalyticsConfiguration, CustomDomainConfig, RefreshTokenRotation, TokenValidityUnits,
    UserPoolClient, UserPoolGroup,
};

use super::{Model, actions, texts, update, urls};
use crate::support::{World, describe, only, paths};

struct Steps<'w> {
    world: &'w World,
    model: Model,
}

impl Steps<'_> {
    async fn step(&mut self, expected: &[&str], edit: impl FnOnce(&mut UserPoolClient)) {
        edit(self.model.client.as_mut().expect("a client"));
        update(self.world, &self.model, expected).await;
    }
}

#[tokio::test]
async fn sign_in_to_a_client_changes_in_place() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let mut steps = Steps {
        world: &world,
        model,
    };
    steps
        .step(
            &[
                "AllowedOAuthFlows",
                "AllowedOAuthFlowsUserPoolClient",
                "AllowedOAuthScopes",
                "CallbackURLs",
            ],
            |client| {
                client.allowed_oauth_flows_user_pool_client = Some(true);
                client.allowed_oauth_flows = texts(["code"]);
                client.allowed_oauth_scopes = texts(["openid", "email", "profile"]);
                client.callback_urls = urls([
                    "https://acme.example/signed-in",
                    "http://shell.localhost/signed-in",
                ]);
            },
        )
        .await;
    steps
        .step(&["LogoutURLs"], |client| {
            client.logout_urls = urls(["https://acme.example/"]);
        })
        .await;
    let default = "https://acme.example/signed-in";
    steps
        .step(&["DefaultRedirectURI"], |client| {
            client.default_redirect_uri = Some(default.into());
        })
        .await;
    steps
        .step(&["SupportedIdentityProviders"], |client| {
            client.supported_identity_providers = urls(["COGNITO"]);
        })
        .await;
    steps
        .step(&["ExplicitAuthFlows"], |client| {
            client.explicit_auth_flows = texts(["ALLOW_USER_AUTH"]);
        })
        .await;
    steps
        .step(&["PreventUserExistenceErrors"], |client| {
            client.prevent_user_existence_errors = Some("ENABLED".to_owned());
        })
        .await;
    steps
        .step(&["ReadAttributes"], |client| {
            client.read_attributes = texts(["email", "name"]);
        })
        .await;
    steps
        .step(&["WriteAttributes"], |client| {
            client.write_attributes = texts(["name"]);
        })
        .await;
    steps
        .step(&["LogoutURLs"], |client| client.logout_urls.clear())
        .await;
    world.destroy(&steps.model.graph(&world)).await;
}

#[tokio::test]
async fn tokens_of_a_client_change_in_place() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let mut steps = Steps {
        world: &world,
        model,
    };
    steps
        .step(
            &["AccessTokenValidity", "TokenValidityUnits.AccessToken"],
            |client| {
                client.access_token_validity = Some(10);
                let minutes = Some("minutes".to_owned());
                client.token_validity_units = Some(TokenValidityUnits {
                    access_token: minutes,
                    ..TokenValidityUnits::default()
                });
            },
        )
        .await;
    steps
        .step(&["IdTokenValidity"], |client| {
            client.id_token_validity = Some(2);
        })
        .await;
    steps
        .step(&["RefreshTokenValidity"], |client| {
            client.refresh_token_validity = Some(7);
        })
        .await;
    steps
        .step(&["AuthSessionValidity"], |client| {
            client.auth_session_validity = Some(5);
        })
        .await;
    steps
        .step(&["EnableTokenRevocation"], |client| {
            client.enable_token_revocation = Some(false);
        })
        .await;
    steps
        .step(&["EnablePropagateAdditionalUserContextData"], |client| {
            client.enable_propagate_additional_user_context_data = Some(true);
        })
        .await;
    // MiniStack forgets the rotation itself.
    steps
        .step(&["ExplicitAuthFlows"], |client| {
            let feature = "ENABLED".to_owned();
            client.refresh_token_rotation = Some(RefreshTokenRotation {
                feature,
                retry_grace_period_seconds: Some(10),
            });
        })
        .await;
    let analytics = AnalyticsConfiguration {
        application_arn: Some("arn:aws:mobiletargeting:eu-west-1:111122223333:apps/a".into()),
        application_id: None,
        external_id: None,
        role_arn: None,
        user_data_shared: None,
    };
    steps
        .step(&["AnalyticsConfiguration"], |client| {
            client.analytics_configuration = Some(analytics);
        })
        .await;
    world.destroy(&steps.model.graph(&world)).await;
}

#[tokio::test]
async fn a_secret_is_had_from_the_beginning_or_never() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let secret =
        model.with(|model| model.client.as_mut().expect("a client").generate_secret = Some(true));
    let plan = world.apply(&secret.graph(&world)).await;
    let actions = actions(&plan);
    assert!(
        matches!(&actions[..], [(client, Action::Replace { .. }), (style, Action::Replace { .. })]
            if client == "test/client" && style == "test/style"),
        "{:?}",
        describe(&plan)
    );
    assert_eq!(paths(&plan.resources[0]), ["GenerateSecret"]);
    assert_eq!(paths(&plan.resources[1]), ["ClientId"]);
    assert!(!format!("{plan:?}").contains("ClientSecret"));
    world.apply(&model.graph(&world)).await;
    world.destroy(&model.graph(&world)).await;
}

#[tokio::test]
async fn a_domain_changes_its_pages_in_place_and_its_name_by_replacement() {
    let world = World::new();
    let model = Model::new();
    let graph = model.graph(&world);
    world.apply(&graph).await;
    let login = world.inventory(&graph).await;
    let login = &login.known.attributes[&"test/domain".parse().expect("an address")]["LoginUrl"];
    assert_eq!(
        *login,
        world
            .account()
            .await
            .site_url("acme-test.auth.eu-west-1.amazoncognito.com")
    );
    let classic = model.with(|model| {
        model
            .domain
            .as_mut()
            .expect("a domain")
            .managed_login_version = None;
    });
    update(&world, &classic, &["ManagedLoginVersion"]).await;
    let other =
        classic.with(|model| model.domain.as_mut().expect("a domain").domain = "acme-other".into());
    let plan = world.apply(&other.graph(&world)).await;
    assert!(matches!(only(&plan).action, Action::Replace { .. }));
    assert_eq!(paths(only(&plan)), ["Domain"]);
    world.destroy(&other.graph(&world)).await;
}

#[tokio::test]
async fn a_custom_domain_takes_the_place_of_a_prefix() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let certificate = |id: &str| {
        let certificate_arn = format!("arn:aws:acm:us-east-1:111122223333:certificate/{id}").into();
        Some(CustomDomainConfig {
            certificate_arn,
            security_policy: None,
        })
    };
    let custom = model.with(|model| {
        let domain = model.domain.as_mut().expect("a domain");
        domain.domain = "login.acme.example".into();
        domain.custom_domain_config = certificate("one");
    });
    let plan = world.apply(&custom.graph(&world)).await;
    let actions: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{:?}",
        describe(&plan)
    );
    let renewed = custom
        .with(|model| model.domain.as_mut().expect("it").custom_domain_config = certificate("two"));
    update(&world, &renewed, &["CustomDomainConfig.CertificateArn"]).await;
    world.destroy(&renewed.graph(&world)).await;
}

/// MiniStack cannot update a group.
#[tokio::test]
async fn a_group_of_another_name_is_another_group() {
    let world = World::new();
    let model = Model::new().with(|model| {
        let role = format!("arn:aws:iam::{}:role/acme-admins", world.account_id);
        model.group = Some(UserPoolGroup {
            description: Some("Those who may".to_owned()),
            precedence: Some(1),
            role_arn: Some(role.into()),
            ..UserPoolGroup::new("".into(), "admins")
        });
    });
    world.apply(&model.graph(&world)).await;
    let renamed = model.with(|model| model.group = Some(UserPoolGroup::new("".into(), "editors")));
    let plan = world.apply(&renamed.graph(&world)).await;
    let actions: Vec<_> = plan
        .resources
        .iter()
        .map(|resource| &resource.action)
        .collect();
    assert!(
        matches!(actions[..], [Action::Create { .. }, Action::Delete]),
        "{:?}",
        describe(&plan)
    );
    world.destroy(&renamed.graph(&world)).await;
}

#[tokio::test]
async fn drift_of_a_client_is_told_and_repaired() {
    let world = World::new();
    let model = Model::new();
    world.apply(&model.graph(&world)).await;
    let cognito = aws_sdk_cognitoidentityprovider::Client::new(&world.config());
    let pools = cognito
        .list_user_pools()
        .max_results(60)
        .send()
        .await
        .expect("listed");
    let pool_id = pools.user_pools()[0].id().expect("an id").to_owned();
    let clients = cognito
        .list_user_pool_clients()
        .user_pool_id(&pool_id)
        .send()
        .await
        .expect("listed");
    let client_id = clients.user_pool_clients()[0]
        .client_id()
        .expect("an id")
        .to_owned();
    let call = cognito
        .update_user_pool_client()
        .user_pool_id(&pool_id)
        .client_id(&client_id);
    call.callback_urls("https://elsewhere.example/")
        .send()
        .await
        .expect("changed");
    let plan = world.apply(&model.graph(&world)).await;
    assert!(
        matches!(
            only(&plan).action,
            Action::Update {
                reason: Reason::Drift,
                ..
            }
        ),
        "{:?}",
        describe(&plan)
    );
    assert_eq!(paths(only(&plan)), ["CallbackURLs"]);
    let call = cognito
        .delete_user_pool_client()
        .user_pool_id(&pool_id)
        .client_id(&client_id);
    call.send().await.expect("deleted");
    let plan = world.apply(&model.graph(&world)).await;
    assert!(
        matches!(plan.resources[0].action, Action::Create { .. }),
        "{:?}",
        describe(&plan)
    );
    world.destroy(&model.graph(&world)).await;
}
