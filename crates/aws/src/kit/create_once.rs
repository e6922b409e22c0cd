//! The creation of resources that no unique name protects from being created twice.

use std::future::Future;
use std::time::Duration;

use engine::DriverError;

use super::wait::{WaitPolicy, retry, until};

/// After an answer was lost, the resource is looked for this long before it is created again: lists
/// lag behind creations.
const LAG: WaitPolicy = WaitPolicy {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(2),
    within: Duration::from_secs(10),
};

/// How often a creation is sent again, with pauses.
const AGAIN: WaitPolicy = WaitPolicy::seconds(120);

/// The codes of errors after which the call may have taken effect all the same.
const DOUBTFUL: [&str; 5] = [
    "InternalErrorException",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "ServiceUnavailable",
];

/// A resource that was to be created.
pub(crate) enum Creation<F, C> {
    /// An earlier call had created it. It may differ from the desired one.
    Found(F),
    /// It is new.
    New(C),
}

/// Finds the resource that an earlier call created, or creates it.
///
/// `find` asks the service itself, without a cache: first since the list that the plan read may have
/// lagged, and again after each call whose outcome is not known. The SDK must not repeat `create`
/// by itself (`RetryConfig::disabled`); errors that `passes` accepts are repeated here.
pub(crate) async fn find_or_create<F, C, Finding, Creating>(
    passes: impl Fn(&DriverError) -> bool,
    find: impl Fn() -> Finding,
    create: impl Fn() -> Creating,
) -> Result<Creation<F, C>, DriverError>
where
    Finding: Future<Output = Result<Option<F>, DriverError>>,
    Creating: Future<Output = Result<C, DriverError>>,
{
    if let Some(found) = find().await? {
        return Ok(Creation::Found(found));
    }
    let attempt = || async {
        match create().await {
            Err(error) if is_doubtful(&error) => match looked_for(&find).await? {
                Some(found) => Ok(Creation::Found(found)),
                None => Err(error),
            },
            created => created.map(Creation::New),
        }
    };
    let again = |error: &DriverError| is_doubtful(error) || passes(error);
    retry(AGAIN, again, attempt).await
}

/// Whether a failed call may have taken effect.
fn is_doubtful(error: &DriverError) -> bool {
    matches!(error, DriverError::Unreachable { .. }) || DOUBTFUL.iter().any(|code| error.is(code))
}

/// The resource, as soon as a list shows it.
async fn looked_for<T, F>(find: impl Fn() -> F) -> Result<Option<T>, DriverError>
where
    F: Future<Output = Result<Option<T>, DriverError>>,
{
    let look = || async { Ok(find().await?.ok_or_else(|| "none".to_owned())) };
    match until("the new resource to be listed", LAG, look).await {
        Err(DriverError::TimedOut { .. }) => Ok(None),
        found => found.map(Some),
    }
}
