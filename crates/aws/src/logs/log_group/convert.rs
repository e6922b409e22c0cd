//! A log group in the SDK's types and in the model's.

use aws_sdk_cloudwatchlogs::types::{LogGroup as SdkLogGroup, LogGroupClass as SdkClass};
use model::types::logs::{LogGroup, LogGroupClass};

use super::Properties;

pub(super) fn properties(group: &SdkLogGroup) -> Properties {
    LogGroup {
        log_group_name: group.log_group_name().unwrap_or_default().to_owned(),
        retention_in_days: group.retention_in_days(),
        log_group_class: group.log_group_class().and_then(class),
        kms_key_id: group.kms_key_id().map(str::to_owned),
        deletion_protection_enabled: group.deletion_protection_enabled(),
    }
}

fn class(class: &SdkClass) -> Option<LogGroupClass> {
    match class {
        SdkClass::Standard => Some(LogGroupClass::Standard),
        SdkClass::InfrequentAccess => Some(LogGroupClass::InfrequentAccess),
        SdkClass::Delivery => Some(LogGroupClass::Delivery),
        _ => None,
    }
}

pub(super) fn sdk_class(class: LogGroupClass) -> SdkClass {
    match class {
        LogGroupClass::Standard => SdkClass::Standard,
        LogGroupClass::InfrequentAccess => SdkClass::InfrequentAccess,
        LogGroupClass::Delivery => SdkClass::Delivery,
    }
}
