//! The templates of a team's application: the example's, each of which is whole without this source tree.

use std::fs;
use std::path::Path;

use crate::copy;
use crate::error::{DistError, io};

/// The applications: with Vue, React and Lit, and without a framework.
const APPLICATIONS: [&str; 4] = ["billing", "profile", "shipping", "stock"];

/// What an application consists of. Without a lock file: it would name a registry, and each system has its own.
const PARTS: [&str; 9] = [
    ".gitignore",
    "README.md",
    "dev.ts",
    "index.html",
    "package.json",
    "src",
    "test",
    "tsconfig.json",
    "vite.config.ts",
];

/// Stages each application of the workspace `assets` in a folder of its name.
pub(crate) fn stage(assets: &Path, templates: &Path) -> Result<(), DistError> {
    for application in APPLICATIONS {
        let template = templates.join(application);
        fs::create_dir_all(&template).map_err(io("create", &template))?;
        for part in PARTS {
            copy(&assets.join(application).join(part), &template.join(part))?;
        }
    }
    Ok(())
}
