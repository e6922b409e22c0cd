//! Waits for the end of a deletion.

use std::future::Future;

use engine::DriverError;

use super::wait::{WaitPolicy, until};

/// Waits until something is deleted: `look` returns what still exists.
///
/// # Errors
/// Those of [`until`].
pub(crate) async fn until_gone<T, F>(
    name: &str,
    policy: WaitPolicy,
    mut look: impl FnMut() -> F,
) -> Result<(), DriverError>
where
    F: Future<Output = Result<Option<T>, DriverError>>,
{
    let condition = format!("{name} to be deleted");
    let look = || {
        let seen = look();
        async move {
            let left = seen.await?;
            Ok(left.map_or(Ok(()), |_| Err("it still answers".to_owned())))
        }
    };
    until(&condition, policy, look).await
}
