//! Unleash's exports: of an environment (`exportResultSchema` of Unleash/unleash), of the whole state (its earlier
//! `state` exports), and what its client API gives (`schema/features-schema.js` of Unleash/client-specification).
//! Exports are of the first kind.
//!
//! Semantics are those of Unleash/client-specification. A flag is on if it is enabled, its parents are on, and one of its
//! strategies holds; a strategy holds if all of its constraints and segments do. Percentages are the same, of
//! other people: Unleash takes another hash.

mod document;
mod export;
mod import;

pub use self::export::export;
pub use self::import::import;

/// The context field that is the user's id.
const USER: &str = "userId";
/// The context field that is the time.
const TIME: &str = "currentTime";
/// All shares of variants together.
const WHOLE: u64 = 1_000;

#[cfg(test)]
mod tests;
