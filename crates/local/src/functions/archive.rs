//! One function's deployment package: a zip file whose bytes depend only on the program.

use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::FunctionsError;
use crate::files;

/// Lambda limits the package's size, and a cold start reads it.
const DEFLATE_LEVEL: i64 = 9;

/// Writes the package and returns its bytes: `bootstrap`, executable, as the runtime
/// `provided.al2023` requires.
pub(super) fn write(path: &Path, program: &[u8]) -> Result<Vec<u8>, FunctionsError> {
    let bytes = pack(program).map_err(|source| FunctionsError::Archive {
        path: path.to_path_buf(),
        source,
    })?;
    files::replace(path, &bytes)?;
    Ok(bytes)
}

fn pack(program: &[u8]) -> Result<Vec<u8>, zip::result::ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(DEFLATE_LEVEL))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o755);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("bootstrap", options)?;
    archive.write_all(program)?;
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fs, io};

    use super::*;

    #[test]
    fn a_package_holds_an_executable_bootstrap_of_1980() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("function.zip");
        write(&path, b"a program").unwrap();

        let mut archive = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o755);
        assert_eq!(entry.last_modified().unwrap().year(), 1980);
        assert_eq!(io::read_to_string(&mut entry).unwrap(), "a program");
    }

    #[test]
    fn a_package_depends_on_the_program_only() {
        assert_eq!(pack(b"one").unwrap(), pack(b"one").unwrap());
        assert_ne!(pack(b"one").unwrap(), pack(b"two").unwrap());
    }
}
