//! The settings that `UpdateTable` does not write: expiry and point-in-time recovery.

use aws_sdk_dynamodb::types::{
    PointInTimeRecoverySpecification as SdkRecovery, TimeToLiveDescription,
    TimeToLiveSpecification as SdkExpiry, TimeToLiveStatus,
};
use engine::DriverError;
use model::types::dynamodb::PointInTimeRecoverySpecification;

use super::convert::{self, normalise_recovery};
use super::read::LAG;
use super::{Properties, Tables};
use crate::dynamodb::client::{DYNAMODB, incomplete};
use crate::kit::call::Call as _;
use crate::kit::wait::{WaitPolicy, retry, until};

/// Expiry is off within minutes as a rule; AWS guarantees an hour.
const EXPIRY_OFF: WaitPolicy = WaitPolicy::seconds(600);

/// AWS enables the backups of a new table in the background; Terraform allows 20 minutes.
const BACKUPS: WaitPolicy = WaitPolicy::seconds(20 * 60);

impl Tables {
    /// Brings expiry to the desired state. AWS accepts one change per table and hour, and refuses
    /// one that changes nothing, so the present state is always read first. `ENABLING` is on,
    /// `DISABLING` is off.
    pub(super) async fn put_expiry(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.table_name;
        let wanted = desired
            .time_to_live_specification
            .as_ref()
            .map(|expiry| expiry.attribute_name.as_str());
        let live = self.client.describe_expiry(name).await?;
        let attribute = attribute(live.as_ref());
        if attribute == wanted {
            return Ok(());
        }
        if let Some(other) = attribute {
            self.send_expiry(name, other, false).await?;
        }
        let Some(wanted) = wanted else { return Ok(()) };
        if live.is_some_and(|live| live.time_to_live_status() != Some(&TimeToLiveStatus::Disabled))
        {
            self.expiry_off(name).await?;
        }
        self.send_expiry(name, wanted, true).await
    }

    /// Turns expiry by an attribute on or off and waits until that is read back.
    async fn send_expiry(&self, name: &str, by: &str, on: bool) -> Result<(), DriverError> {
        let wanted = on.then_some(by);
        let specification = SdkExpiry::builder()
            .attribute_name(by)
            .enabled(on)
            .build()
            .map_err(incomplete)?;
        let call = self
            .client
            .sdk
            .update_time_to_live()
            .table_name(name)
            .time_to_live_specification(specification);
        let send = || call.clone().send().done("dynamodb:UpdateTimeToLive");
        match retry(LAG, |error| DYNAMODB.passes(error), send).await {
            Err(error) if error.is("ValidationException") => {
                // Refused because it was already done: the answer to an earlier attempt was lost.
                if attribute(self.client.describe_expiry(name).await?.as_ref()) != wanted {
                    return Err(explained(error));
                }
            }
            other => other?,
        }
        let state = if on { "on" } else { "off" };
        until(
            &format!("the expiry of the table `{name}` to be {state}"),
            LAG,
            || async {
                let live = self.client.describe_expiry(name).await?;
                Ok(if attribute(live.as_ref()) == wanted {
                    Ok(())
                } else {
                    Err(format!("{live:?}"))
                })
            },
        )
        .await
    }

    /// Waits until expiry can be turned on by another attribute.
    async fn expiry_off(&self, name: &str) -> Result<(), DriverError> {
        until(
            &format!("the expiry of the table `{name}` to be DISABLED"),
            EXPIRY_OFF,
            || async {
                let live = self.client.describe_expiry(name).await?;
                Ok(
                    match live.as_ref().and_then(|live| live.time_to_live_status()) {
                        None | Some(TimeToLiveStatus::Disabled) => Ok(()),
                        Some(status) => Err(status.as_str().to_owned()),
                    },
                )
            },
        )
        .await
    }

    /// Brings point-in-time recovery to the desired state.
    pub(super) async fn put_recovery(&self, desired: &Properties) -> Result<(), DriverError> {
        let name = &desired.table_name;
        let Some(wanted) = desired.point_in_time_recovery_specification else {
            return Ok(());
        };
        let specification = SdkRecovery::builder()
            .point_in_time_recovery_enabled(wanted.point_in_time_recovery_enabled)
            .set_recovery_period_in_days(wanted.recovery_period_in_days)
            .build()
            .map_err(incomplete)?;
        let call = self
            .client
            .sdk
            .update_continuous_backups()
            .table_name(name)
            .point_in_time_recovery_specification(specification);
        let send = || call.clone().send().done("dynamodb:UpdateContinuousBackups");
        let passes = |error: &DriverError| DYNAMODB.passes(error) || is_early(error);
        retry(BACKUPS, passes, send).await?;
        until(
            &format!("the point-in-time recovery of the table `{name}` to read back as written"),
            LAG,
            || async {
                let backups = self.client.describe_backups(name).await?;
                let live = backups
                    .as_ref()
                    .and_then(|backups| backups.point_in_time_recovery_description());
                let live = live.map(convert::recovery);
                Ok(if live.is_some_and(|live| agrees(live, wanted)) {
                    Ok(())
                } else {
                    Err(format!("{live:?}"))
                })
            },
        )
        .await
    }
}

/// An endpoint may omit the period.
fn agrees(
    live: PointInTimeRecoverySpecification,
    wanted: PointInTimeRecoverySpecification,
) -> bool {
    let period = live
        .recovery_period_in_days
        .or(wanted.recovery_period_in_days);
    let live = PointInTimeRecoverySpecification {
        recovery_period_in_days: period,
        ..live
    };
    normalise_recovery(Some(live)) == normalise_recovery(Some(wanted))
}

/// The attribute that items expire by.
fn attribute(live: Option<&TimeToLiveDescription>) -> Option<&str> {
    let on = matches!(
        live?.time_to_live_status()?,
        TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling
    );
    live?.attribute_name().filter(|_| on)
}

/// The table is so new that it has no backups ("Backups are being enabled").
fn is_early(error: &DriverError) -> bool {
    error.is("ContinuousBackupsUnavailableException")
}

/// The error with the time at which AWS would accept the change, which the answer omits.
fn explained(mut error: DriverError) -> DriverError {
    let is_known = error.has_message("ValidationException", "modified multiple times");
    if let DriverError::Service { message, .. } = &mut error
        && is_known
    {
        message.push_str(
            "; AWS takes one change of a table's expiry an hour, so apply again in an hour",
        );
    }
    error
}
