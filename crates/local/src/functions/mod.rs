//! The toggle system's Lambda functions as deployment packages.
//!
//! In a source tree they are built with `cargo-lambda` into `target/functions`; a released program
//! finds them in `functions` next to itself. Either way a directory of packages contains one zip
//! file per function and a manifest, written last, that records what they were built from.

mod archive;
mod build;
mod dependencies;
mod inputs;
mod manifest;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
pub use build::remapped_paths;
use manifest::{Manifest, Package};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toggle_contract::{NAMES, PerFunction};

use crate::files::{FileError, failed};
use crate::lock;
use crate::process::Tail;
use crate::source::target_directory;
use crate::tools::Tools;

/// Why there are no deployment packages.
#[derive(Debug, thiserror::Error)]
pub enum FunctionsError {
    /// A directory contains no packages, or an unfinished set of them.
    #[error("{} does not contain a complete set of function packages: build them, or unpack the release again", .0.display())]
    Missing(PathBuf),
    /// The packages were built for another architecture.
    #[error("the function packages in {} are for {found}, not for {wanted}", .directory.display())]
    WrongArchitecture {
        /// Their directory.
        directory: PathBuf,
        /// Their architecture.
        found: Architecture,
        /// The requested architecture.
        wanted: Architecture,
    },
    /// The compiler failed.
    #[error(
        "the functions could not be compiled for {architecture}; output of cargo-lambda:\n{tail}"
    )]
    Compile {
        /// The architecture.
        architecture: Architecture,
        /// The end of its output.
        tail: Tail,
    },
    /// Rust's standard library for the target isn't installed.
    #[error("Rust cannot compile for {architecture} yet: run `rustup target add {}`", .architecture.target())]
    NoTarget {
        /// The architecture.
        architecture: Architecture,
    },
    /// A zip file could not be written.
    #[error("cannot write the package {}", .path.display())]
    Archive {
        /// The package.
        path: PathBuf,
        /// The reason.
        source: zip::result::ZipError,
    },
    /// A file operation failed, or a program could not be started.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The processor architecture of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Intel and AMD, 64 bits.
    X86_64,
    /// AWS Graviton.
    Arm64,
}

impl Architecture {
    /// The architecture of this machine, and so of an emulator on it.
    #[must_use]
    pub const fn of_this_machine() -> Self {
        if cfg!(target_arch = "aarch64") {
            Self::Arm64
        } else {
            Self::X86_64
        }
    }

    /// Lambda's name for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust's name for it.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

impl std::fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One deployment package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// One of [`NAMES`].
    pub name: &'static str,
    /// The zip file, which contains `bootstrap`.
    pub path: PathBuf,
    /// The digest of everything in the sources that affects it, in hexadecimal digits.
    pub source: String,
    /// Lambda's `CodeSha256`: the zip file's SHA-256 in Base64.
    pub code_sha256: String,
}

/// The deployment packages of all functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Functions {
    architecture: Architecture,
    packages: PerFunction<Function>,
}

impl Functions {
    /// The packages that were built from exactly these sources for this architecture, if they
    /// exist. Takes a few milliseconds and starts no other program.
    #[must_use]
    pub fn up_to_date(workspace_root: &Path, architecture: Architecture) -> Option<Self> {
        Self::up_to_date_in(&directory(workspace_root), workspace_root, architecture)
    }

    fn up_to_date_in(
        directory: &Path,
        workspace_root: &Path,
        architecture: Architecture,
    ) -> Option<Self> {
        let manifest = Manifest::read(directory).ok()?;
        let sources = inputs::digests(workspace_root, architecture).ok()?;
        let functions = Self::listed(directory, &manifest)?;
        let built_from = functions.iter().map(|function| &function.source);
        let same = built_from.eq(sources.as_ref());
        (same && manifest.architecture == architecture).then_some(functions)
    }

    /// Builds the packages, unless they are up to date.
    ///
    /// `progress` receives the compiler's lines. For arm64 on another machine, Rust needs its
    /// target: without it this fails with [`FunctionsError::NoTarget`].
    ///
    /// # Guarantees
    /// The same sources give the same bytes, in any directory. A package is never seen
    /// half-written. After an interruption, the next call builds again. Of two processes that call
    /// it at once, one builds and the other waits.
    pub fn build(
        tools: &Tools,
        workspace_root: &Path,
        architecture: Architecture,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, FunctionsError> {
        let directory = directory(workspace_root);
        Self::build_in(&directory, tools, workspace_root, architecture, progress)
    }

    /// As [`Self::build`], into a directory of its own beside the one that commands use: for an
    /// architecture that is not this machine's.
    pub fn build_apart(
        tools: &Tools,
        workspace_root: &Path,
        architecture: Architecture,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, FunctionsError> {
        let directory = directory(workspace_root).join(architecture.as_str());
        Self::build_in(&directory, tools, workspace_root, architecture, progress)
    }

    fn build_in(
        directory: &Path,
        tools: &Tools,
        workspace_root: &Path,
        architecture: Architecture,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, FunctionsError> {
        let found = || Self::up_to_date_in(directory, workspace_root, architecture);
        if let Some(functions) = found() {
            return Ok(functions);
        }
        fs::create_dir_all(directory).map_err(failed("create", directory))?;
        let lock_path = directory.join("lock");
        let _lock = lock::acquire(
            &lock_path,
            "waiting for another process that builds the functions",
            progress,
        )
        .map_err(failed("lock", &lock_path))?;
        if let Some(functions) = found() {
            return Ok(functions);
        }
        // Read before the compiler reads them: a concurrent edit then shows as out of date.
        let sources = inputs::digests(workspace_root, architecture)?;
        let compiled = directory.join("compiled");
        build::compile(tools, workspace_root, &compiled, architecture, progress)?;
        Self::package(directory, &compiled, architecture, &sources)
    }

    /// The packages of a released program for an architecture: in `functions` next to it, or in a
    /// folder there that is named after the architecture.
    pub fn beside_binary(
        directory: &Path,
        architecture: Architecture,
    ) -> Result<Self, FunctionsError> {
        let shipped = directory.join("functions");
        let own = shipped.join(architecture.as_str());
        let directory = if own.is_dir() { own } else { shipped };
        Self::in_dir(&directory)?.for_architecture(architecture)
    }

    /// The packages in a directory, each checked against the manifest's hash.
    pub fn in_dir(directory: &Path) -> Result<Self, FunctionsError> {
        let missing = || FunctionsError::Missing(directory.to_path_buf());
        let manifest = Manifest::read(directory).map_err(|_| missing())?;
        let functions = Self::listed(directory, &manifest).ok_or_else(missing)?;
        for function in &functions {
            let bytes = fs::read(&function.path).map_err(failed("read", &function.path))?;
            if code_sha256(&bytes) != function.code_sha256 {
                return Err(missing());
            }
        }
        Ok(functions)
    }

    /// The same packages, if they are for this architecture.
    pub fn for_architecture(self, wanted: Architecture) -> Result<Self, FunctionsError> {
        if self.architecture == wanted {
            return Ok(self);
        }
        let directory = self.packages.connection_manager.path.parent();
        Err(FunctionsError::WrongArchitecture {
            directory: directory.map(Path::to_path_buf).unwrap_or_default(),
            found: self.architecture,
            wanted,
        })
    }

    /// The architecture of the packages.
    #[must_use]
    pub const fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// Each function's package.
    #[must_use]
    pub const fn packages(&self) -> &PerFunction<Function> {
        &self.packages
    }

    /// All packages.
    #[must_use]
    pub fn iter(&self) -> Packages<'_> {
        self.packages.as_ref().into_iter()
    }

    fn package(
        directory: &Path,
        compiled: &Path,
        architecture: Architecture,
        sources: &PerFunction<String>,
    ) -> Result<Self, FunctionsError> {
        // Between the first new package and the last, the old manifest would be wrong.
        Manifest::remove(directory)?;
        let mut packages = BTreeMap::new();
        for (name, source) in NAMES.into_iter().zip(sources.as_ref()) {
            let bootstrap = compiled.join(name).join("bootstrap");
            let program = fs::read(&bootstrap).map_err(failed("read", &bootstrap))?;
            let archive = archive::write(&zip_path(directory, name), &program)?;
            let package = Package {
                bytes: archive.len() as u64,
                source: source.clone(),
                code_sha256: code_sha256(&archive),
            };
            packages.insert(name.to_owned(), package);
        }
        let manifest = Manifest {
            architecture,
            packages,
        };
        manifest.write(directory)?;
        Self::listed(directory, &manifest)
            .ok_or_else(|| FunctionsError::Missing(directory.to_path_buf()))
    }

    /// The packages in the manifest, if all of them exist with the right length. Reading the
    /// packages for their hashes would cost an unoptimised build a fifth of a second.
    fn listed(directory: &Path, manifest: &Manifest) -> Option<Self> {
        let packages = NAMES.map(|name| {
            let path = zip_path(directory, name);
            let package = manifest.packages.get(name)?;
            let there = fs::metadata(&path).ok()?.len() == package.bytes;
            there.then(|| Function {
                name,
                path,
                source: package.source.clone(),
                code_sha256: package.code_sha256.clone(),
            })
        });
        Some(Self {
            architecture: manifest.architecture,
            packages: packages.all()?,
        })
    }
}

/// All packages, one after the other.
pub type Packages<'a> = <PerFunction<&'a Function> as IntoIterator>::IntoIter;

impl<'a> IntoIterator for &'a Functions {
    type Item = &'a Function;
    type IntoIter = Packages<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn directory(workspace_root: &Path) -> PathBuf {
    target_directory(workspace_root).join("functions")
}

fn code_sha256(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

fn zip_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.zip"))
}
