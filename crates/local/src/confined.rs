//! The environment of programs that run other people's code.
//!
//! A build runs the scripts of its project and the code of hundreds of packages, while the person or
//! the pipeline that starts it may have the keys of the account. So a build gets the variables that
//! builds need and no others.

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// The variables that builds get, in upper case.
const ALLOWED: [&str; 46] = [
    // The machine and its user.
    "HOME",
    "LOGNAME",
    "PATH",
    "SHELL",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USER",
    "XDG_CACHE_HOME",
    // Texts, times and colours.
    "CI",
    "CLICOLOR",
    "COLORTERM",
    "FORCE_COLOR",
    "LANG",
    "LANGUAGE",
    "NO_COLOR",
    "SOURCE_DATE_EPOCH",
    "TERM",
    "TZ",
    // The network.
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "FTP_PROXY",
    "GIT_SSL_CAINFO",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NIX_SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    // Compilers.
    "AR",
    "CC",
    "CFLAGS",
    "CXX",
    "CXXFLAGS",
    "DEVELOPER_DIR",
    "LDFLAGS",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "NODE_OPTIONS",
    "PKG_CONFIG_PATH",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "SDKROOT",
];

/// The variables of tools that have many, in upper case. Vite's are public: they are in the built
/// files.
const PREFIXES: [&str; 5] = ["LC_", "CARGO_", "RUSTUP_", "NPM_CONFIG_", "VITE_"];

/// Words in the names of variables that contain secrets: `CARGO_REGISTRY_TOKEN`,
/// `npm_config_//registry/:_authToken`.
const SECRET: [&str; 5] = ["AUTH", "CREDENTIAL", "PASSWORD", "SECRET", "TOKEN"];

/// A command that runs a program in such an environment.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let allowed = env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_allowed));
    command.env_clear().envs(allowed);
    command
}

fn is_allowed(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let of_a_tool = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let secret = SECRET.iter().any(|word| name.contains(word));
    ALLOWED.contains(&name.as_str()) || (of_a_tool && !secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_get_what_they_need_and_no_secrets() {
        for name in [
            "PATH",
            "https_proxy",
            "LC_ALL",
            "CARGO_HOME",
            "RUSTUP_TOOLCHAIN",
            "npm_config_cache",
            "NPM_CONFIG_REGISTRY",
            "VITE_TITLE",
            "SOURCE_DATE_EPOCH",
        ] {
            assert!(is_allowed(name), "{name}");
        }
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "AWS_PROFILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "NODE_AUTH_TOKEN",
            "NPM_TOKEN",
            "GITHUB_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_REGISTRIES_OURS_TOKEN",
            "npm_config_//registry/:_authToken",
            "npm_config__password",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "SSH_AUTH_SOCK",
            "VITE_SECRET",
        ] {
            assert!(!is_allowed(name), "{name}");
        }
    }
}
