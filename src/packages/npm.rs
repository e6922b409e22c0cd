//! npm, and the registry that it uses.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use local::Tools;
use serde_json::Value;
use tempfile::TempDir;

use super::error::PackagesError;

/// The variable that contains the token for another registry, named as in npm's own documentation.
pub const TOKEN_VARIABLE: &str = "NODE_AUTH_TOKEN";

/// The environment variable that npm reads the token from.
const TOKEN: &str = "FRONTAGE_NPM_TOKEN";

/// A registry, and the token for it.
#[derive(Clone)]
pub struct Registry {
    url: String,
    token: Option<String>,
}

/// The token; a secret.
impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// The registry at a URL. npm needs the trailing slash.
    #[must_use]
    pub fn new(url: &str, token: Option<String>) -> Self {
        Self {
            url: format!("{}/", url.trim_end_matches('/')),
            token,
        }
    }

    /// Its URL, with a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token, if there is one: a secret.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The lines of npm's configuration that find packages of these scopes here and log npm in to
    /// the registry.
    ///
    /// # Errors
    /// [`PackagesError::NoToken`] if there is no token for the registry.
    pub fn configuration(&self, scopes: &[String]) -> Result<Vec<String>, PackagesError> {
        let url = &self.url;
        let Some(token) = &self.token else {
            return Err(PackagesError::NoToken(url.clone()));
        };
        let scopes = scopes.iter().map(|scope| format!("{scope}:registry={url}"));
        let token = format!("{}={token}", self.token_key());
        Ok(scopes.chain([token]).collect())
    }

    /// The key under which npm keeps the token in its configuration: `//host/path/:_authToken`.
    fn token_key(&self) -> String {
        let address = self
            .url
            .split_once("://")
            .map_or(self.url.as_str(), |(_, rest)| rest);
        format!("//{address}:_authToken")
    }
}

/// npm with its own configuration, which contains the name of the token's variable and is deleted
/// when this is dropped.
pub(super) struct Npm<'t> {
    tools: &'t Tools,
    registry: &'t Registry,
    home: TempDir,
}

impl<'t> Npm<'t> {
    pub(super) fn new(tools: &'t Tools, registry: &'t Registry) -> Result<Self, PackagesError> {
        let home = tempfile::Builder::new().prefix("frontage-npm-").tempdir();
        let home = home.map_err(PackagesError::io(
            "create a directory in",
            std::env::temp_dir(),
        ))?;
        let configuration = home.path().join("npmrc");
        let text = format!("{}=${{{TOKEN}}}\n", registry.token_key());
        fs::write(&configuration, text).map_err(PackagesError::io("write", &configuration))?;
        Ok(Self {
            tools,
            registry,
            home,
        })
    }

    /// The directory for packed packages.
    pub(super) fn directory(&self) -> &Path {
        self.home.path()
    }

    /// npm without the registry and its token, for building and packing.
    pub(super) fn local(tools: &Tools, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = tools.npm();
        command
            .args(arguments)
            .current_dir(directory)
            .stdin(Stdio::null())
            .env("npm_config_update_notifier", "false")
            .env("npm_config_logs_max", "0");
        command
    }

    /// Queries the registry about a package. Returns the JSON that npm prints; null if it prints
    /// none.
    pub(super) fn ask(&self, package: &str, arguments: &[&str]) -> Result<Value, PackagesError> {
        let mut command = Self::local(self.tools, self.home.path(), arguments);
        command
            .args(["--json", "--registry", &self.registry.url])
            .env("npm_config_userconfig", self.home.path().join("npmrc"))
            .env(TOKEN, self.registry.token.as_deref().unwrap_or_default())
            // One retry for transient errors, instead of minutes of waiting for a registry that
            // does not exist.
            .env("npm_config_fetch_retries", "1")
            .env("npm_config_fetch_retry_mintimeout", "500")
            .env("npm_config_fetch_timeout", "30000");
        let output = command
            .output()
            .map_err(PackagesError::io("run", self.tools.bin("npm")))?;
        let printed = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        if output.status.success() {
            return Ok(printed);
        }
        Err(self.failed(package, &printed, &output))
    }

    fn failed(&self, package: &str, printed: &Value, output: &Output) -> PackagesError {
        let (package, registry) = (package.to_owned(), self.registry.url.clone());
        let code = printed["error"]["code"].as_str().unwrap_or_default();
        let summary = printed["error"]["summary"].as_str().map(str::to_owned);
        let words = summary
            .filter(|words| !words.is_empty())
            .unwrap_or_else(|| last_words(&output.stderr));
        let said = if code.is_empty() {
            words
        } else {
            format!("{code}: {words}")
        };
        match code {
            "E401" | "ENEEDAUTH" => PackagesError::Unauthorized {
                package,
                registry,
                said,
            },
            "E403" => PackagesError::Forbidden {
                package,
                registry,
                said,
            },
            "ECONNREFUSED" | "ENOTFOUND" | "ETIMEDOUT" | "ECONNRESET" | "EAI_AGAIN"
            | "ERR_SOCKET_TIMEOUT" | "FETCH_ERROR" => PackagesError::Unreachable {
                package,
                registry,
                said,
            },
            _ => PackagesError::Npm {
                package,
                registry,
                said,
            },
        }
    }
}

/// npm's output, without its prefix and its note about the log file.
pub(super) fn last_words(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines = text
        .lines()
        .map(|line| line.trim_start_matches("npm error").trim());
    let lines = lines.filter(|line| !line.is_empty() && !line.contains("complete log of this run"));
    let lines: Vec<&str> = lines.collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_slash_and_its_key() {
        let registry = Registry::new(
            "https://acme-1.d.codeartifact.eu-west-1.amazonaws.com/npm/npm",
            None,
        );
        assert!(registry.url().ends_with("/npm/npm/"));
        let key = "//acme-1.d.codeartifact.eu-west-1.amazonaws.com/npm/npm/:_authToken";
        assert_eq!(registry.token_key(), key);
    }

    #[test]
    fn a_configuration_has_each_scope_and_the_token() {
        let registry =
            |token: Option<&str>| Registry::new("https://registry/npm", token.map(str::to_owned));
        let scopes = ["@acme".to_owned(), "@acme-labs".to_owned()];
        assert_eq!(
            registry(Some("secret")).configuration(&scopes).unwrap(),
            [
                "@acme:registry=https://registry/npm/",
                "@acme-labs:registry=https://registry/npm/",
                "//registry/npm/:_authToken=secret",
            ]
        );
        let error = registry(None).configuration(&scopes).unwrap_err();
        assert!(matches!(error, PackagesError::NoToken(_)), "{error}");
    }

    #[test]
    fn a_token_is_not_shown() {
        let registry = Registry::new("https://registry", Some("secret".to_owned()));
        assert!(!format!("{registry:?}").contains("secret"));
    }
}
