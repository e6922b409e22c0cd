//! Whether the process that holds a lease is still there, as far as its own machine can tell.
//!
//! A process locks a file for as long as it lives, and the operating system unlocks it however the
//! process ends. So a run that was killed holds up no other run on the same machine. Elsewhere nobody
//! can tell, and the lease has to end by itself.

use std::fs::{File, OpenOptions, TryLockError, remove_file};
use std::io;
use std::path::PathBuf;

/// The sign of life of a run of this process: what is left of it, once it is dropped or the process
/// has ended, says that the run is dead.
#[derive(Debug)]
pub(super) struct Alive {
    _locked: File,
}

fn path(run: &str) -> PathBuf {
    std::env::temp_dir().join(format!("frontage-run-{run}"))
}

impl Alive {
    /// Gives a sign of life.
    pub(super) fn new(run: &str) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path(run))?;
        file.try_lock()?;
        Ok(Self { _locked: file })
    }
}

/// Whether a run was of this machine and its process has ended.
pub(super) fn is_dead(run: &str) -> bool {
    let Ok(file) = File::open(path(run)) else {
        return false;
    };
    match file.try_lock_shared() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}

/// Removes what is left of a run that has no lease any more.
pub(super) fn bury(run: &str) {
    let _ = remove_file(path(run));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_dead_once_its_lock_is_gone_and_only_if_it_was_here() {
        let run = format!("test-{}", std::process::id());
        assert!(!is_dead(&run), "nothing is known of it");
        let alive = Alive::new(&run).unwrap();
        assert!(!is_dead(&run));
        // As the operating system does when the process is killed.
        drop(alive);
        assert!(is_dead(&run));
        bury(&run);
        assert!(!is_dead(&run));
    }
}
