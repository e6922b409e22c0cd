//! The AWS CLI's conventions: environment variables and profiles mean here what they mean there.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::support::cli::{Ended, Project, Running};

/// A proxy as in a company's network. It writes down the first line of each connection.
struct Proxy {
    url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts it. Every host is found at the port of this machine, or nowhere.
    fn start(port: Option<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let lines = Arc::default();
        let proxy = Self {
            url,
            lines: Arc::clone(&lines),
        };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let lines = Arc::clone(&lines);
                thread::spawn(move || pass(stream, port, &lines));
            }
        });
        proxy
    }

    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().expect("no test died here"))
    }
}

fn pass(mut client: TcpStream, port: Option<u16>, lines: &Mutex<Vec<String>>) -> Option<()> {
    let mut head = [0; 8192];
    let length = client.read(&mut head).ok()?;
    let line = String::from_utf8_lossy(&head[..length]);
    let line = line.lines().next()?.to_owned();
    lines.lock().ok()?.push(line.clone());
    let Some(mut service) = port.and_then(|port| TcpStream::connect(("127.0.0.1", port)).ok())
    else {
        return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").ok();
    };
    if line.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    } else {
        // The emulator knows paths only; a connection carries one call, so that each is rewritten.
        // What follows the first line may be binary.
        let rewritten = line.replacen("http://aws.test:4566/", "/", 1);
        let rest = &head[line.len()..length];
        service.write_all(rewritten.as_bytes()).ok()?;
        service.write_all(b"\r\nconnection: close").ok()?;
        service.write_all(rest).ok()?;
    }
    let (mut from, mut to) = (client.try_clone().ok()?, service.try_clone().ok()?);
    let up = thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut service, &mut client);
    let _ = client.shutdown(Shutdown::Write);
    up.join().ok()
}

fn end(command: Command) -> Ended {
    Running::new(command).end()
}

/// A command that is to reach AWS itself, if only it could.
fn towards_aws(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command
        .env_remove("AWS_ENDPOINT_URL")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// A command without keys in the environment.
fn without_keys(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn write(project: &Project, file: &str, text: &str) -> PathBuf {
    let path = project.path().join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("written");
    path
}

#[test]
fn calls_and_the_watch_go_through_the_proxy() {
    let project = Project::new();
    project.apply();
    let endpoint = &project.world.endpoint;
    let port = endpoint
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    let proxy = Proxy::start(Some(port.expect("the endpoint has a port")));
    let through = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command
            .env("AWS_ENDPOINT_URL", "http://aws.test:4566")
            .env("HTTP_PROXY", &proxy.url);
        command
    };
    let mut watch = Running::new(through(&["toggles", "watch"]));
    assert!(watch.line().contains("no toggles"));
    let lines = proxy.lines();
    let calls = lines
        .iter()
        .filter(|line| line.starts_with("POST http://aws.test:4566/"));
    assert!(calls.count() > 0, "{lines:#?}");
    let tunnels = lines
        .iter()
        .filter(|line| line.starts_with("CONNECT aws.test:4566 "));
    assert_eq!(tunnels.count(), 1, "{lines:#?}");
    watch.interrupt();
    assert_eq!(watch.end().code, Some(0));

    // An endpoint of this machine is reached without it.
    let mut command = project.command(&["plan"]);
    command.env("HTTP_PROXY", &proxy.url);
    assert_eq!(end(command).code, Some(0));
    assert_eq!(proxy.lines(), Vec::<String>::new());
    project.destroy();
}

#[test]
fn a_profile_keeps_the_proxy_and_the_kind_of_endpoint_for_its_own_calls() {
    let project = Project::new();
    write(
        &project,
        ".aws/config",
        "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/work\nsource_profile = keys\n\
         [profile keys]\naws_access_key_id = id\naws_secret_access_key = secret\n\
         [profile fips]\nrole_arn = arn:aws:iam::111122223333:role/work\nsource_profile = keys\n\
         use_fips_endpoint = true\n\
         [profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = work\n\
         [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n",
    );
    // The file's name is the SHA-1 of the session's.
    write(
        &project,
        ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
        "{\"accessToken\": \"token\", \"expiresAt\": \"2099-01-01T00:00:00Z\"}",
    );
    let proxy = Proxy::start(None);
    for (profile, variable, host) in [
        (
            "keys",
            "AWS_USE_DUALSTACK_ENDPOINT",
            "sts.eu-west-1.api.aws",
        ),
        (
            "keys",
            "AWS_USE_FIPS_ENDPOINT",
            "sts-fips.eu-west-1.amazonaws.com",
        ),
        (
            "role",
            "AWS_USE_FIPS_ENDPOINT",
            "sts-fips.eu-west-1.amazonaws.com",
        ),
        ("fips", "UNUSED", "sts-fips.eu-west-1.amazonaws.com"),
        (
            "sso",
            "AWS_USE_FIPS_ENDPOINT",
            "portal.sso-fips.eu-west-1.amazonaws.com",
        ),
    ] {
        let mut command = towards_aws(&project, &["plan", "--profile", profile]);
        command.env("HTTPS_PROXY", &proxy.url).env(variable, "true");
        let ended = end(command);
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        let lines = proxy.lines();
        let wanted = format!("CONNECT {host}:443 HTTP/1.1");
        assert!(
            !lines.is_empty() && lines.iter().all(|line| *line == wanted),
            "{profile} {variable}: {lines:#?}, {ended:#?}"
        );
    }
}

#[test]
fn a_bundle_of_authorities_that_does_not_exist() {
    let project = Project::new();
    let mut command = project.command(&["plan"]);
    command.env("AWS_CA_BUNDLE", "/nowhere/ca.pem");
    project.assert_snapshot("no-ca-bundle", &end(command).whole());
}

#[test]
fn an_endpoint_without_a_scheme() {
    let project = Project::new();
    project.assert_snapshot(
        "endpoint-without-scheme",
        &project
            .fails(&["plan", "--endpoint-url", "localhost:4566"])
            .whole(),
    );
    let mut command = project.command(&["plan"]);
    command.env("AWS_ENDPOINT_URL_SQS", "localhost:4566");
    project.assert_snapshot(
        "endpoint-of-a-service-without-scheme",
        &end(command).whole(),
    );
}

#[test]
fn a_proxy_that_is_no_url() {
    let project = Project::new();
    let mut command = project.command(&["plan"]);
    command.env("HTTPS_PROXY", "socks5://ada:secret@localhost:1080");
    project.assert_snapshot("no-proxy-url", &end(command).whole());
}

#[test]
fn empty_variables_and_options_count_as_unset() {
    let project = Project::new();
    let mut command = project.command(&[
        "plan",
        "--endpoint-url",
        "",
        "--profile",
        "",
        "--region",
        "",
    ]);
    for name in [
        "AWS_CA_BUNDLE",
        "AWS_CONFIG_FILE",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL_SQS",
        "AWS_ENDPOINT_URL_STS",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_SESSION_TOKEN",
        "AWS_USE_FIPS_ENDPOINT",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
    ] {
        command.env(name, "");
    }
    let ended = end(command);
    assert_eq!(ended.code, Some(0), "{ended:#?}");

    let endpoint = project.world.endpoint.clone();
    let mut command = project.command(&["plan", "--endpoint-url", &endpoint]);
    command.env("AWS_ENDPOINT_URL", "");
    let ended = end(command);
    assert_eq!(ended.code, Some(0), "{ended:#?}");

    write(&project, "frontage.toml", "name = \"acme\"\n");
    let mut command = project.command(&["plan"]);
    command.env("AWS_REGION", "");
    project.assert_snapshot("no-region", &end(command).whole());
}

/// A line break is easily copied with a secret.
#[test]
fn what_cannot_be_sent_is_refused() {
    let project = Project::new();
    write(&project, "frontage.toml", "name = \"acme\"\n");
    let cases = [
        ("AWS_ACCESS_KEY_ID", "AKIA\u{7f}", "cannot be sent"),
        ("AWS_SESSION_TOKEN", "first\nsecond", "cannot be sent"),
        (
            "AWS_REGION",
            "eu-west-1\u{7f}",
            "is not the name of an AWS Region",
        ),
    ];
    for (name, value, why) in cases {
        let mut command = project.command(&["plan"]);
        command.env("AWS_REGION", "eu-west-1").env(name, value);
        let ended = end(command);
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        assert!(ended.stderr.contains(why), "{ended:#?}");
    }
}

#[test]
fn the_default_profile_needs_no_file() {
    let project = Project::new();
    let mut command = project.command(&["plan"]);
    command.env("AWS_PROFILE", "default");
    let ended = end(command);
    assert_eq!(ended.code, Some(0), "{ended:#?}");
}

#[test]
fn a_credential_process_runs_once_per_command() {
    let project = Project::new();
    let (id, secret) = (&project.world.account_id, &project.world.secret);
    let script = write(
        &project,
        "credentials.sh",
        &format!(
            "echo run >> runs\necho '{{\"Version\": 1, \"AccessKeyId\": \"{id}\", \
             \"SecretAccessKey\": \"{secret}\"}}'\n"
        ),
    );
    let process = format!("credential_process = sh {}\n", script.display());
    write(
        &project,
        ".aws/config",
        &format!("[default]\n{process}[profile work]\n{process}"),
    );
    for arguments in [&["plan"][..], &["plan", "--profile", "work"]] {
        let ended = end(without_keys(&project, arguments));
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        let runs = project.path().join("runs");
        let count = std::fs::read_to_string(&runs)
            .expect("it ran")
            .lines()
            .count();
        assert_eq!(count, 1, "{arguments:?}");
        std::fs::remove_file(runs).expect("removed");
    }
    write(
        &project,
        "credentials.sh",
        "echo run >> runs\necho no >&2\nexit 3\n",
    );
    let ended = end(without_keys(&project, &["plan"]));
    assert!(ended.stderr.contains("could not be obtained"), "{ended:#?}");
    let runs = std::fs::read_to_string(project.path().join("runs")).expect("it ran");
    assert_eq!(runs.lines().count(), 1, "{ended:#?}");
}

#[test]
fn a_role_that_requires_an_mfa_code_is_refused_without_a_terminal() {
    let project = Project::new();
    write(
        &project,
        ".aws/config",
        "[profile work]\nrole_arn = arn:aws:iam::111122223333:role/work\nsource_profile = keys\n\
         mfa_serial = arn:aws:iam::111122223333:mfa/ada\n\
         [profile keys]\naws_access_key_id = id\naws_secret_access_key = secret\n",
    );
    let named = project.fails(&["plan", "--profile", "work"]).whole();
    project.assert_snapshot("mfa-without-terminal", &named);
    let mut command = without_keys(&project, &["plan"]);
    command.env("AWS_PROFILE", "work");
    project.assert_snapshot("mfa-without-terminal", &end(command).whole());
}

#[test]
fn a_profile_of_aws_login_is_known() {
    let project = Project::new();
    write(
        &project,
        ".aws/config",
        "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/ada\n",
    );
    let ended = project.fails(&["plan", "--profile", "console"]);
    project.assert_snapshot("login-without-session", &ended.whole());
}

/// Values that variables may have: what they are for, what people write by mistake, anything but the
/// zero byte.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "(http|https|socks5|)(://|:|//)(u:p@)?(localhost|127\\.0\\.0\\.1|a b|)(:[0-9]{1,6})?/?",
        "(eu-west-1|eu west|default|true|standard|12|-1|/|/etc/hostname|frontage.toml)",
        "[\\x01-\\x7f]{0,20}",
        "\\PC{0,20}",
    ]
    .prop_map(|text| text.replace('\0', ""))
}

/// What else the SDK reads. The endpoint is set apart: without one, each run would look for AWS.
const NAMES: [&str; 22] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_REGION",
    "AWS_DEFAULTS_MODE",
    "AWS_DISABLE_REQUEST_COMPRESSION",
    "AWS_MAX_ATTEMPTS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_RETRY_MODE",
    "AWS_SDK_UA_APP_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
];

#[test]
fn whatever_the_variables_contain_the_program_does_not_crash() {
    let project = Project::new();
    let one = || (0..NAMES.len(), value());
    let some = prop::collection::vec(one(), 1..6);
    let endpoint = prop::option::weighted(0.3, value());
    // The same runs each time, unless others are asked for: `PROPTEST_RNG_SEED=7`.
    let default = ProptestConfig::default();
    let config = ProptestConfig {
        cases: 48,
        failure_persistence: None,
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(0),
            seed @ RngSeed::Fixed(_) => seed,
        },
        ..default
    };
    proptest!(config, |(variables in some, endpoint in endpoint, region in any::<bool>())| {
        let region = if region { "region = \"eu-west-1\"\n" } else { "" };
        write(&project, "frontage.toml", &format!("name = \"acme\"\n{region}"));
        let mut command = project.command(&["toggles", "list"]);
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        if let Some(endpoint) = endpoint.filter(|endpoint| !endpoint.is_empty()) {
            command.env("AWS_ENDPOINT_URL", endpoint);
        }
        for (index, value) in variables {
            command.env(NAMES[index], value);
        }
        let ended = end(command);
        prop_assert!(matches!(ended.code, Some(0 | 1)), "{ended:#?}");
        prop_assert!(!ended.stderr.contains("panicked"), "{ended:#?}");
    });
}
