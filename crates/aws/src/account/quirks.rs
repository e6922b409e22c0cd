//! The only table of the differences between emulators and AWS that would show in a plan.
//!
//! Drivers are written for AWS. If an endpoint imitates AWS, a driver asks here what it must not
//! rely on. Differences that only keep a test from running are in `xtask/src/conformance/skips.rs`.

use super::Account;

/// A difference between AWS and an emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// `MiniStack` accepts a client's refresh token rotation and forgets it.
    ForgetsRefreshTokenRotation,
    /// `MiniStack` reports a group without a precedence with the precedence 0.
    ReportsZeroPrecedence,
    /// `MiniStack` has no calls for managed login's branding.
    LacksBranding,
    /// `MiniStack` lists APIs with the tags that they were created with.
    ListsApisAsCreated,
    /// `MiniStack` and fakecloud do not report whether a log group is protected from deletion. AWS
    /// does.
    HidesLogProtection,
    /// `MiniStack` keeps of a build project neither its cache nor where its output goes, nor any limit
    /// but the time of a build.
    HidesProjectSettings,
    /// `MiniStack` has no calls for CodeBuild's report groups.
    LacksReportGroups,
    /// `MiniStack` puts the port into a queue's URL on which it was asked for it, and reads only the
    /// URL's path.
    HasPortsInQueueUrls,
}

impl Account {
    /// Whether the endpoint may have a quirk; AWS has none.
    pub(crate) fn may_have(&self, _quirk: Quirk) -> bool {
        self.endpoint().is_some()
    }
}
