//! Verdaccio, a real npm registry: it replaces CodeArtifact, whose packages no emulator serves.
//!
//! Published packages stay in its own directory, which is deleted with it. All other packages are
//! from the registry that npm is configured with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::files::{self, FileError};
use crate::lock;
use crate::process::{self, Tail};
use crate::server::{Server, ServerError, ServerSpec};
use crate::tools::{self, Tools};

const PACKAGE: &str = include_str!("../../../tools/registry/package.json");
const LOCK: &str = include_str!("../../../tools/registry/package-lock.json");
/// Written last during an installation.
const MARKER: &str = "frontage-installed";
/// The publishing user.
const USER: &str = "publisher";

/// Why the registry is not available.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// npm could not install it.
    #[error(
        "npm could not install the local registry: check the network and its proxy, and run the command again; output of npm:\n{0}"
    )]
    Install(Tail),
    /// There is no directory for it, or there are no tools.
    #[error(transparent)]
    Tools(#[from] tools::ToolsError),
    /// It is not running.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// It issued no token.
    #[error("the local registry issued no token: {0}")]
    Token(String),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// npm does not report which registry it is configured with.
    #[error("npm could not be run")]
    Npm(#[source] io::Error),
}

/// A running registry on a free port of 127.0.0.1. Dropping it stops it and deletes the published
/// packages.
#[derive(Debug)]
pub struct Registry {
    server: Server,
    token: String,
}

impl Registry {
    /// Installs the registry if it is missing, starts it, and waits until it answers.
    ///
    /// Packages with one of `scopes` (`@acme`) can be published. `token_life` is the lifetime of a
    /// token, such as `30d` or `2s`.
    pub fn start(
        tools: &Tools,
        scopes: &[String],
        token_life: &str,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, RegistryError> {
        let program = install(tools, progress)?;
        let upstream = upstream(tools)?;
        let command = |port: u16, directory: &Path| {
            let configuration = directory.join("config.yaml");
            fs::write(
                &configuration,
                configured(directory, scopes, &upstream, token_life),
            )?;
            let mut command = Command::new(tools.bin("node"));
            command
                .arg(&program)
                .arg("--config")
                .arg(&configuration)
                .arg("--listen");
            command.arg(format!("http://127.0.0.1:{port}"));
            command
                .env("HOME", directory)
                .env("PATH", tools.path_variable());
            // npm's own configuration for reaching another registry, for example through a proxy.
            command.envs(std::env::vars().filter(|(name, _)| is_of_the_network(name)));
            Ok(command)
        };
        let serving = ServerSpec {
            name: "the local registry",
            port: None,
            log: None,
            deadline: Duration::from_mins(1),
            health: "/-/ping",
            answer: String::new(),
            command: &command,
        };
        let server = Server::start(&serving)?;
        let token = sign_up(&server)?;
        Ok(Self { server, token })
    }

    /// The registry's URL in npm's form: `http://127.0.0.1:PORT/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/", self.server.endpoint())
    }

    /// A token of a user who may publish. Everyone may read.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

fn is_of_the_network(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "node_extra_ca_certs",
    ]
    .contains(&name.as_str())
}

/// YAML, since the order of the patterns matters: the first match decides. Packages with one of the
/// scopes come only from here, so a stranger's package elsewhere is never mistaken for one.
fn configured(directory: &Path, scopes: &[String], upstream: &str, token_life: &str) -> String {
    let quoted = |text: &dyn std::fmt::Display| Value::from(text.to_string()).to_string();
    let own = scopes.iter().map(|scope| {
        let pattern = quoted(&format!("{scope}/*"));
        format!("  {pattern}: {{ access: $all, publish: $authenticated }}\n")
    });
    format!(
        "storage: {storage}\n\
         auth: {{ htpasswd: {{ file: {users} }} }}\n\
         uplinks: {{ upstream: {{ url: {upstream}, timeout: 30s, maxage: 10m }} }}\n\
         packages:\n{own}  \"**\": {{ access: $all, proxy: upstream }}\n\
         security: {{ api: {{ legacy: false, jwt: {{ sign: {{ expiresIn: {life} }} }} }} }}\n\
         web: {{ enable: false }}\n\
         max_body_size: 1gb\n\
         log: {{ type: stdout, format: pretty, level: warn }}\n",
        storage = quoted(&directory.join("storage").display()),
        users = quoted(&directory.join("htpasswd").display()),
        upstream = quoted(&upstream),
        own = own.collect::<String>(),
        life = quoted(&token_life),
    )
}

/// Installs it next to the other tools, and returns its program.
fn install(tools: &Tools, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, RegistryError> {
    let home = tools::home()?;
    let hash = format!("{:x}", Sha256::digest(LOCK));
    let directory = home.join(format!("registry-{}", &hash[..16]));
    let program = directory.join("node_modules/verdaccio/bin/verdaccio");
    if directory.join(MARKER).is_file() {
        return Ok(program);
    }
    fs::create_dir_all(&directory).map_err(files::failed("create", &directory))?;
    let path = directory.with_extension("lock");
    let held = lock::acquire(
        &path,
        "waiting for another process that installs the local registry",
        progress,
    )
    .map_err(files::failed("lock", &path))?;
    if directory.join(MARKER).is_file() {
        return Ok(program);
    }
    progress("installing the local registry");
    files::replace(&directory.join("package.json"), PACKAGE.as_bytes())?;
    files::replace(&directory.join("package-lock.json"), LOCK.as_bytes())?;
    let mut npm = tools.npm();
    npm.args([
        "ci",
        "--omit=dev",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ])
    .current_dir(&directory);
    // If this process is killed, the next one waits until npm has ended too.
    npm.stdin(Stdio::from(
        held.try_clone()
            .map_err(files::failed("share the lock of", &directory))?,
    ));
    let ended = process::run(&mut npm, &mut |_| {}).map_err(RegistryError::Npm)?;
    if !ended.status.success() {
        return Err(RegistryError::Install(ended.tail));
    }
    files::replace(&directory.join(MARKER), b"")?;
    Ok(program)
}

/// The registry that npm is configured with.
fn upstream(tools: &Tools) -> Result<String, RegistryError> {
    let output = tools
        .npm()
        .args(["config", "get", "registry"])
        .stdin(Stdio::null())
        .output();
    Ok(
        String::from_utf8_lossy(&output.map_err(RegistryError::Npm)?.stdout)
            .trim()
            .to_owned(),
    )
}

fn sign_up(server: &Server) -> Result<String, RegistryError> {
    let user = json!({ "name": USER, "password": format!("{USER}-of-this-machine") });
    let answer = server.send(
        "PUT",
        &format!("/-/user/org.couchdb.user:{USER}"),
        &user.to_string(),
    );
    let answer = answer.map_err(|error| RegistryError::Token(error.to_string()))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let found: Option<Value> = serde_json::from_str(body).ok();
    let token = found
        .as_ref()
        .and_then(|answer| answer["token"].as_str())
        .map(str::to_owned);
    token.ok_or_else(|| RegistryError::Token(body.to_owned()))
}
