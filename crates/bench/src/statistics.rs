//! Statistics of many measurements.

use std::time::Duration;

/// The median; the upper one of an even number.
pub(crate) fn median<T: Copy + Ord>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// `12.3`, in milliseconds.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1e3)
}

/// `12.3 (max 15.0)`, in milliseconds.
pub(crate) fn median_and_worst(durations: &[Duration]) -> String {
    let worst = durations.iter().max().copied().unwrap_or_default();
    format!("{} (max {})", millis(median(durations)), millis(worst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[5, 1, 3]), 3);
        assert_eq!(
            median_and_worst(&[1, 30, 2].map(Duration::from_millis)),
            "2.0 (max 30.0)"
        );
    }
}
