//! How much of people's data a resource holds.

use std::fmt;

/// How much of people's data a resource holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// As much as its service counts.
    Counted {
        /// The number.
        number: u64,
        /// How close the number is.
        precision: Precision,
        /// The thing that is counted, in the singular: `user`, `message`.
        unit: &'static str,
    },
    /// It was not counted.
    Unknown {
        /// Why not.
        reason: String,
    },
}

/// How close a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// It was counted.
    Exact,
    /// The service estimates it, or counted it some time ago.
    About,
    /// There are more: only the first ones were counted.
    AtLeast,
}

impl Holding {
    /// A number that was counted.
    #[must_use]
    pub const fn exactly(number: u64, unit: &'static str) -> Self {
        let precision = Precision::Exact;
        Self::Counted {
            number,
            precision,
            unit,
        }
    }

    /// A number that the service estimates.
    #[must_use]
    pub const fn about(number: u64, unit: &'static str) -> Self {
        let precision = Precision::About;
        Self::Counted {
            number,
            precision,
            unit,
        }
    }

    /// The number on the first page of a list, and whether it has a second one.
    #[must_use]
    pub fn page(number: usize, has_more: bool, unit: &'static str) -> Self {
        let precision = if has_more {
            Precision::AtLeast
        } else {
            Precision::Exact
        };
        Self::Counted {
            number: u64::try_from(number).unwrap_or(u64::MAX),
            precision,
            unit,
        }
    }

    /// Nothing that was counted, for this reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Unknown { reason }
    }

    /// Whether the service says that it holds nothing. One that was not counted may hold data.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(
            self,
            Self::Counted {
                number: 0,
                precision: Precision::Exact | Precision::About,
                ..
            }
        )
    }
}

/// A phrase that completes 'holds …': `1 user`, `about 1,200 items`, `1,000+ objects`.
impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, precision, unit) = match self {
            Self::Counted {
                number,
                precision,
                unit,
            } => (*number, *precision, unit),
            Self::Unknown { reason } => {
                return write!(f, "an unknown amount of data ({reason})");
            }
        };
        let (before, after) = match precision {
            Precision::Exact => ("", ""),
            Precision::About => ("about ", ""),
            Precision::AtLeast => ("", "+"),
        };
        let plural = if number == 1 && precision != Precision::AtLeast {
            ""
        } else {
            "s"
        };
        let number = grouped(number);
        write!(f, "{before}{number}{after} {unit}{plural}")
    }
}

/// A number with a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let length = digits.len();
    let grouped = digits.chars().enumerate().map(|(index, digit)| {
        let comma = index > 0 && (length - index).is_multiple_of(3);
        (if comma { "," } else { "" }, digit)
    });
    grouped.fold(String::new(), |text, (comma, digit)| {
        format!("{text}{comma}{digit}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_how_close_it_is() {
        let said = |holding: Holding| holding.to_string();
        assert_eq!(said(Holding::exactly(1, "user")), "1 user");
        assert_eq!(said(Holding::exactly(0, "user")), "0 users");
        assert_eq!(
            said(Holding::about(1_234_567, "item")),
            "about 1,234,567 items"
        );
        assert_eq!(said(Holding::page(999, false, "object")), "999 objects");
        assert_eq!(said(Holding::page(1_000, true, "object")), "1,000+ objects");
        assert_eq!(
            said(Holding::unknown("denied")),
            "an unknown amount of data (denied)"
        );
    }

    #[test]
    fn only_what_is_known_to_be_empty_is() {
        assert!(Holding::exactly(0, "user").is_empty());
        assert!(Holding::about(0, "message").is_empty());
        assert!(!Holding::about(1, "message").is_empty());
        // A page may be empty though there are more.
        assert!(!Holding::page(0, true, "object").is_empty());
        assert!(!Holding::unknown("denied").is_empty());
    }
}
