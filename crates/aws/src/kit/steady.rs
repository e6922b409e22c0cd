//! Reads that alternate between old and new until a change has reached everywhere.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use engine::DriverError;

use super::wait::{WaitPolicy, until};

/// Looks until `look` has seen the condition this many times in a row; `Err(state)` inside the
/// answer is the state seen instead.
///
/// # Errors
/// Those of [`until`].
pub(crate) async fn until_steady<F>(
    condition: &str,
    policy: WaitPolicy,
    times: u32,
    mut look: impl FnMut() -> F,
) -> Result<(), DriverError>
where
    F: Future<Output = Result<Result<(), String>, DriverError>>,
{
    let seen = AtomicU32::new(0);
    until(condition, policy, || {
        // Boxed, since it is kept twice and calls of the SDK are large.
        let (seen, looked) = (&seen, Box::pin(look()));
        async move {
            if let Err(state) = looked.await? {
                seen.store(0, Ordering::Relaxed);
                return Ok(Err(state));
            }
            let in_a_row = seen.fetch_add(1, Ordering::Relaxed) + 1;
            Ok(if in_a_row < times {
                Err(format!("as desired {in_a_row} times in a row"))
            } else {
                Ok(())
            })
        }
    })
    .await
}
