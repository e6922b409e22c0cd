//! File operations of the builds: errors that name the files, atomic writes, digests of many files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// A file operation that failed, or a program that could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", .path.display())]
pub struct FileError {
    /// The action.
    pub action: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

/// Adds the action and the file to an error.
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |source| FileError {
        action,
        path: path.to_path_buf(),
        source,
    }
}

/// Replaces the file atomically, so that no reader sees a part of it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .map_err(failed("write", path))
}

/// Removes a file, if it exists.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Adds all files below a directory, except in directories with these names. Names that start with
/// a dot are skipped: editors leave such files behind, and they affect nothing.
pub(crate) fn collect(
    directory: &Path,
    except: &[&str],
    files: &mut Vec<PathBuf>,
) -> Result<(), FileError> {
    for entry in fs::read_dir(directory).map_err(failed("list", directory))? {
        let entry = entry.map_err(failed("list", directory))?;
        let (path, name) = (entry.path(), entry.file_name());
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if !entry
            .file_type()
            .map_err(failed("inspect", &path))?
            .is_dir()
        {
            files.push(path);
        } else if !except.iter().any(|except| name == *except) {
            collect(&path, except, files)?;
        }
    }
    Ok(())
}

/// The files directly in a directory, except those whose names start with a dot.
pub(crate) fn directly_in(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed("list", directory))? {
        let entry = entry.map_err(failed("list", directory))?;
        if entry.path().is_file() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// A SHA-256 of several parts. The length of each is hashed before it, so bytes cannot move
/// unnoticed from one part to the next.
#[derive(Debug, Default)]
pub(crate) struct Digest(Sha256);

impl Digest {
    pub(crate) fn part(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Files with their names relative to a root, sorted.
    pub(crate) fn files(&mut self, root: &Path, mut files: Vec<PathBuf>) -> Result<(), FileError> {
        files.sort();
        for file in files {
            let name = file.strip_prefix(root).unwrap_or(&file);
            self.part(name.as_os_str().as_encoded_bytes());
            self.part(&fs::read(&file).map_err(failed("read", &file))?);
        }
        Ok(())
    }

    /// In hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        format!("{:x}", self.0.finalize())
    }
}
