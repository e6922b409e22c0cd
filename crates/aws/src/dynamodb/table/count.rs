//! The number of items in a table.

use aws_sdk_dynamodb::types::Select;
use engine::{DriverError, Holding};

use super::Tables;
use crate::kit::call::Call as _;

const UNIT: &str = "item";

impl Tables {
    /// The number of items: counted if one page of a scan reads them all, which is up to 1 MB, and
    /// otherwise as `DescribeTable` shows it: "DynamoDB updates this value approximately every six
    /// hours", says `TableDescription` in the API reference. A table that is not scanned, since that
    /// is denied, has about as many as shown.
    pub(super) async fn count(&self, name: &str) -> Result<Holding, DriverError> {
        let Some(table) = self.client.describe(name).await? else {
            return Ok(Holding::exactly(0, UNIT));
        };
        let shown = table.item_count().and_then(|count| count.try_into().ok());
        let shown = shown.unwrap_or(0);
        let scan = self.client.sdk.scan().table_name(name);
        let page = match scan
            .select(Select::Count)
            .send()
            .sent("dynamodb:Scan")
            .await
        {
            Ok(page) => page,
            Err(error) if shown == 0 => return Err(error),
            Err(_) => return Ok(Holding::about(shown, UNIT)),
        };
        let counted = u64::try_from(page.count()).unwrap_or(0);
        Ok(match page.last_evaluated_key() {
            None => Holding::exactly(counted, UNIT),
            Some(_) if shown > counted => Holding::about(shown, UNIT),
            Some(_) => Holding::page(usize::try_from(counted).unwrap_or(0), true, UNIT),
        })
    }
}
