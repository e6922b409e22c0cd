//! A metric of the functions' own.

use serde_json::{Value, json};
use toggle_contract::{BROKEN_RULES, METRIC_DIMENSION, METRICS};

use crate::clock::Clock;
use crate::tally::Count;

/// Writes a metric into the log, from which CloudWatch takes it. Source: its user guide, `Specification:
/// Embedded metric format`.
#[expect(clippy::print_stdout, reason = "a function's output is its log")]
pub(super) fn count_broken(table: &str, broken: &Count) {
    if broken.get() > 0 {
        println!("{}", metric(table, broken.get(), Clock::system().now_ms()));
    }
}

fn metric(table: &str, count: u64, now_ms: u64) -> Value {
    json!({
        "_aws": {
            "Timestamp": now_ms,
            "CloudWatchMetrics": [{
                "Namespace": METRICS,
                "Dimensions": [[METRIC_DIMENSION]],
                "Metrics": [{ "Name": BROKEN_RULES, "Unit": "Count" }],
            }],
        },
        METRIC_DIMENSION: table,
        BROKEN_RULES: count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_rules_are_a_metric_in_the_log() {
        assert_eq!(
            metric("acme-toggles", 2, 17).to_string(),
            r#"{"BrokenRules":2,"TogglesTable":"acme-toggles","_aws":{"CloudWatchMetrics":[{"Dimensions":[["TogglesTable"]],"Metrics":[{"Name":"BrokenRules","Unit":"Count"}],"Namespace":"Frontage"}],"Timestamp":17}}"#
        );
    }
}
