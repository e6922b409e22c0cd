//! The archive: a compressed tar file whose bytes depend only on the files.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, EntryType, Header};

use crate::error::{DistError, io};
use crate::files;

/// Writes the files of a directory into an archive, below a folder of this name.
pub(crate) fn write(directory: &Path, name: &str, archive: &Path) -> Result<(), DistError> {
    let file = File::create(archive).map_err(io("create", archive))?;
    // The header of the compression has no time and no name.
    let compressed = GzEncoder::new(BufWriter::new(file), Compression::default());
    let mut builder = Builder::new(compressed);
    for path in files(directory)? {
        let relative = path.strip_prefix(directory).unwrap_or(&path);
        let mut header = header(&path)?;
        let file = File::open(&path).map_err(io("read", &path))?;
        builder
            .append_data(&mut header, Path::new(name).join(relative), file)
            .map_err(io("add to the archive", &path))?;
    }
    builder
        .into_inner()
        .and_then(GzEncoder::finish)
        .and_then(|mut file| file.flush())
        .map_err(io("write", archive))
}

/// Of the file, only its size and whether it is a program: no time, no owner.
fn header(path: &Path) -> Result<Header, DistError> {
    let metadata = fs::metadata(path).map_err(io("inspect", path))?;
    let executable = metadata.permissions().mode() & 0o111 != 0;
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(metadata.len());
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    Ok(header)
}

/// Unpacks an archive into a directory.
///
/// # Errors
/// If the archive cannot be read, or a file cannot be written.
pub fn unpack(archive: &Path, into: &Path) -> Result<(), DistError> {
    let file = File::open(archive).map_err(io("read", archive))?;
    Archive::new(GzDecoder::new(BufReader::new(file)))
        .unpack(into)
        .map_err(io("unpack", archive))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Two directories with the same files, made in another order and with other modes.
    #[test]
    fn bytes_depend_on_the_files_alone() {
        let root = tempfile::tempdir().unwrap();
        let write_all = |folder: &str, names: [&str; 3], mode: u32| {
            let folder = root.path().join(folder);
            for name in names {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, name).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
            let archive = root.path().join("archive");
            write(&folder, "frontage", &archive).unwrap();
            fs::read(archive).unwrap()
        };
        let one = write_all("one", ["b/c", "a", "d"], 0o600);
        let other = write_all("other", ["d", "b/c", "a"], 0o644);
        assert!(one == other);

        unpack(&root.path().join("archive"), &root.path().join("there")).unwrap();
        let text = fs::read_to_string(root.path().join("there/frontage/b/c")).unwrap();
        assert_eq!(text, "b/c");
    }
}
