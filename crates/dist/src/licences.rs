//! The licences of the dependencies, as their packages contain them.

use std::fs;
use std::path::Path;

use crate::dependencies::Dependency;
use crate::error::{DistError, io};
use crate::names;

/// How the names of files with licences and notices begin, in lower case.
const BEGINNINGS: [&str; 6] = [
    "copying",
    "copyright",
    "licence",
    "license",
    "notice",
    "unlicense",
];

/// Copies each dependency's licences into a folder of its own, and writes an index. Returns the packages
/// that contain none.
pub(crate) fn collect(dependencies: &[Dependency], into: &Path) -> Result<Vec<String>, DistError> {
    let (mut index, mut missing) = (Vec::new(), Vec::new());
    fs::create_dir_all(into).map_err(io("create", into))?;
    for dependency in dependencies {
        let spec = format!("{} {}", dependency.name, dependency.version);
        let licence = dependency.licence.as_deref().unwrap_or("see its file");
        index.push(format!("{} {spec}: {licence}\n", dependency.kind));
        let name = format!(
            "{}-{}-{}",
            dependency.kind,
            dependency.name.trim_start_matches('@').replace('/', "-"),
            dependency.version
        );
        if !copy_texts(&dependency.folder, &into.join(name))? {
            missing.push(spec);
        }
    }
    let path = into.join("index.txt");
    fs::write(&path, index.concat()).map_err(io("write", &path))?;
    Ok(missing)
}

/// Whether there were any.
fn copy_texts(folder: &Path, into: &Path) -> Result<bool, DistError> {
    let is_text = |name: &str| {
        let name = name.to_lowercase();
        // A module of that name is code.
        let is_code = Path::new(&name).extension().is_some_and(|of| of == "rs");
        BEGINNINGS.iter().any(|start| name.starts_with(start)) && !is_code
    };
    let mut found = false;
    for name in names(folder)? {
        let path = folder.join(&name);
        if name.to_str().is_some_and(is_text) && path.is_file() {
            fs::create_dir_all(into).map_err(io("create", into))?;
            fs::copy(&path, into.join(&name)).map_err(io("copy", &path))?;
            found = true;
        }
    }
    Ok(found)
}
