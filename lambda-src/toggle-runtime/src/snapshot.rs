//! Files that follow the toggles: that of toggle-snapshot, with the state of all toggles, for clients that have
//! no WebSocket yet, or cannot have one; and that of toggle-clock, for servers.

use toggle_rules::Private;
use tokio::time::Instant;

use crate::clock::{Clock, bounded};
use crate::item::State;
use crate::ports::{File, FileError, TableError, Toggles};
use crate::states::Reading;
use crate::tally::Count;

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

/// Who reads the file: clients of whom nothing is known.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a> {
    /// The attributes that they are never sent.
    pub private: &'a Private,
    /// The time for which rules are evaluated.
    pub clock: Clock,
    /// Counts toggles whose rules are broken.
    pub broken: &'a Count,
}

/// Writes the state of all toggles, as the messages of a new connection have it, but in one array of
/// any size.
///
/// # Errors
/// As [`keep`].
pub async fn snapshot<T: Toggles, F: File>(
    toggles: &T,
    file: &F,
    audience: &Audience<'_>,
    until: Instant,
) -> Result<(), SnapshotError> {
    let content = |state: &State| {
        let reading = Reading::of(state.clone(), audience.private, audience.clock.now_ms());
        let nobody = reading.rules.answers(None, audience.broken);
        reading.arrays(&nobody, usize::MAX).concat()
    };
    keep(toggles, file, content, until).await
}

/// Writes a file whose content follows from the state of all toggles.
///
/// It reads the table again after it has written, and repeats that until what it wrote is of the table's
/// state. So a concurrent call that began with an older state, and writes it last, repairs that itself.
///
/// # Errors
/// The file may be of an older state then: the call must be repeated.
pub async fn keep<T: Toggles, F: File>(
    toggles: &T,
    file: &F,
    content: impl Fn(&State) -> Vec<u8>,
    until: Instant,
) -> Result<(), SnapshotError> {
    let mut state = bounded(until, toggles.all()).await?;
    loop {
        file.write(&content(&state)).await?;
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
    use std::borrow::Cow;
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;
    use crate::fake::{Fake, NOW, queue, state};
    use crate::message;

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
        let (private, broken) = (Private::default(), Count::default());
        let audience = Audience {
            private: &private,
            clock: Clock::at(NOW),
            broken: &broken,
        };
        let until = Instant::now() + Duration::from_secs(50);
        snapshot(fake, file, &audience, until).await
    }

    fn array(version: u64) -> String {
        let state = state(&[("1", version)]);
        let told = state.iter().map(|(id, item)| (id, Cow::Borrowed(item)));
        String::from_utf8(message::snapshot(told, usize::MAX).0.concat()).unwrap()
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
