//! Allows one writer at a time to a directory on this machine, among any number of processes.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Takes the lock of a lock file; reports `waiting` once if another process holds it.
///
/// The lock is released with the file handle, so a killed process leaves none behind. A child
/// process that gets a clone of the handle keeps the lock for as long as it lives.
pub(crate) fn acquire(
    path: &Path,
    waiting: &str,
    progress: &mut dyn FnMut(&str),
) -> io::Result<File> {
    let file = File::create(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(waiting);
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_second_waits_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let held = acquire(&path, "waiting", &mut |_| panic!("nobody else holds it")).unwrap();

        let (said, heard) = std::sync::mpsc::channel();
        let second = std::thread::spawn(move || {
            acquire(&path, "waiting", &mut |line| {
                said.send(line.to_owned()).unwrap();
            })
        });
        assert_eq!(heard.recv().unwrap(), "waiting");
        drop(held);
        assert!(second.join().unwrap().is_ok());
    }
}
