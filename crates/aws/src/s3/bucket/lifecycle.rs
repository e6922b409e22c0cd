//! Lifecycle rules in the SDK's types and in the model's.

use std::str::FromStr as _;

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload as SdkAbort, ExpirationStatus, LifecycleExpiration,
    LifecycleRule as SdkRule, LifecycleRuleAndOperator, LifecycleRuleFilter,
    NoncurrentVersionExpiration as SdkNoncurrentExpiration,
    NoncurrentVersionTransition as SdkNoncurrentTransition, Tag, Transition as SdkTransition,
    TransitionStorageClass,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use engine::DriverError;
use model::fingerprint;
use model::types::s3::{
    AbortIncompleteMultipartUpload, LifecycleConfiguration, LifecycleRule, LifecycleStatus,
    NoncurrentVersionExpiration, NoncurrentVersionTransition, TagFilter, Transition,
};

use crate::s3::client::incomplete;

/// Fills in the defaults, sorts what has no order, and names rules without a name, which S3 would
/// do at random.
pub(super) fn normalise(configuration: &mut Option<LifecycleConfiguration>) {
    configuration.take_if(|configuration| configuration.rules.is_empty());
    let Some(configuration) = configuration else {
        return;
    };
    let size = &mut configuration.transition_default_minimum_object_size;
    size.get_or_insert_with(|| "all_storage_classes_128K".to_owned());
    configuration.rules.iter_mut().for_each(normalise_rule);
    configuration
        .rules
        .sort_by(|one, other| one.id.cmp(&other.id));
}

fn normalise_rule(rule: &mut LifecycleRule) {
    rule.prefix.take_if(|prefix| prefix.is_empty());
    rule.object_size_greater_than.take_if(|size| size == "0");
    rule.expired_object_delete_marker.take_if(|marker| !*marker);
    rule.expiration_date = rule.expiration_date.as_deref().map(normalise_date);
    rule.tag_filters.sort();
    for transition in &mut rule.transitions {
        transition.transition_date = transition.transition_date.as_deref().map(normalise_date);
    }
    rule.transitions.sort();
    rule.noncurrent_version_transitions.sort();
    if rule.id.is_none() {
        rule.id = serde_json::to_value(&*rule)
            .ok()
            .map(|rule| fingerprint(&rule));
    }
}

/// A day in the form that S3 returns.
fn normalise_date(date: &str) -> String {
    parse_date(date)
        .and_then(|date| print_date(&date))
        .unwrap_or_else(|| date.to_owned())
}

/// A day with or without its time, which is midnight.
pub(super) fn parse_date(date: &str) -> Option<DateTime> {
    let date = if date.contains('T') {
        date.to_owned()
    } else {
        format!("{date}T00:00:00Z")
    };
    DateTime::from_str(&date, Format::DateTimeWithOffset).ok()
}

fn print_date(date: &DateTime) -> Option<String> {
    date.fmt(Format::DateTime).ok()
}

fn sdk_date(date: Option<&str>) -> Result<Option<DateTime>, DriverError> {
    let invalid = |date| DriverError::Invalid(format!("`{date}` in a lifecycle rule is no day"));
    date.map(|date| parse_date(date).ok_or_else(|| invalid(date)))
        .transpose()
}

fn sdk_size(size: Option<&str>) -> Result<Option<i64>, DriverError> {
    let invalid = |size| {
        DriverError::Invalid(format!(
            "`{size}` in a lifecycle rule is no number of bytes"
        ))
    };
    size.map(|size| i64::from_str(size).map_err(|_| invalid(size)))
        .transpose()
}

/// The objects that a rule applies to.
#[derive(Default)]
struct Scope {
    prefix: Option<String>,
    tags: Vec<TagFilter>,
    larger: Option<i64>,
    smaller: Option<i64>,
}

fn tag(tag: &Tag) -> TagFilter {
    TagFilter {
        key: tag.key().to_owned(),
        value: tag.value().to_owned(),
    }
}

impl Scope {
    /// Rules older than filters contain the prefix themselves.
    fn of(rule: &SdkRule) -> Self {
        #[allow(deprecated)]
        let first = rule.prefix().map(str::to_owned);
        let Some(filter) = rule.filter() else {
            return Self {
                prefix: first,
                ..Self::default()
            };
        };
        if let Some(all) = filter.and() {
            return Self {
                prefix: all.prefix().map(str::to_owned),
                tags: all.tags().iter().map(tag).collect(),
                larger: all.object_size_greater_than(),
                smaller: all.object_size_less_than(),
            };
        }
        Self {
            prefix: filter.prefix().map(str::to_owned),
            tags: filter.tag().into_iter().map(tag).collect(),
            larger: filter.object_size_greater_than(),
            smaller: filter.object_size_less_than(),
        }
    }

    /// The filter: S3 accepts one condition as it is, and several only together. Without any, the
    /// rule applies to all objects.
    fn filter(self) -> Result<LifecycleRuleFilter, DriverError> {
        let tags = self
            .tags
            .into_iter()
            .map(|tag| Tag::builder().key(tag.key).value(tag.value).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(incomplete)?;
        let conditions = usize::from(self.prefix.is_some())
            + tags.len()
            + usize::from(self.larger.is_some())
            + usize::from(self.smaller.is_some());
        let filter = LifecycleRuleFilter::builder();
        Ok(match conditions {
            0 => filter.prefix(""),
            1 => filter
                .set_prefix(self.prefix)
                .set_tag(tags.into_iter().next())
                .set_object_size_greater_than(self.larger)
                .set_object_size_less_than(self.smaller),
            _ => {
                let all = LifecycleRuleAndOperator::builder()
                    .set_prefix(self.prefix)
                    .set_tags((!tags.is_empty()).then_some(tags))
                    .set_object_size_greater_than(self.larger)
                    .set_object_size_less_than(self.smaller);
                filter.and(all.build())
            }
        }
        .build())
    }
}

/// A rule as S3 returns it.
pub(super) fn rule(rule: &SdkRule) -> LifecycleRule {
    let scope = Scope::of(rule);
    let expiration = rule.expiration();
    LifecycleRule {
        id: rule.id().map(str::to_owned),
        status: match rule.status() {
            ExpirationStatus::Enabled => LifecycleStatus::Enabled,
            _ => LifecycleStatus::Disabled,
        },
        prefix: scope.prefix,
        tag_filters: scope.tags,
        object_size_greater_than: scope.larger.map(|size| size.to_string()),
        object_size_less_than: scope.smaller.map(|size| size.to_string()),
        expiration_in_days: expiration.and_then(LifecycleExpiration::days),
        expiration_date: expiration
            .and_then(LifecycleExpiration::date)
            .and_then(print_date),
        expired_object_delete_marker: expiration
            .and_then(LifecycleExpiration::expired_object_delete_marker),
        noncurrent_version_expiration: rule.noncurrent_version_expiration().map(|noncurrent| {
            NoncurrentVersionExpiration {
                noncurrent_days: noncurrent.noncurrent_days().unwrap_or_default(),
                newer_noncurrent_versions: noncurrent.newer_noncurrent_versions(),
            }
        }),
        transitions: rule.transitions().iter().map(transition).collect(),
        noncurrent_version_transitions: rule
            .noncurrent_version_transitions()
            .iter()
            .map(noncurrent_transition)
            .collect(),
        abort_incomplete_multipart_upload: rule.abort_incomplete_multipart_upload().map(|abort| {
            AbortIncompleteMultipartUpload {
                days_after_initiation: abort.days_after_initiation().unwrap_or_default(),
            }
        }),
    }
}

fn transition(transition: &SdkTransition) -> Transition {
    Transition {
        storage_class: transition
            .storage_class()
            .map_or("", |class| class.as_str())
            .to_owned(),
        transition_in_days: transition.days(),
        transition_date: transition.date().and_then(print_date),
    }
}

fn noncurrent_transition(transition: &SdkNoncurrentTransition) -> NoncurrentVersionTransition {
    NoncurrentVersionTransition {
        storage_class: transition
            .storage_class()
            .map_or("", |class| class.as_str())
            .to_owned(),
        transition_in_days: transition.noncurrent_days().unwrap_or_default(),
        newer_noncurrent_versions: transition.newer_noncurrent_versions(),
    }
}

/// A rule as S3 accepts it.
pub(super) fn sdk_rule(rule: &LifecycleRule) -> Result<SdkRule, DriverError> {
    let scope = Scope {
        prefix: rule.prefix.clone(),
        tags: rule.tag_filters.clone(),
        larger: sdk_size(rule.object_size_greater_than.as_deref())?,
        smaller: sdk_size(rule.object_size_less_than.as_deref())?,
    };
    let noncurrent = rule.noncurrent_version_expiration.map(|noncurrent| {
        SdkNoncurrentExpiration::builder()
            .noncurrent_days(noncurrent.noncurrent_days)
            .set_newer_noncurrent_versions(noncurrent.newer_noncurrent_versions)
            .build()
    });
    let abort = rule.abort_incomplete_multipart_upload.map(|abort| {
        SdkAbort::builder()
            .days_after_initiation(abort.days_after_initiation)
            .build()
    });
    let transitions = rule
        .transitions
        .iter()
        .map(sdk_transition)
        .collect::<Result<Vec<_>, _>>()?;
    let noncurrent_transitions: Vec<_> = rule
        .noncurrent_version_transitions
        .iter()
        .map(sdk_noncurrent_transition)
        .collect();
    SdkRule::builder()
        .set_id(rule.id.clone())
        .status(match rule.status {
            LifecycleStatus::Enabled => ExpirationStatus::Enabled,
            LifecycleStatus::Disabled => ExpirationStatus::Disabled,
        })
        .filter(scope.filter()?)
        .set_expiration(sdk_expiration(rule)?)
        .set_noncurrent_version_expiration(noncurrent)
        .set_transitions(Some(transitions).filter(|all| !all.is_empty()))
        .set_noncurrent_version_transitions(
            Some(noncurrent_transitions).filter(|all| !all.is_empty()),
        )
        .set_abort_incomplete_multipart_upload(abort)
        .build()
        .map_err(incomplete)
}

fn sdk_expiration(rule: &LifecycleRule) -> Result<Option<LifecycleExpiration>, DriverError> {
    let date = sdk_date(rule.expiration_date.as_deref())?;
    let expires = rule.expiration_in_days.is_some()
        || date.is_some()
        || rule.expired_object_delete_marker.is_some();
    Ok(expires.then(|| {
        LifecycleExpiration::builder()
            .set_days(rule.expiration_in_days)
            .set_date(date)
            .set_expired_object_delete_marker(rule.expired_object_delete_marker)
            .build()
    }))
}

fn sdk_transition(transition: &Transition) -> Result<SdkTransition, DriverError> {
    Ok(SdkTransition::builder()
        .storage_class(TransitionStorageClass::from(
            transition.storage_class.as_str(),
        ))
        .set_days(transition.transition_in_days)
        .set_date(sdk_date(transition.transition_date.as_deref())?)
        .build())
}

fn sdk_noncurrent_transition(transition: &NoncurrentVersionTransition) -> SdkNoncurrentTransition {
    SdkNoncurrentTransition::builder()
        .storage_class(TransitionStorageClass::from(
            transition.storage_class.as_str(),
        ))
        .noncurrent_days(transition.transition_in_days)
        .set_newer_noncurrent_versions(transition.newer_noncurrent_versions)
        .build()
}
