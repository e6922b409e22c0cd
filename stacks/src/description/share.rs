//! A share of something.

use std::fmt;
use std::str::FromStr;

/// A share: a number above 0, and up to 1, which is all. It is displayed as JSON has it: `0.01`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(f64);

/// It is a number.
impl Eq for Share {}

/// Why a number is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoShare {
    /// Whether it is more than all, not nothing or less.
    pub is_too_much: bool,
}

impl Share {
    /// The share that is this number.
    ///
    /// # Errors
    /// If it is not above 0 and up to 1.
    pub fn of(number: f64) -> Result<Self, NoShare> {
        if number > 0.0 && number <= 1.0 {
            return Ok(Self(number));
        }
        let is_too_much = number > 1.0;
        Err(NoShare { is_too_much })
    }
}

impl FromStr for Share {
    type Err = NoShare;

    fn from_str(written: &str) -> Result<Self, NoShare> {
        Self::of(written.parse().unwrap_or(f64::NAN))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_more_than_nothing_and_at_most_all() {
        let share = |written: &str| written.parse::<Share>();
        for (written, displayed) in [
            ("1", "1"),
            ("1.0", "1"),
            ("0.01", "0.01"),
            ("1e-9", "0.000000001"),
        ] {
            let displayed = Ok(displayed.to_owned());
            assert_eq!(share(written).map(|of| of.to_string()), displayed);
        }
        for written in ["0", "-0.0", "-1", "nan", "1e-999", ""] {
            let nothing = NoShare { is_too_much: false };
            assert_eq!(share(written), Err(nothing), "{written}");
        }
        for written in ["1.01", "2", "inf"] {
            let too_much = NoShare { is_too_much: true };
            assert_eq!(share(written), Err(too_much), "{written}");
        }
    }
}
