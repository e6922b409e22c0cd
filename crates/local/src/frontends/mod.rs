//! The front-ends' builds: an npm workspace's dependencies and the `dist` directories of its
//! applications.
//!
//! Finished work is recorded in `.frontage` in the workspace, so nothing is done twice: the lock
//! file that `node_modules` was installed from, and the sources that a `dist` was built from.

mod scripts;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::files::{self, Digest, FileError, failed};
use crate::lock;
use crate::process::{self, Tail};
use crate::tools::{ToolSet, Tools};

use scripts::Scripts;

/// The directory of the stamps, in the workspace's root.
const STAMPS: &str = ".frontage";
/// The output of a build, and the directories in its folder that it does not read.
const WRITTEN: [&str; 2] = ["node_modules", "dist"];
/// The directories that all applications of a workspace share.
const SHARED: [&str; 2] = ["packages", "tools"];

/// The variables by which an `.npmrc` may name the token of a private registry: npm's documentation
/// has the one, GitHub's action for Node.js the other.
const TOKENS: [&str; 2] = ["NPM_TOKEN", "NODE_AUTH_TOKEN"];

/// Why a front-end could not be built.
#[derive(Debug, thiserror::Error)]
pub enum FrontendsError {
    /// A source folder is in no npm workspace.
    #[error("{} is not in an npm workspace: neither it nor a directory above contains package-lock.json", .0.display())]
    NoWorkspace(PathBuf),
    /// A source folder is not a package.
    #[error("{} does not contain package.json: pass the folder of an application", .0.display())]
    NoPackage(PathBuf),
    /// npm could not install the dependencies.
    #[error("npm could not install the packages of {}: check the network and its proxy, and run the command again; output of npm:\n{tail}", .workspace.display())]
    Install {
        /// The workspace.
        workspace: PathBuf,
        /// The end of npm's output.
        tail: Tail,
    },
    /// The build's script failed.
    #[error("{} could not be built; output of npm:\n{tail}", .application.display())]
    Build {
        /// The application.
        application: PathBuf,
        /// The end of its build's output.
        tail: Tail,
    },
    /// The build succeeded but left no files.
    #[error("the build of {} left no files in {}", .application.display(), .dist.display())]
    Nothing {
        /// The application.
        application: PathBuf,
        /// The expected directory.
        dist: PathBuf,
    },
    /// A file operation failed, or npm could not be started.
    #[error(transparent)]
    File(#[from] FileError),
}

/// An application of an npm workspace: a folder with a `package.json` whose script `build` writes
/// to `dist`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontend {
    /// The directory with the lock file.
    workspace: PathBuf,
    /// Relative to the workspace; empty if the workspace itself is the application.
    folder: PathBuf,
}

impl Frontend {
    /// The application in a folder. Its workspace is the nearest directory, from the folder
    /// upwards, that contains `package-lock.json`.
    pub fn in_folder(folder: &Path) -> Result<Self, FrontendsError> {
        let folder = fs::canonicalize(folder).map_err(failed("find", folder))?;
        if !folder.join("package.json").is_file() {
            return Err(FrontendsError::NoPackage(folder));
        }
        let workspace = folder
            .ancestors()
            .find(|directory| directory.join("package-lock.json").is_file());
        let Some(workspace) = workspace else {
            return Err(FrontendsError::NoWorkspace(folder));
        };
        let relative = folder.strip_prefix(workspace).unwrap_or(Path::new(""));
        Ok(Self {
            workspace: workspace.to_path_buf(),
            folder: relative.to_path_buf(),
        })
    }

    /// The output directory of a build.
    #[must_use]
    pub fn dist(&self) -> PathBuf {
        self.source().join("dist")
    }

    /// The application's folder.
    #[must_use]
    pub fn source(&self) -> PathBuf {
        self.workspace.join(&self.folder)
    }

    /// Builds the application, unless its files are up to date, and returns the output directory.
    /// First installs the workspace's dependencies, unless they match the lock file.
    ///
    /// `progress` receives a line for each long task, and nothing if everything is up to date.
    ///
    /// # Guarantees
    /// Interrupted at any instant, the next call repeats unfinished work. Of two processes that
    /// build in one workspace at once, one waits for the other.
    pub fn build(
        &self,
        tools: &Tools,
        progress: &mut dyn FnMut(&str),
    ) -> Result<PathBuf, FrontendsError> {
        if self.is_built()? {
            return Ok(self.dist());
        }
        let lock = self.lock(progress)?;
        self.install(tools, &lock, progress)?;
        if !self.is_built()? {
            self.build_locked(tools, &lock, progress)?;
        }
        Ok(self.dist())
    }

    /// Only installs the workspace's dependencies, unless they match the lock file. Returns the
    /// workspace's directory.
    pub fn install_packages(
        &self,
        tools: &Tools,
        progress: &mut dyn FnMut(&str),
    ) -> Result<&Path, FrontendsError> {
        let lock = self.lock(progress)?;
        self.install(tools, &lock, progress)?;
        Ok(&self.workspace)
    }

    fn lock(&self, progress: &mut dyn FnMut(&str)) -> Result<File, FrontendsError> {
        let stamps = self.workspace.join(STAMPS);
        fs::create_dir_all(&stamps).map_err(failed("create", &stamps))?;
        // So Git needs no rule for the directory.
        files::replace(&stamps.join(".gitignore"), b"*\n")?;
        let path = stamps.join("lock");
        Ok(lock::acquire(
            &path,
            "waiting for another process that builds the front-ends",
            progress,
        )
        .map_err(failed("lock", &path))?)
    }

    fn install(
        &self,
        tools: &Tools,
        lock: &File,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), FrontendsError> {
        let wanted = self.packages_digest()?;
        if self.workspace.join("node_modules").is_dir() && has(&self.packages_stamp(), &wanted) {
            return Ok(());
        }
        files::remove(&self.packages_stamp())?;
        progress("installing the front-ends' packages");
        let mut command = self.npm(tools, lock)?;
        command
            .args(["ci", "--include=dev", "--no-audit", "--no-fund"])
            // In the environment, for the npm that it starts in a dependency's Git repository too.
            .env("npm_config_ignore_scripts", "true")
            // In spite of that, npm runs the script `prepare` of linked packages; this runs nothing.
            .env("npm_config_script_shell", "true")
            // So no script sees them.
            .envs(
                TOKENS
                    .iter()
                    .filter_map(|name| Some((name, env::var_os(name)?))),
            );
        self.installed(&mut command, progress)?;
        self.run_scripts(tools, lock, progress)?;
        Ok(files::replace(&self.packages_stamp(), wanted.as_bytes())?)
    }

    /// Runs the scripts of the installation that may run, without tokens.
    fn run_scripts(
        &self,
        tools: &Tools,
        lock: &File,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), FrontendsError> {
        let scripts = Scripts::of(&self.workspace);
        if scripts.allowed().next().is_some() {
            let mut command = self.npm(tools, lock)?;
            command.args(["rebuild", "--"]).args(scripts.allowed());
            self.installed(&mut command, progress)?;
        }
        for script in scripts::OWN {
            let mut command = self.npm(tools, lock)?;
            // Each script by itself, without those that npm would run before and after it.
            command.args(["run", script, "--ignore-scripts"]);
            self.installed(command.args(scripts.everywhere()), progress)?;
        }
        let skipped = scripts.skipped(&self.workspace);
        if let Some(one) = skipped.first() {
            let (all, package) = (skipped.join(", "), self.workspace.join("package.json"));
            progress(&format!(
                "the install scripts of these packages did not run: {all}; if the build needs one, \
                 write \"allowScripts\": {{\"{one}\": true}} into {}",
                package.display()
            ));
        }
        Ok(())
    }

    fn installed(
        &self,
        command: &mut Command,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), FrontendsError> {
        run(command, progress)?.map_or(Ok(()), |tail| {
            Err(FrontendsError::Install {
                workspace: self.workspace.clone(),
                tail,
            })
        })
    }

    fn build_locked(
        &self,
        tools: &Tools,
        lock: &File,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), FrontendsError> {
        // Read before the build reads them: a concurrent edit then shows as out of date.
        let inputs = self.inputs_digest()?;
        files::remove(&self.build_stamp())?;
        progress(&format!("building {}", self.name()));
        let mut command = self.npm(tools, lock)?;
        command.args(["run", "build"]);
        if !self.folder.as_os_str().is_empty() {
            command.arg("--workspace").arg(&self.folder);
        }
        if let Some(tail) = run(&mut command, progress)? {
            return Err(FrontendsError::Build {
                application: self.source(),
                tail,
            });
        }
        let Some(outputs) = self.outputs_digest()? else {
            return Err(FrontendsError::Nothing {
                application: self.source(),
                dist: self.dist(),
            });
        };
        Ok(files::replace(
            &self.build_stamp(),
            format!("{inputs}\n{outputs}").as_bytes(),
        )?)
    }

    /// Whether `dist` is the unmodified output of a build of these sources.
    fn is_built(&self) -> Result<bool, FrontendsError> {
        let Some(outputs) = self.outputs_digest()? else {
            return Ok(false);
        };
        Ok(has(
            &self.build_stamp(),
            &format!("{}\n{outputs}", self.inputs_digest()?),
        ))
    }

    /// npm in the workspace's root. Its standard input holds the lock, so if this process is
    /// killed, the next one waits until npm has ended too.
    fn npm(&self, tools: &Tools, lock: &File) -> Result<Command, FrontendsError> {
        let held = lock
            .try_clone()
            .map_err(failed("share the lock of", &self.workspace))?;
        let mut command = tools.npm();
        command
            .current_dir(&self.workspace)
            .stdin(Stdio::from(held))
            .env("npm_config_update_notifier", "false");
        Ok(command)
    }

    fn packages_digest(&self) -> Result<String, FrontendsError> {
        let mut digest = Digest::default();
        let files = ["package-lock.json", "package.json"].map(|name| self.workspace.join(name));
        let files = files.into_iter().filter(|file| file.is_file());
        digest.files(&self.workspace, files.collect())?;
        digest.part(ToolSet::LOCAL.requirements().as_bytes());
        Ok(digest.finish())
    }

    /// The digest of everything that affects the build's files: the application's folder, the
    /// directories that all applications share, the files in the workspace's root (including its
    /// lock file), and the pinned Node.js.
    fn inputs_digest(&self) -> Result<String, FrontendsError> {
        let mut files = Vec::new();
        files::collect(&self.source(), &WRITTEN, &mut files)?;
        if !self.folder.as_os_str().is_empty() {
            files.extend(files::directly_in(&self.workspace)?);
            for shared in SHARED
                .map(|name| self.workspace.join(name))
                .iter()
                .filter(|shared| shared.is_dir())
            {
                files::collect(shared, &WRITTEN, &mut files)?;
            }
        }
        let mut digest = Digest::default();
        digest.files(&self.workspace, files)?;
        digest.part(ToolSet::LOCAL.requirements().as_bytes());
        Ok(digest.finish())
    }

    /// The digest of the built files; `None` if there are none.
    fn outputs_digest(&self) -> Result<Option<String>, FrontendsError> {
        let dist = self.dist();
        let mut files = Vec::new();
        if dist.is_dir() {
            files::collect(&dist, &[], &mut files)?;
        }
        if files.is_empty() {
            return Ok(None);
        }
        let mut digest = Digest::default();
        digest.files(&dist, files)?;
        Ok(Some(digest.finish()))
    }

    fn packages_stamp(&self) -> PathBuf {
        self.workspace.join(STAMPS).join("packages")
    }

    fn build_stamp(&self) -> PathBuf {
        self.workspace
            .join(STAMPS)
            .join(format!("{}.build", self.name().replace('/', "+")))
    }

    /// The folder's name for messages.
    fn name(&self) -> String {
        let relative = Some(self.folder.as_path()).filter(|folder| !folder.as_os_str().is_empty());
        relative.unwrap_or(&self.workspace).display().to_string()
    }
}

fn has(stamp: &Path, text: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == text)
}

/// Runs npm to its end. Returns its last lines if it failed.
fn run(
    command: &mut Command,
    progress: &mut dyn FnMut(&str),
) -> Result<Option<Tail>, FrontendsError> {
    let program = PathBuf::from(command.get_program());
    let ended = process::run(command, &mut |line| {
        let line = line.trim();
        // npm prints the script that it runs, which the caller has already reported.
        if !line.is_empty() && !line.starts_with('>') {
            progress(line);
        }
    })
    .map_err(failed("run", &program))?;
    Ok((!ended.status.success()).then_some(ended.tail))
}
