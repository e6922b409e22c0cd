//! Credentials that are asked for once.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;
use tokio::sync::Mutex;

/// The SDK's own cache asks again this long before credentials expire, at most.
const MARGIN: Duration = Duration::from_mins(1);

/// Keeps what a provider returned until it is about to expire.
///
/// The SDK's cache asks again every quarter of an hour for credentials that never expire, and is
/// bypassed where the account is checked. A `credential_process` may ask for a touch of a key.
#[derive(Debug)]
pub(super) struct Kept {
    provider: SharedCredentialsProvider,
    credentials: Mutex<Option<Credentials>>,
}

impl Kept {
    pub(super) fn new(provider: SharedCredentialsProvider) -> Self {
        Self {
            provider,
            credentials: Mutex::new(None),
        }
    }

    async fn provide(&self) -> provider::Result {
        let mut kept = self.credentials.lock().await;
        let lasts = |credentials: &&Credentials| {
            let expiry = credentials.expiry();
            expiry.is_none_or(|expiry| expiry > SystemTime::now() + MARGIN)
        };
        if let Some(credentials) = kept.as_ref().filter(lasts) {
            return Ok(credentials.clone());
        }
        let credentials = self.provider.provide_credentials().await?;
        *kept = Some(credentials.clone());
        Ok(credentials)
    }
}

impl ProvideCredentials for Kept {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.provide())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Debug)]
    struct Counting {
        lifetime: Option<Duration>,
        count: Arc<AtomicUsize>,
    }

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.count.fetch_add(1, Ordering::Relaxed);
            let expiry = self.lifetime.map(|lifetime| SystemTime::now() + lifetime);
            let credentials = Credentials::new("id", "secret", None, expiry, "tests");
            future::ProvideCredentials::ready(Ok(credentials))
        }
    }

    async fn asked(lifetime: Option<Duration>) -> usize {
        let count = Arc::default();
        let provider = Counting {
            lifetime,
            count: Arc::clone(&count),
        };
        let kept = Kept::new(SharedCredentialsProvider::new(provider));
        for _ in 0..3 {
            kept.provide_credentials().await.unwrap();
        }
        count.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_provider_is_asked_again_only_when_its_credentials_are_about_to_expire() {
        assert_eq!(asked(None).await, 1);
        assert_eq!(asked(Some(Duration::from_hours(1))).await, 1);
        assert_eq!(asked(Some(Duration::from_secs(30))).await, 3);
    }
}
