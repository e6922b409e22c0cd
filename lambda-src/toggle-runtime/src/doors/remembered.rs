//! A value from elsewhere that an instance of the function remembers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

/// The pause after a read that failed.
const PAUSE: Duration = Duration::from_secs(5);

/// The value that was read last. An instance handles one event at a time, so no two reads meet.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    value: RefCell<Option<Rc<T>>>,
    /// When it was last read, and whether that failed.
    read: Cell<Option<(Instant, bool)>>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self {
            value: RefCell::default(),
            read: Cell::default(),
        }
    }
}

impl<T> Remembered<T> {
    /// The value, read again if the last read is this long ago. One that cannot be read stays as it
    /// was. `None` if it never could be.
    pub(super) async fn of_age(
        &self,
        most: Duration,
        read: impl AsyncFnOnce() -> Result<T, String>,
    ) -> Option<Rc<T>> {
        if self.is_due(most) {
            let value = read().await;
            self.read.set(Some((Instant::now(), value.is_err())));
            match value {
                Ok(value) => *self.value.borrow_mut() = Some(Rc::new(value)),
                Err(error) => warn!(error, "not read"),
            }
        }
        self.value.borrow().clone()
    }

    fn is_due(&self, most: Duration) -> bool {
        self.read.get().is_none_or(|(at, failed)| {
            let pause = if failed { PAUSE.min(most) } else { most };
            at.elapsed() >= pause
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_value_is_read_again_once_it_is_old() {
        let remembered = Remembered::default();
        let at = async |value| {
            let value = remembered.of_age(MINUTE, async || Ok(value)).await;
            value.map(|value| *value)
        };
        assert_eq!(at(1).await, Some(1));
        advance(MINUTE / 2).await;
        assert_eq!(at(2).await, Some(1));
        advance(MINUTE / 2).await;
        assert_eq!(at(3).await, Some(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_fails_leaves_the_value_and_is_tried_again_soon() {
        let remembered = Remembered::default();
        let at = async |value: Result<i32, String>| {
            let value = remembered.of_age(MINUTE, async || value).await;
            value.map(|value| *value)
        };
        let failure = || Err("no answer".to_owned());
        assert_eq!(at(failure()).await, None);
        assert_eq!(at(Ok(1)).await, None);
        advance(PAUSE).await;
        assert_eq!(at(Ok(2)).await, Some(2));
        advance(MINUTE).await;
        assert_eq!(at(failure()).await, Some(2));
        assert_eq!(at(Ok(3)).await, Some(2));
        advance(PAUSE).await;
        assert_eq!(at(Ok(4)).await, Some(4));
    }
}
