//! What a release consists of: an archive for a platform, the npm packages, and their checksums.
//!
//! The same sources and the same program give the same bytes: entries are sorted, and have neither times
//! nor owners. Nothing here builds the program: [`make`] is given one.
//!
//! | file | contents |
//! |---|---|
//! | `frontage-VERSION-TARGET.tar.gz` | the program; what it looks for beside itself: `functions/`, `shell/`; `templates/` to begin a team's application from; completions, manual, licences, SBOM; `SHA256SUMS` of all these |
//! | `frontage-cli-VERSION.tgz`, `frontage-cli-PLATFORM-VERSION.tgz` | `@frontage/cli`, and the program as its optional dependency |
//! | `SHA256SUMS` | the checksums of these three |

mod archive;
mod checksums;
mod dependencies;
mod error;
mod licences;
mod npm;
mod program;
mod sbom;
mod templates;

use std::fs;
use std::path::{Path, PathBuf};

use local::{Architecture, Frontend, Functions, Tools};

pub use self::archive::unpack;
pub use self::error::DistError;
use self::error::io;

/// The version of the release: that of the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a release is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'s> {
    /// The root of the source tree.
    pub root: &'s Path,
    /// The program, which must run on this machine.
    pub program: &'s Path,
    /// Node.js, npm and the functions' compiler.
    pub tools: &'s Tools,
}

/// The files of a release.
#[derive(Clone, Debug)]
pub struct Made {
    /// The archive.
    pub archive: PathBuf,
    /// The npm packages: the launcher, then the program.
    pub packages: Vec<PathBuf>,
    /// Their checksums.
    pub checksums: PathBuf,
}

/// Rust's name of this machine's platform, for which the program is.
#[must_use]
pub fn target() -> String {
    let system = if cfg!(target_os = "macos") {
        "apple-darwin"
    } else {
        "unknown-linux-gnu"
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// Makes a release in a directory. `progress` receives a line for each long task, and for each part that
/// is left out.
///
/// # Errors
/// If a part cannot be built, read or written.
pub fn make(
    sources: Sources<'_>,
    out: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Made, DistError> {
    fs::create_dir_all(out).map_err(io("create", out))?;
    let staging = tempfile::tempdir_in(out).map_err(io("create a directory in", out))?;
    let name = format!("frontage-{VERSION}-{}", target());
    let release = staging.path().join(&name);
    fs::create_dir(&release).map_err(io("create", &release))?;
    stage(sources, &release, progress)?;
    progress("packing the npm packages");
    let packages = npm::pack(sources.tools, &release, out)?;
    progress("packing the archive");
    let archive = out.join(format!("{name}.tar.gz"));
    archive::write(&release, &name, &archive)?;
    let files: Vec<&Path> = [&archive]
        .into_iter()
        .chain(&packages)
        .map(PathBuf::as_path)
        .collect();
    let checksums = checksums::write(out, &files)?;
    Ok(Made {
        archive,
        packages,
        checksums,
    })
}

/// Puts all parts of the archive into a directory.
fn stage(
    sources: Sources<'_>,
    release: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), DistError> {
    program::stage(sources.program, release)?;
    functions(sources, release, progress)?;
    let shell = Frontend::in_folder(&sources.root.join("assets/shell"))?;
    let dist = shell.build(sources.tools, progress)?;
    copy(&dist, &release.join("shell"))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&sources.root.join(licence), &release.join(licence))?;
    }
    let dependencies = dependencies::all(sources.root, &target())?;
    let missing = licences::collect(&dependencies, &release.join("licences"))?;
    if !missing.is_empty() {
        progress(&format!(
            "these packages contain no text of their licence, which licences/index.txt names: {}",
            missing.join(", ")
        ));
    }
    sbom::write(&dependencies, &release.join("sbom.cdx.json"))?;
    templates::stage(&sources.root.join("assets"), &release.join("templates"))?;
    let files = files(release)?;
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    checksums::write(release, &files).map(drop)
}

/// Stages the functions' packages for Intel and AMD, and for Graviton if Rust can compile for it.
fn functions(
    sources: Sources<'_>,
    release: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), DistError> {
    let (root, tools) = (sources.root, sources.tools);
    let own = Architecture::of_this_machine();
    let folder = release.join("functions");
    copy_functions(&Functions::build(tools, root, own, progress)?, &folder)?;
    let other = match own {
        Architecture::X86_64 => Architecture::Arm64,
        Architecture::Arm64 => Architecture::X86_64,
    };
    if !program::is_installed(other.target()) {
        progress(&format!(
            "left out: the functions for {other}, since Rust's target {} is not installed",
            other.target()
        ));
        return Ok(());
    }
    let built = Functions::build_apart(tools, root, other, progress)?;
    copy_functions(&built, &folder.join(other.as_str()))
}

fn copy_functions(functions: &Functions, to: &Path) -> Result<(), DistError> {
    fs::create_dir_all(to).map_err(io("create", to))?;
    for function in functions {
        let name = function.path.file_name().unwrap_or_default();
        copy(&function.path, &to.join(name))?;
    }
    let first = &functions.packages().connection_manager.path;
    let manifest = first.with_file_name("functions.json");
    copy(&manifest, &to.join("functions.json"))
}

/// Copies a file or a folder.
fn copy(from: &Path, to: &Path) -> Result<(), DistError> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(io("copy", from));
    }
    fs::create_dir_all(to).map_err(io("create", to))?;
    for name in names(from)? {
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// All files below a directory, in the order of their paths.
fn files(directory: &Path) -> Result<Vec<PathBuf>, DistError> {
    let mut found = Vec::new();
    for name in names(directory)? {
        let path = directory.join(name);
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// The names in a directory, sorted.
fn names(directory: &Path) -> Result<Vec<std::ffi::OsString>, DistError> {
    let entries = fs::read_dir(directory).map_err(io("list", directory))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
    let mut names = names
        .collect::<Result<Vec<_>, _>>()
        .map_err(io("list", directory))?;
    names.sort();
    Ok(names)
}
