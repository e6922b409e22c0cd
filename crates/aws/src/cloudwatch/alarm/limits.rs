//! The limits of alarms that emulators do not enforce.

use super::Properties;
use crate::kit::limits::{Checks, Limit};
use crate::kit::places::SEARCHED;

const API: &str = "CloudWatch API reference, PutMetricAlarm";

/// Seconds of a day and of a week, which bound the time that is looked at.
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// The limits of single properties.
pub(super) const LIMITS: &[Limit] = &[
    Limit::length("AlarmName", 1, 255, API),
    SEARCHED,
    Limit::length("AlarmDescription", 0, 1_024, API),
    Limit::length("Namespace", 1, 255, API),
    Limit::length("MetricName", 1, 255, API),
    Limit::count("Dimensions", 0, 30, API),
    Limit::length("Dimensions[].Name", 1, 255, API),
    Limit::length("Dimensions[].Value", 1, 1_024, API),
    Limit::one_of(
        "Statistic",
        &["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
        API,
    ),
    Limit::one_of(
        "ComparisonOperator",
        &[
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
        ],
        API,
    ),
    Limit::one_of(
        "TreatMissingData",
        &["breaching", "notBreaching", "ignore", "missing"],
        API,
    ),
    Limit::one_of(
        "EvaluateLowSampleCountPercentile",
        &["evaluate", "ignore"],
        API,
    ),
    Limit::range("EvaluationPeriods", 1, WEEK / 10, API),
    Limit::range("DatapointsToAlarm", 1, WEEK / 10, API),
    Limit::count("AlarmActions", 0, 5, API),
    Limit::count("OKActions", 0, 5, API),
    Limit::count("InsufficientDataActions", 0, 5, API),
];

/// The limits that concern several properties, or a part of one.
pub(super) fn check(alarm: &Properties, checks: &mut Checks) {
    checks.require(
        alarm.statistic.is_some() != alarm.extended_statistic.is_some(),
        "Statistic",
        "or ExtendedStatistic is required, and not both",
    );
    let period = alarm.period;
    checks.require(
        matches!(period, 10 | 20 | 30) || period >= 60 && period % 60 == 0,
        "Period",
        format!("is {period}; 10, 20, 30 and multiples of 60 are allowed"),
    );
    let seconds = i64::from(period) * i64::from(alarm.evaluation_periods);
    let most = if period < 3_600 { DAY } else { WEEK };
    checks.require(
        seconds <= most,
        "EvaluationPeriods",
        format!("of {period} s are {seconds} s together; {most} s are allowed"),
    );
    checks.require(
        alarm.datapoints_to_alarm <= Some(alarm.evaluation_periods),
        "DatapointsToAlarm",
        "is above EvaluationPeriods",
    );
}
