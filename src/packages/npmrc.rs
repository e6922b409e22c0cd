//! npm's configuration in a workspace: the file `.npmrc`.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::PackagesError;

/// Writes lines into a directory's `.npmrc`, keeping all other lines. Returns its path: if it is a
/// symbolic link, of what that leads to, which is written in its place.
///
/// # Errors
/// If the file cannot be read or written.
pub fn configure(directory: &Path, lines: &[String]) -> Result<PathBuf, PackagesError> {
    let path = followed(directory.join(".npmrc"));
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.map_err(PackagesError::io("read", &path))?,
    };
    replace(&path, &merged(&before, lines)).map_err(PackagesError::io("write", &path))?;
    Ok(path)
}

/// A configuration with some keys replaced. Every other line keeps its text and its line ending; new
/// lines get the file's line ending.
fn merged(before: &str, lines: &[String]) -> String {
    let end = if before.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
    let keys: Vec<_> = lines.iter().filter_map(|line| key(line)).collect();
    let mut text: String = before
        .split_inclusive('\n')
        .filter(|line| key(line).is_none_or(|of| !keys.contains(&of)))
        .collect();
    if !text.is_empty() && !text.ends_with('\n') {
        text += end;
    }
    lines.iter().fold(text, |text, line| text + line + end)
}

/// The file that a symbolic link leads to, whether it exists or not; any other path as it is.
fn followed(path: PathBuf) -> PathBuf {
    if let Ok(found) = fs::canonicalize(&path) {
        return found;
    }
    match (fs::read_link(&path), path.parent()) {
        (Ok(target), Some(directory)) => directory.join(target),
        _ => path,
    }
}

/// Replaces a file atomically, readable by its owner only.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.as_file()
        .set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_stay() {
        let before = "; ours\nfund=false\n@acme:registry=https://old/\n//old/:_authToken=a\n//new/:_authToken=b\n";
        let lines = [
            "@acme:registry=https://new/".to_owned(),
            "//new/:_authToken=c".to_owned(),
        ];
        let after = "; ours\nfund=false\n//old/:_authToken=a\n@acme:registry=https://new/\n//new/:_authToken=c\n";
        assert_eq!(merged(before, &lines), after);
        assert_eq!(merged(after, &lines), after);
    }

    #[test]
    fn ends_of_lines_and_lists_stay() {
        let lines = ["//new/:_authToken=c".to_owned()];
        let before = "ca[]=\"-----BEGIN A-----\\n\"\r\nca[]=\"-----BEGIN B-----\\n\"\r\n\r\n//new/:_authToken=b\r\nfund=false";
        let after = "ca[]=\"-----BEGIN A-----\\n\"\r\nca[]=\"-----BEGIN B-----\\n\"\r\n\r\nfund=false\r\n//new/:_authToken=c\r\n";
        assert_eq!(merged(before, &lines), after);
        assert_eq!(merged(after, &lines), after);
        assert_eq!(
            merged("fund=false", &lines),
            "fund=false\n//new/:_authToken=c\n"
        );
        assert_eq!(merged("", &lines), "//new/:_authToken=c\n");
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        fs::create_dir(root.join("dotfiles")).unwrap();
        fs::create_dir(root.join("work")).unwrap();
        let (kept, link) = (root.join("dotfiles/npmrc"), root.join("work/.npmrc"));
        assert_eq!(followed(link.clone()), link);
        std::os::unix::fs::symlink("../dotfiles/npmrc", &link).unwrap();
        // It may lead to a file that is not there yet.
        for text in ["a=b\n", "a=c\n"] {
            replace(&followed(link.clone()), text).unwrap();
            assert_eq!(fs::read_to_string(&kept).unwrap(), text);
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        }
    }

    #[test]
    fn only_its_owner_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".npmrc");
        replace(&path, "a=b\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a=b\n");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
