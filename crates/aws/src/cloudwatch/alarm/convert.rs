//! Conversion of alarms between the SDK's types and the model's.

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension as SdkDimension, MetricAlarm, StandardUnit, Statistic,
};
use model::types::cloudwatch::Dimension;

use super::Properties;

/// The properties of a live alarm, without its Region.
pub(super) fn properties(alarm: &MetricAlarm) -> Properties {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let dimension = |of: &SdkDimension| Dimension {
        name: of.name().unwrap_or_default().to_owned(),
        value: of.value().unwrap_or_default().to_owned(),
    };
    let operator = alarm.comparison_operator().map(ComparisonOperator::as_str);
    Properties {
        alarm_name: alarm.alarm_name().unwrap_or_default().to_owned(),
        region: None,
        alarm_description: text(alarm.alarm_description()),
        namespace: alarm.namespace().unwrap_or_default().to_owned(),
        metric_name: alarm.metric_name().unwrap_or_default().to_owned(),
        dimensions: alarm.dimensions().iter().map(dimension).collect(),
        statistic: text(alarm.statistic().map(Statistic::as_str)),
        extended_statistic: text(alarm.extended_statistic()),
        period: alarm.period().unwrap_or_default(),
        unit: text(alarm.unit().map(StandardUnit::as_str)),
        comparison_operator: operator.unwrap_or_default().to_owned(),
        threshold: alarm.threshold().unwrap_or_default(),
        evaluation_periods: alarm.evaluation_periods().unwrap_or_default(),
        datapoints_to_alarm: alarm.datapoints_to_alarm(),
        treat_missing_data: text(alarm.treat_missing_data()),
        evaluate_low_sample_count_percentile: text(alarm.evaluate_low_sample_count_percentile()),
        actions_enabled: alarm.actions_enabled(),
        alarm_actions: alarm.alarm_actions().to_vec(),
        ok_actions: alarm.ok_actions().to_vec(),
        insufficient_data_actions: alarm.insufficient_data_actions().to_vec(),
    }
}

/// The call with an alarm's properties.
pub(super) fn put(
    call: PutMetricAlarmFluentBuilder,
    alarm: &Properties,
) -> PutMetricAlarmFluentBuilder {
    let dimension = |of: &Dimension<String>| {
        let built = SdkDimension::builder().name(&of.name).value(&of.value);
        built.build()
    };
    call.alarm_name(&alarm.alarm_name)
        .set_alarm_description(alarm.alarm_description.clone())
        .namespace(&alarm.namespace)
        .metric_name(&alarm.metric_name)
        .set_dimensions(Some(alarm.dimensions.iter().map(dimension).collect()))
        .set_statistic(alarm.statistic.as_deref().map(Statistic::from))
        .set_extended_statistic(alarm.extended_statistic.clone())
        .period(alarm.period)
        .set_unit(alarm.unit.as_deref().map(StandardUnit::from))
        .comparison_operator(ComparisonOperator::from(&*alarm.comparison_operator))
        .threshold(alarm.threshold)
        .evaluation_periods(alarm.evaluation_periods)
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm)
        .set_treat_missing_data(alarm.treat_missing_data.clone())
        .set_evaluate_low_sample_count_percentile(
            alarm.evaluate_low_sample_count_percentile.clone(),
        )
        .set_actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(alarm.alarm_actions.clone()))
        .set_ok_actions(Some(alarm.ok_actions.clone()))
        .set_insufficient_data_actions(Some(alarm.insufficient_data_actions.clone()))
}
