//! One reading of the account: a call that answers for many resources is made once.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::error::DriverError;

type Answer = Arc<dyn Any + Send + Sync>;

/// Caches the answers of bulk reads for the length of one inventory.
#[derive(Default)]
pub struct ReadCache {
    answers: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
}

impl ReadCache {
    /// The answer to `call`, made at most once for each `key` and type; concurrent callers share
    /// it.
    ///
    /// # Errors
    /// Those of the call, which is then not cached.
    pub async fn once<T, F>(
        &self,
        key: impl Into<String>,
        call: impl FnOnce() -> F,
    ) -> Result<Arc<T>, DriverError>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<T, DriverError>>,
    {
        let key = key.into();
        let answer = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(key.clone()).or_default())
        };
        let answer = answer
            .get_or_try_init(|| async { call().await.map(|answer| Arc::new(answer) as Answer) })
            .await?;
        Arc::clone(answer).downcast().map_err(|_| {
            DriverError::internal(format!("the reading `{key}` is used with two types"))
        })
    }
}

impl fmt::Debug for ReadCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadCache").finish_non_exhaustive()
    }
}
