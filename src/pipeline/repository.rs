//! A team's Git repository on this machine, which reports pushes.

use std::ffi::OsStr;
use std::fs;
use std::future::pending;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};
use tokio::process::Command;

use super::error::{Ended, PipelineError};
use super::git::must;

/// The pipe in the repository through which its hook reports pushes.
const PIPE: &str = "pushes";
/// Paths of installed packages and of builds, which are no part of a commit.
const WRITTEN: [&str; 2] = [
    ":(exclude,glob)**/node_modules/**",
    ":(exclude,glob)**/dist/**",
];
/// The settings of a commit that is not the user's own: no key signs it, and no hook of the user runs.
const COMMITTER: [&str; 8] = [
    "-c",
    "user.name=Frontage",
    "-c",
    "user.email=frontage@localhost",
    "-c",
    "commit.gpgSign=false",
    "-c",
    "core.hooksPath=/dev/null",
];

/// A bare repository.
#[derive(Debug)]
pub struct Repository {
    path: PathBuf,
    branch: String,
}

/// The pushes to the branch of a repository.
#[derive(Debug)]
pub struct Pushes {
    lines: Lines<BufReader<Receiver>>,
    /// Without it, the pipe would end with the first push.
    _open: Sender,
}

/// Files that will be the first commit of a repository. They are deleted when this is dropped.
#[derive(Debug)]
pub struct Draft<'r> {
    repository: &'r Repository,
    directory: TempDir,
    folder: String,
}

impl Repository {
    /// Creates `NAME.git` in a directory, and begins to collect the pushes to `branch`.
    ///
    /// # Errors
    /// If Git is not installed or fails, or a file cannot be written.
    pub async fn create(
        directory: &Path,
        name: &str,
        branch: &str,
    ) -> Result<(Self, Pushes), PipelineError> {
        let path = directory.join(format!("{name}.git"));
        let init = words(&[
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--initial-branch",
        ]);
        let named = [branch.as_ref(), path.as_os_str()];
        must(directory, &[&init[..], &named].concat()).await?;
        let hooks = path.join("hooks");
        // A user may have hooks for all repositories, instead of those in each.
        let of = [OsStr::new("--git-dir"), path.as_os_str()];
        let set = [
            &of[..],
            &words(&["config", "core.hooksPath"]),
            &[hooks.as_os_str()],
        ];
        must(directory, &set.concat()).await?;
        fs::create_dir(&hooks).map_err(PipelineError::io("create", &hooks))?;
        let hook = hooks.join("post-receive");
        fs::write(&hook, script(branch)).map_err(PipelineError::io("write", &hook))?;
        let executable = fs::Permissions::from_mode(0o700);
        fs::set_permissions(&hook, executable).map_err(PipelineError::io("change", &hook))?;
        let pushes = Pushes::open(&path.join(PIPE)).await?;
        let branch = branch.to_owned();
        Ok((Self { path, branch }, pushes))
    }

    /// Its path, which `git clone` accepts.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The branch whose pushes are reported.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// Copies the files of a directory, except those that its `.gitignore` names, into `folder` of what
    /// will be the first commit.
    ///
    /// # Errors
    /// If Git fails, or there is no such directory.
    pub async fn draft(
        &self,
        source: &Path,
        folder: Option<&str>,
    ) -> Result<Draft<'_>, PipelineError> {
        let directory = tempfile::Builder::new().prefix("frontage-first-").tempdir();
        let directory = directory.map_err(PipelineError::io(
            "create a directory in",
            std::env::temp_dir(),
        ))?;
        let work = directory.path();
        must(work, &words(&["init", "--quiet", "--template="])).await?;
        let git_dir = work.join(".git");
        let of = [OsStr::new("--git-dir"), git_dir.as_os_str()];
        let add = words(&["--work-tree", ".", "add", "--all", "--", "."]);
        must(source, &[&of[..], &add, &words(&WRITTEN)].concat()).await?;
        let folder = folder.map_or_else(String::new, |folder| format!("{folder}/"));
        let prefix = format!("--prefix={folder}");
        must(work, &words(&["checkout-index", "--all", &prefix])).await?;
        Ok(Draft {
            repository: self,
            directory,
            folder,
        })
    }
}

impl Draft<'_> {
    /// The folder with the copied files, which may be changed.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.directory.path().join(&self.folder)
    }

    /// Commits all files and pushes them.
    ///
    /// # Errors
    /// If Git fails.
    pub async fn push(self, message: &str) -> Result<(), PipelineError> {
        let work = self.directory.path();
        // What is ignored is not copied: the others are meant, such as an `.npmrc` without a token.
        must(work, &words(&["add", "--all", "--force"])).await?;
        let commit = words(&["commit", "--quiet", "--message", message]);
        must(work, &[&words(&COMMITTER)[..], &commit].concat()).await?;
        let push = words(&["push", "--quiet"]);
        let to = format!("HEAD:refs/heads/{}", self.repository.branch);
        let to = [self.repository.path.as_os_str(), to.as_ref()];
        must(work, &[&push[..], &to].concat()).await
    }
}

impl Pushes {
    async fn open(path: &Path) -> Result<Self, PipelineError> {
        let made = Command::new("mkfifo").arg(path).status().await;
        let status = made.map_err(PipelineError::io("run", "mkfifo"))?;
        if !status.success() {
            return Err(PipelineError::Pipe(Ended(status)));
        }
        let failed = |error| PipelineError::io("open", path)(error);
        let receiver = OpenOptions::new().open_receiver(path).map_err(failed)?;
        Ok(Self {
            lines: BufReader::new(receiver).lines(),
            _open: OpenOptions::new().open_sender(path).map_err(failed)?,
        })
    }

    /// Waits for the next push, and returns the id of the commit that the branch was set to. No push is
    /// lost if the future is dropped.
    ///
    /// # Errors
    /// If the pipe cannot be read.
    pub async fn next(&mut self) -> Result<String, PipelineError> {
        let line = self.lines.next_line().await;
        match line.map_err(PipelineError::io("read", PIPE))? {
            Some(commit) => Ok(commit),
            // It has no end as long as this end of it is open.
            None => pending().await,
        }
    }
}

/// The hook. Its input has a line for each ref: the commit before, the one after, and the ref. It opens the
/// pipe in both directions, so it never waits for a reader that has died.
fn script(branch: &str) -> String {
    format!(
        "#!/bin/sh\n\
         while read -r before after ref; do\n\
         \x20 [ \"$ref\" = 'refs/heads/{branch}' ] || continue\n\
         \x20 echo \"$after\" 1<>{PIPE}\n\
         \x20 echo 'frontage dev runs the steps for this commit and reports the result'\n\
         done\n"
    )
}

fn words<'w>(words: &[&'w str]) -> Vec<&'w OsStr> {
    words.iter().map(|word| OsStr::new(*word)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::git::git;
    use super::*;

    #[tokio::test]
    async fn only_pushes_to_the_branch_are_reported() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("source");
        fs::create_dir_all(source.join("dist")).unwrap();
        for name in ["a.js", "dist/b.js", "c.log"] {
            fs::write(source.join(name), name).unwrap();
        }
        fs::write(source.join(".gitignore"), "*.log\n.npmrc\n").unwrap();
        let created = Repository::create(directory.path(), "shipping", "main").await;
        let (repository, mut pushes) = created.unwrap();
        let draft = repository.draft(&source, Some("apps/shipping")).await;
        let draft = draft.unwrap();
        for name in [".npmrc", "package-lock.json"] {
            fs::write(draft.folder().join(name), "").unwrap();
        }
        draft.push("Begin").await.unwrap();
        let first = pushes.next().await.unwrap();
        assert_eq!(
            output(repository.path(), &["rev-parse", "main"]).await,
            first
        );
        let files = output(repository.path(), &["ls-tree", "-r", "--name-only", "main"]).await;
        let expected = [".gitignore", ".npmrc", "a.js", "package-lock.json"];
        let expected = expected.map(|name| format!("apps/shipping/{name}"));
        assert_eq!(files, expected.join("\n"));

        let clone = directory.path().join("clone");
        let to = repository.path().display().to_string();
        output(&source, &["clone", "--quiet", &to, "../clone"]).await;
        let commit = ["commit", "--quiet", "--allow-empty", "--message", "Change"];
        output(&clone, &[&COMMITTER[..], &commit].concat()).await;
        output(&clone, &["push", "--quiet", "origin", "HEAD:side"]).await;
        output(&clone, &["push", "--quiet", "origin", "HEAD:main"]).await;
        let second = output(&clone, &["rev-parse", "HEAD"]).await;
        assert_ne!(second, first);
        assert_eq!(pushes.next().await.unwrap(), second);
        output(
            &clone,
            &[
                "push",
                "--quiet",
                "--force",
                "origin",
                &format!("{first}:main"),
            ],
        )
        .await;
        assert_eq!(
            pushes.next().await.unwrap(),
            first,
            "the push to `side` is not reported"
        );
    }

    async fn output(directory: &Path, arguments: &[&str]) -> String {
        let output = git(directory, &words(arguments)).await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
