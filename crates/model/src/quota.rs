//! Quotas that AWS may raise for an account.

/// A quota of an account, with the value that AWS gives to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Its code in Service Quotas: `L-E9944CCE`.
    pub code: &'static str,
    /// Its default.
    pub default: usize,
}
