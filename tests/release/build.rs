//! Builds, as the applications produce them.

use std::fs;
use std::path::Path;

use frontage::release::{Application, Dist};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// A build's output.
#[derive(Debug)]
pub(crate) struct Build {
    directory: TempDir,
    application: Application,
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A name with a hash of the contents.
pub(crate) fn hashed(name: &str, extension: &str, text: &str) -> String {
    format!(
        "assets/{name}-{}.{extension}",
        &hex(&Sha256::digest(text))[..8]
    )
}

impl Build {
    fn empty(application: Application) -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
            application,
        }
    }

    /// A shell with this text: two hashed files, one of them shared by all builds, and four loose
    /// ones, one of them shared by all builds.
    pub(crate) fn shell(text: &str) -> Self {
        let build = Self::empty(Application::Shell);
        let script = format!("console.log('{text}')");
        let main = hashed("main", "js", &script);
        build.write(&main, &script);
        build.write(&hashed("style", "css", "body {}"), "body {}");
        build.write(
            "index.html",
            &format!("<!doctype html><script type=module src=/{main}></script>"),
        );
        build.write(
            "shared/session-1.js",
            &format!("export const session = '{text}'"),
        );
        build.write(
            "shared/toggles-1.js",
            &format!("export const toggles = '{text}'"),
        );
        build.write("shared/ui-1.js", "export const ui = 1");
        build
    }

    /// A team's application with this text.
    pub(crate) fn team(text: &str) -> Self {
        let build = Self::empty(team());
        let script = format!("export default class extends HTMLElement {{}} // {text}");
        let main = hashed("main", "js", &script);
        build.write(&main, &script);
        let extras = r#"{"kind": "element", "title": "Shipping", "contract": 1}"#;
        let described = format!(r#"{{"entry": "{main}", "version": "1.4.0", "extras": {extras}}}"#);
        build.write("frontage.json", &described);
        build
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// The build and what is read of it: its files are there as long as the build is.
    pub(crate) fn dist_kept(self) -> (Self, Dist) {
        let dist = self.dist();
        (self, dist)
    }

    pub(crate) fn dist(&self) -> Dist {
        Dist::read(self.path(), &self.application).expect("a build")
    }
}

/// The team that tests publish for.
pub(crate) fn team() -> Application {
    Application::Team("shipping".to_owned())
}
