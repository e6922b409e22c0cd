//! Sign-in by companies' own directories, with their secrets, and login pages on a custom domain.

use serde_json::Value;

use crate::support::cli::{Ended, Project, actions};

const SECRET: &str = "hunter2-is-hidden";
const METADATA: &str = "<EntityDescriptor entityID=\"https://acme.okta.com\"></EntityDescriptor>";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:111122223333:certificate/a1b2c3d4";

/// Two companies' directories; their users are the only ones.
const PROVIDERS: &str = "[shell]\n[identity]\nlocal_users = false\n\
    [identity.providers.Okta]\nsaml_metadata_file = \"okta.xml\"\nidentifiers = [\"example.com\"]\n\
    [identity.providers.Entra]\noidc_issuer = \"https://login.microsoftonline.com/1234/v2.0\"\n\
    client_id = \"a1b2\"\nclient_secret_env = \"ENTRA_SECRET\"\n";

/// Runs the program with a secret, in the most detailed way, and checks that it does not appear.
fn with_secret(project: &Project, secret: &str, arguments: &[&str]) -> Ended {
    let mut command = project.command(arguments);
    command.env("ENTRA_SECRET", secret);
    command.env("FRONTAGE_LOG", "trace");
    let ended: Ended = command.output().expect("the program runs").into();
    assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
    for shown in [&ended.stdout, &ended.stderr] {
        assert!(!shown.contains(secret), "{arguments:?} shows the secret");
    }
    ended
}

/// Plans with a secret; the plan as JSON.
fn plan(project: &Project, secret: &str) -> Value {
    with_secret(project, secret, &["plan", "--format", "json"]).json()
}

fn described() -> Project {
    let project = Project::described(PROVIDERS);
    std::fs::write(project.path().join("okta.xml"), METADATA).expect("written");
    project
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_own_directories_sign_people_in() {
    let project = described();
    let created = plan(&project, SECRET);
    let details = details(&created, "identity/provider-Entra");
    assert_eq!(details["client_secret"], "(sensitive)");
    assert_eq!(details["client_id"], "a1b2");
    with_secret(&project, SECRET, &["plan"]);
    with_secret(&project, SECRET, &["apply", "--yes"]);
    let nothing = plan(&project, SECRET);
    assert_eq!(nothing["resources"], serde_json::json!([]));
    let (cognito, pool) = pool(&project);
    let entra = cognito.describe_identity_provider().user_pool_id(&pool);
    let entra = entra
        .provider_name("Entra")
        .send()
        .await
        .expect("described");
    let details = entra
        .identity_provider()
        .and_then(|of| of.provider_details());
    assert_eq!(details.expect("details")["client_secret"], SECRET);
    let okta = cognito
        .get_identity_provider_by_identifier()
        .user_pool_id(&pool);
    let okta = okta
        .idp_identifier("example.com")
        .send()
        .await
        .expect("found");
    let details = okta
        .identity_provider()
        .and_then(|of| of.provider_details());
    assert_eq!(details.expect("details")["MetadataFile"], METADATA);

    let rotated = plan(&project, "rotated-and-hidden");
    let [entra] = rotated["resources"].as_array().expect("a list").as_slice() else {
        panic!("{rotated:#}");
    };
    assert_eq!(entra["address"], "identity/provider-Entra");
    let change = serde_json::json!({"path": "ProviderDetails.client_secret", "old": "(sensitive)",
        "new": "(sensitive)", "forces_replacement": false});
    assert_eq!(entra["changes"], serde_json::json!([change]));
    with_secret(&project, "rotated-and-hidden", &["apply", "--yes"]);
    let nothing = plan(&project, "rotated-and-hidden");
    assert_eq!(nothing["resources"], serde_json::json!([]));

    // Neither needs the secret.
    project.ok(&["outputs"]);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// A description without its secret is valid, and the plan says what is missing before it reads
/// anything.
#[tokio::test]
async fn a_missing_secret_is_named() {
    let project = described();
    project.ok(&["validate"]);
    let missing = project.fails(&["plan"]);
    project.assert_snapshot("missing-secret", &missing.stderr);
    let mut empty = project.command(&["apply", "--yes"]);
    empty.env("ENTRA_SECRET", "");
    let empty: Ended = empty.output().expect("the program runs").into();
    assert_eq!((empty.code, empty.stderr), (Some(1), missing.stderr));
    project.ok(&["plan", "--stack", "toggles", "--no-build"]);
}

#[tokio::test]
async fn metadata_is_read_from_its_file() {
    let project = described();
    let file = project.path().join("okta.xml");
    std::fs::write(&file, "<html></html>").expect("written");
    let other = project.fails(&["validate"]);
    project.assert_snapshot("no-metadata", &other.stderr);
    std::fs::remove_file(file).expect("removed");
    let missing = project.fails(&["validate"]);
    project.assert_snapshot("missing-metadata", &missing.stderr);
}

/// A page's configuration names the custom domain, and Cognito's own one stays. Without the custom
/// domain it is the address again.
#[tokio::test(flavor = "multi_thread")]
async fn the_login_pages_move_to_a_domain_of_their_own_and_back() {
    let project = Project::described("[shell]\n");
    project.apply();
    let before = login_url(&project);
    let own = format!(
        "[shell]\n[identity]\ndomain = \"login.example.com\"\ncertificate = \"{CERTIFICATE}\"\n"
    );
    project.describe(&own);
    let moved = actions(&project.plan());
    let expected = [
        "create identity/login-domain",
        "update shell/config",
        "update shell/headers",
    ];
    assert_eq!(moved, expected);
    project.apply();
    let (cognito, pool) = pool(&project);
    let described = cognito
        .describe_user_pool()
        .user_pool_id(&pool)
        .send()
        .await;
    let described = described.expect("described");
    let described = described.user_pool().expect("a pool");
    assert_eq!(described.custom_domain(), Some("login.example.com"));
    assert!(described.domain().is_some(), "Cognito's own domain stays");
    let own = login_url(&project);
    assert!(own.contains("://login.example."), "{own}");
    let outputs = project.ok(&["outputs", "--format", "json"]).json();
    let target = outputs["identity"]["domain_target"].as_str();
    assert!(target.expect("a target").ends_with(".cloudfront.net"));

    project.describe("[shell]\n");
    let back = actions(&project.plan());
    assert_eq!(back[1..], ["update shell/config", "update shell/headers"]);
    assert!(back[0].starts_with("delete identity/"), "{back:?}");
    project.apply();
    assert_eq!(login_url(&project), before);
    project.destroy();
    assert_eq!(project.world.listing().await, Vec::<String>::new());
}

/// The details of an identity provider that a plan creates.
fn details<'p>(plan: &'p Value, address: &str) -> &'p Value {
    let mut resources = plan["resources"].as_array().expect("resources").iter();
    let provider = resources.find(|of| of["address"] == address);
    let changes = provider.expect("a provider")["changes"].as_array();
    let mut changes = changes.expect("changes").iter();
    let details = changes.find(|change| change["path"] == "ProviderDetails");
    &details.expect("details")["new"]
}

fn login_url(project: &Project) -> String {
    let outputs = project.ok(&["outputs", "--format", "json"]).json();
    outputs["identity"]["login_url"]
        .as_str()
        .expect("a URL")
        .to_owned()
}

fn pool(project: &Project) -> (aws_sdk_cognitoidentityprovider::Client, String) {
    let cognito = aws_sdk_cognitoidentityprovider::Client::new(&project.world.config());
    let outputs = project.ok(&["outputs", "--format", "json"]).json();
    let id = outputs["identity"]["user_pool_id"].as_str().expect("an id");
    (cognito, id.to_owned())
}
