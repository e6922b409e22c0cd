//! The most bytes of an application's scripts and styles.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::table::Rejected;

/// The most bytes of an application's scripts and styles together, uncompressed: `500kB`, `1.5MB`, or
/// a number of bytes. Default: 5 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u64);

/// A text that is no size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a budget is a size such as 500kB or 1.5MB")]
pub struct InvalidBudget;

/// The units, each with its bytes.
const UNITS: [(&str, u64); 3] = [("kB", 1_000), ("MB", 1_000_000), ("B", 1)];

impl Budget {
    /// The number of bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// The rule for `budget` of a team.
    pub(super) fn described(text: &str) -> Result<Self, Rejected> {
        text.parse().map_err(|_| Rejected {
            why: "not a size".to_owned(),
            help: "use a number and a unit: B, kB or MB, such as `500kB`".to_owned(),
        })
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(5_000_000)
    }
}

impl FromStr for Budget {
    type Err = InvalidBudget;

    fn from_str(text: &str) -> Result<Self, InvalidBudget> {
        let with_unit = UNITS
            .iter()
            .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (number, unit) = with_unit.unwrap_or((text, 1));
        let (whole, part) = number
            .trim()
            .split_once('.')
            .unwrap_or((number.trim(), "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 6 {
            return Err(InvalidBudget);
        }
        let whole: u64 = whole.parse().map_err(|_| InvalidBudget)?;
        let millionths: u64 = format!("{part:0<6}").parse().map_err(|_| InvalidBudget)?;
        let bytes = whole
            .checked_mul(unit)
            .and_then(|bytes| bytes.checked_add(millionths * unit / 1_000_000));
        bytes
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or(InvalidBudget)
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} B", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit_or_is_bytes() {
        for (text, bytes) in [
            ("500kB", 500_000),
            ("500 kB", 500_000),
            ("1.5MB", 1_500_000),
            ("0.25kB", 250),
            ("10B", 10),
            ("300000", 300_000),
        ] {
            assert_eq!(
                text.parse::<Budget>().map(Budget::bytes),
                Ok(bytes),
                "{text}"
            );
        }
        for text in [
            "",
            "kB",
            "0",
            "0.0MB",
            "-1kB",
            "1.kB",
            ".5MB",
            "1,5MB",
            "1GB",
            "1 000",
            "99999999999999999999MB",
        ] {
            assert_eq!(text.parse::<Budget>(), Err(InvalidBudget), "{text}");
        }
    }
}
