use aws_config::BehaviorVersion;
use aws_config::Region;
use aws_config::profile::load;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};
use fake_aws::FakeAws;

use super::*;

const ASSUMED: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials>\
    <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
    <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
    </Credentials></AssumeRoleResult></AssumeRoleResponse>";

async fn profiles(text: &str, selected: &'static str) -> ProfileSet {
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, text)
        .build();
    let (fs, env) = (Fs::from_slice(&[]), Env::from_slice(&[]));
    load(&fs, &env, &files, Some(selected.into()))
        .await
        .unwrap()
}

fn config(fake: &FakeAws) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .http_client(fake.client())
        .build()
}

fn ask(device: &str) -> io::Result<String> {
    assert_eq!(device, "arn:aws:iam::111122223333:mfa/ada");
    Ok("123456\n".to_owned())
}

async fn provider(
    text: &str,
    fake: &FakeAws,
    ask: Option<AskMfaCode>,
) -> Result<Option<SharedCredentialsProvider>, AccountError> {
    let profiles = profiles(text, "work").await;
    with_mfa(&profiles, &config(fake), &ProviderConfig::empty(), ask)
}

const KEYS: &str = "[profile base]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n";
const WORK: &str = "[profile work]\nrole_arn = arn:aws:iam::111122223333:role/work\n\
    source_profile = base\nduration_seconds = 3600\nexternal_id = x1\n";
const MFA: &str = "mfa_serial = arn:aws:iam::111122223333:mfa/ada\n";

#[tokio::test]
async fn the_code_is_sent_with_the_device() {
    let fake = FakeAws::new([("Action=AssumeRole", 200, ASSUMED)]);
    let text = format!("{WORK}{MFA}{KEYS}");
    let provider = provider(&text, &fake, Some(ask)).await.unwrap().unwrap();
    let credentials = provider.provide_credentials().await.unwrap();
    assert_eq!(credentials.access_key_id(), "ASIA1");
    assert!(credentials.expiry().is_some());
    let request = fake.requests().remove(0);
    for part in [
        "SerialNumber=arn%3Aaws%3Aiam%3A%3A111122223333%3Amfa%2Fada",
        "TokenCode=123456",
        "DurationSeconds=3600",
        "ExternalId=x1",
        "role%2Fwork",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
    // A second code in the middle of a run is not asked for.
    let error = provider.provide_credentials().await.unwrap_err();
    let error = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.contains("run the command again"), "{error}");
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_role_deeper_in_the_chain_has_its_code_too() {
    let fake = FakeAws::new([("role%2Fbase", 200, ASSUMED), ("role%2Fwork", 200, ASSUMED)]);
    let text = format!(
        "{WORK}[profile base]\nrole_arn = arn:aws:iam::111122223333:role/base\n\
         source_profile = keys\n{MFA}{}",
        KEYS.replace("base", "keys")
    );
    let provider = provider(&text, &fake, Some(ask)).await.unwrap().unwrap();
    provider.provide_credentials().await.unwrap();
    let requests = fake.requests();
    assert!(requests[0].contains("TokenCode=123456"), "{requests:#?}");
    assert!(!requests[1].contains("TokenCode"), "{requests:#?}");
    fake.assert_used();
}

#[tokio::test]
async fn without_a_terminal_the_role_is_not_assumed_without_mfa() {
    let fake = FakeAws::new([]);
    let text = format!("{WORK}{MFA}{KEYS}");
    let error = provider(&text, &fake, None).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("arn:aws:iam::111122223333:mfa/ada"),
        "{error}"
    );
    assert!(error.advice().contains("export-credentials"), "{error}");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn other_profiles_are_the_sdks() {
    let fake = FakeAws::new([]);
    let circle = "[profile work]\nrole_arn = a\nsource_profile = other\n\
        [profile other]\nrole_arn = b\nsource_profile = work\n";
    for text in [KEYS, &format!("{WORK}{KEYS}"), circle] {
        assert!(provider(text, &fake, Some(ask)).await.unwrap().is_none());
    }
    let machine =
        format!("[profile work]\nrole_arn = a\ncredential_source = Ec2InstanceMetadata\n{MFA}");
    let error = provider(&machine, &fake, Some(ask)).await.unwrap_err();
    assert!(error.to_string().contains("Ec2InstanceMetadata"), "{error}");
}
