//! `SHA256SUMS`, in the form that `sha256sum --check` reads.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{self, DistError};

/// Writes the checksums of files below a directory into a file there.
pub(crate) fn write(directory: &Path, files: &[&Path]) -> Result<PathBuf, DistError> {
    let lines = files.iter().map(|file| {
        let relative = file.strip_prefix(directory).unwrap_or(file);
        Ok(format!("{}  {}\n", sha256(file)?, relative.display()))
    });
    let lines: String = lines.collect::<Result<_, DistError>>()?;
    let path = directory.join("SHA256SUMS");
    fs::write(&path, lines).map_err(error::io("write", &path))?;
    Ok(path)
}

fn sha256(file: &Path) -> Result<String, DistError> {
    let mut digest = Sha256::new();
    File::open(file)
        .and_then(|mut file| io::copy(&mut file, &mut digest))
        .map_err(error::io("read", file))?;
    Ok(format!("{:x}", digest.finalize()))
}
