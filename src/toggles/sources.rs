//! Which toggles the sources of the front-ends name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aho_corasick::{AhoCorasick, BuildError};
use thiserror::Error;

use crate::hint::Hint;
use crate::pipeline::OF_A_HOOK;

/// Folders that contain nothing that a team wrote.
const SKIPPED: [&str; 3] = [".git", "dist", "node_modules"];

/// How many bytes of a file show whether it is binary: as many as Git looks at.
const LOOKED_AT: usize = 8_000;

/// The files that contain an id, by id. An id that no file contains is not among them.
pub type Named = BTreeMap<String, Vec<PathBuf>>;

/// Why sources could not be searched.
#[derive(Debug, Error)]
pub enum SourcesError {
    /// There is no such folder.
    #[error("{} is not a folder", .0.display())]
    NoFolder(PathBuf),
    /// A folder or a file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There are too many ids to search for.
    #[error("the toggles' ids cannot be searched for")]
    Ids(#[from] BuildError),
}

impl Hint for SourcesError {
    fn hint(&self) -> Option<Cow<'_, str>> {
        let advice = match self {
            Self::NoFolder(_) => "pass folders that exist with --sources",
            Self::Unreadable { .. } => {
                "make it readable: a toggle that only this one names would be missed"
            }
            Self::Ids(_) => return None,
        };
        Some(advice.into())
    }
}

/// Searches the text files of folders for ids, each as a whole word: no letter, digit or `_` is before or after it.
///
/// In a work tree of Git these are its files and those that it does not ignore, otherwise all; without links, and
/// without the folders `node_modules` and `dist`.
pub fn named(folders: &[PathBuf], ids: &[&str]) -> Result<Named, SourcesError> {
    let search = AhoCorasick::new(ids)?;
    let mut named = Named::new();
    for folder in folders {
        if !folder.is_dir() {
            return Err(SourcesError::NoFolder(folder.clone()));
        }
        for file in files(folder)? {
            let Some(text) = text_of(&file)? else {
                continue;
            };
            for found in search.find_overlapping_iter(&text) {
                let Some(id) = ids.get(found.pattern().as_usize()) else {
                    continue;
                };
                if !is_whole(&text, found.start(), found.end()) {
                    continue;
                }
                let files = named.entry((*id).to_owned()).or_default();
                if files.last() != Some(&file) {
                    files.push(file.clone());
                }
            }
        }
    }
    for files in named.values_mut() {
        files.sort();
        files.dedup();
    }
    Ok(named)
}

/// The files of a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, SourcesError> {
    let mut files = if let Some(listed) = of_git(folder) {
        listed
    } else {
        let mut walked = Vec::new();
        walk(folder, &mut walked)?;
        walked
    };
    files.sort();
    files.dedup();
    Ok(files)
}

/// The files of a folder in a work tree of Git, tracked or neither tracked nor ignored. `None` if it is in none, and
/// without Git.
fn of_git(folder: &Path) -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    for name in OF_A_HOOK {
        git.env_remove(name);
    }
    let listed = git
        .args(["ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let listed = listed.ok().filter(|listed| listed.status.success())?;
    let paths = listed.stdout.split(|byte| *byte == 0);
    let paths = paths.filter(|path| !path.is_empty());
    let paths = paths.map(|path| Path::new(OsStr::from_bytes(path)));
    let is_own = |path: &&Path| !path.iter().any(is_skipped);
    Some(paths.filter(is_own).map(|path| folder.join(path)).collect())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), SourcesError> {
    let unreadable = |source| SourcesError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() && !is_skipped(&entry.file_name()) {
            walk(&entry.path(), files)?;
        }
    }
    Ok(())
}

fn is_skipped(name: &OsStr) -> bool {
    SKIPPED.iter().any(|skipped| name == *skipped)
}

/// The contents of a file; `None` if it is binary, no file, or gone: Git also lists what was deleted and not
/// committed, links, and the folders of submodules.
fn text_of(file: &Path) -> Result<Option<Vec<u8>>, SourcesError> {
    let read = || {
        if fs::symlink_metadata(file)?.is_file() {
            return fs::read(file).map(Some);
        }
        Ok(None)
    };
    let bytes = match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => read.map_err(|source| SourcesError::Unreadable {
            path: file.to_owned(),
            source,
        })?,
    };
    let is_text = |bytes: &Vec<u8>| !bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0);
    Ok(bytes.filter(is_text))
}

fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    ![before, text.get(end)].into_iter().flatten().any(is_word)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// The names of the files in which `ids` are found, by id.
    fn found(folder: &TempDir, ids: &[&str]) -> BTreeMap<String, Vec<String>> {
        let found = named(&[folder.path().to_owned()], ids).unwrap();
        let name = |path: &PathBuf| {
            let name = path.strip_prefix(folder.path()).unwrap();
            name.to_str().unwrap().to_owned()
        };
        let names = |paths: &Vec<PathBuf>| paths.iter().map(name).collect();
        found
            .iter()
            .map(|(id, paths)| (id.clone(), names(paths)))
            .collect()
    }

    fn git(folder: &TempDir, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(folder.path());
        assert!(git.output().unwrap().status.success());
    }

    #[test]
    fn an_id_is_found_as_a_whole_word() {
        let texts = [
            ("'shop.fast'", true),
            ("shop.fast", true),
            ("toggles.shop.fast,", true),
            ("\"shop.fast.old\"", true),
            ("eshop.fast", false),
            ("shop.faster", false),
            ("shop.fast_old", false),
            ("shop-fast", false),
            ("shopXfast", false),
            ("eshop.fast shop.fast", true),
        ];
        for (text, is_named) in texts {
            let folder = folder(&[("a.ts", text)]);
            let found = found(&folder, &["shop.fast"]);
            assert_eq!(!found.is_empty(), is_named, "{text}: {found:?}");
        }
    }

    #[test]
    fn one_id_may_be_a_part_of_another() {
        let folder = folder(&[("a.ts", "'shop.fast.new'"), ("b/c.ts", "'shop.fast'")]);
        let found = found(&folder, &["shop.fast", "shop.fast.new", "shop.slow"]);
        assert_eq!(found["shop.fast"], ["a.ts", "b/c.ts"]);
        assert_eq!(found["shop.fast.new"], ["a.ts"]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_others_wrote_is_skipped_and_so_are_binary_files_and_links() {
        let folder = folder(&[
            ("src/main.ts", "'1'"),
            ("dist/main.js", "'2'"),
            ("node_modules/other/main.js", "'2'"),
            ("picture.png", "\0 2"),
            (".env", "3"),
        ]);
        std::os::unix::fs::symlink("/etc", folder.path().join("link")).unwrap();
        let found = found(&folder, &["1", "2", "3", "root"]);
        assert_eq!(found["1"], ["src/main.ts"]);
        assert_eq!(found["3"], [".env"]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn in_a_work_tree_of_git_what_it_ignores_is_skipped() {
        let folder = folder(&[
            (".gitignore", "build/\n"),
            ("build/main.js", "'1'"),
            ("deleted.ts", "'1'"),
            ("src/new.ts", "'2'"),
            ("src/dist/main.js", "'1'"),
        ]);
        git(&folder, &["init", "--quiet"]);
        git(&folder, &["add", "deleted.ts"]);
        fs::remove_file(folder.path().join("deleted.ts")).unwrap();
        let found = found(&folder, &["1", "2"]);
        assert_eq!(found["2"], ["src/new.ts"]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn what_is_no_folder_is_an_error() {
        let folder = folder(&[("a.ts", "")]);
        for path in [folder.path().join("none"), folder.path().join("a.ts")] {
            let error = named(std::slice::from_ref(&path), &["1"]).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("{} is not a folder", path.display())
            );
        }
    }
}
