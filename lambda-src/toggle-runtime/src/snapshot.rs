//! Toggle-snapshot: keeps a file with the state of all toggles, for clients that have no WebSocket
//! yet, or cannot have one.

use tokio::time::Instant;

use crate::clock::bounded;
use crate::message;
use crate::ports::{File, FileError, TableError, Toggles};

/// Why the file may not have the table's state.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The toggles cannot be read.
    #[error(transparent)]
    Toggles(#[from] TableError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There was no time to write what had changed since the last write.
    #[error("the toggles have changed during each write")]
    Changing,
}

/// Writes the state of all toggles, as the messages of a new connection have it, but in one array of
/// any size.
///
/// It reads the table again after it has written, and repeats that until what it wrote is the table's
/// state. So a concurrent call that began with an older state, and writes it last, repairs that itself.
///
/// # Errors
/// The file may have an older state then: the call must be repeated.
pub async fn snapshot<T: Toggles, F: File>(
    toggles: &T,
    file: &F,
    until: Instant,
) -> Result<(), SnapshotError> {
    let mut state = bounded(until, toggles.all()).await?;
    loop {
        let arrays = message::snapshot(&state, usize::MAX);
        file.write(&arrays.concat()).await?;
        let now = bounded(until, toggles.all()).await?;
        if now == state {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(SnapshotError::Changing);
        }
        state = now;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;
    use crate::fake::{Fake, queue, state};

    #[derive(Default)]
    struct Written {
        contents: RefCell<Vec<String>>,
        fails: bool,
    }

    impl File for Written {
        async fn write(&self, content: &[u8]) -> Result<(), FileError> {
            if self.fails {
                return Err(FileError("403 denied".to_owned()));
            }
            let text = String::from_utf8(content.to_vec()).unwrap();
            self.contents.borrow_mut().push(text);
            Ok(())
        }
    }

    fn fake(versions: &[Option<u64>]) -> Fake {
        let states = versions
            .iter()
            .map(|version| version.map(|of| state(&[("1", of)])));
        Fake {
            states: queue(states),
            ..Fake::default()
        }
    }

    async fn run(fake: &Fake, file: &Written) -> Result<(), SnapshotError> {
        snapshot(fake, file, Instant::now() + Duration::from_secs(50)).await
    }

    fn array(version: u64) -> String {
        String::from_utf8(message::snapshot(&state(&[("1", version)]), usize::MAX).concat())
            .unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_file_has_the_state() {
        let (fake, file) = (fake(&[Some(1)]), Written::default());
        run(&fake, &file).await.unwrap();
        assert_eq!(*file.contents.borrow(), [array(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_changes_while_it_is_written_is_written_again() {
        let (fake, file) = (fake(&[Some(1), Some(2), Some(2)]), Written::default());
        run(&fake, &file).await.unwrap();
        assert_eq!(*file.contents.borrow(), [array(1), array(2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_fails_is_reported() {
        let file = Written::default();
        let unread = run(&fake(&[None]), &file).await;
        assert!(matches!(unread, Err(SnapshotError::Toggles(_))));
        let unread = run(&fake(&[Some(1), None]), &file).await;
        assert!(matches!(unread, Err(SnapshotError::Toggles(_))));
        let denied = Written {
            fails: true,
            ..Written::default()
        };
        let unwritten = run(&fake(&[Some(1)]), &denied).await;
        assert!(matches!(unwritten, Err(SnapshotError::File(_))));
        let versions: Vec<_> = (0..60_000).map(Some).collect();
        let never = run(&fake(&versions), &file).await;
        assert!(matches!(never, Err(SnapshotError::Changing)), "{never:?}");
    }
}
