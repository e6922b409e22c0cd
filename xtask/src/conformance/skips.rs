//! What each emulator cannot run, and what that means on live AWS: the one place that knows.

use super::emulator::Emulator;

/// Tests that an emulator cannot run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skip {
    emulator: Emulator,
    /// How the names of the tests begin.
    tests: &'static str,
    /// What the emulator lacks or does otherwise than AWS.
    pub(super) lacks: &'static str,
    /// What stands for it.
    pub(super) instead: &'static str,
}

const SKIPS: &[Skip] = &[];

/// Why a test is skipped on an emulator, if it is.
pub(super) fn skip(emulator: Emulator, test: &str) -> Option<&'static Skip> {
    SKIPS.iter().find(|skip| skip.emulator == emulator && test.starts_with(skip.tests))
}
