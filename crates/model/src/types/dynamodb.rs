//! `AWS::DynamoDB::Table`.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Attribute, Handle, Replacement, Resource, ResourceType, Scope, Service, Text};

/// The service of these types.
pub const SERVICE: &Service = &Service {
    name: "DynamoDB",
    sdk_id: "DynamoDB",
    regions: crate::Regions::All,
};

/// The facts of `AWS::DynamoDB::Table`.
pub const TABLE: &ResourceType = &ResourceType {
    name: "AWS::DynamoDB::Table",
    service: SERVICE,
    scope: Scope::Regional,
    identity: &["TableName"],
    create_only: &["TableName", "KeySchema"],
    renewed_by: &[("StreamSpecification", <Table>::STREAM_ARN.name)],
    bound_to: None,
    replacement: Replacement::DeleteFirst,
    holds_data: true,
    taggable: true,
    refers_to: &[],
};

/// A table. It holds data, so it is never replaced.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Table<S = Text> {
    /// 3 to 255 characters of `[a-zA-Z0-9_.-]`. Changing it would replace the table.
    pub table_name: String,
    /// The type of each attribute that is part of a key, and no others; a set. The type of one in
    /// the table's own key cannot be changed.
    #[serde(default)]
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The partition key, then the sort key if there is one. Changing it would replace the table.
    #[serde(default)]
    pub key_schema: Vec<KeySchemaElement>,
    /// Absent means provisioned.
    pub billing_mode: Option<BillingMode>,
    /// Required with [`BillingMode::Provisioned`].
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// Global secondary indexes; a set by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub global_secondary_indexes: Vec<GlobalSecondaryIndex>,
    /// The change stream. Absent means none. Changing the view creates a new stream with a new ARN.
    pub stream_specification: Option<StreamSpecification>,
    /// Encryption at rest. Absent means a key that DynamoDB owns.
    #[serde(rename = "SSESpecification")]
    pub sse_specification: Option<SseSpecification<S>>,
    /// Point-in-time recovery. Absent means off.
    pub point_in_time_recovery_specification: Option<PointInTimeRecoverySpecification>,
    /// Expiry by an attribute. Absent means off. AWS allows one change per table per hour.
    pub time_to_live_specification: Option<TimeToLiveSpecification>,
    /// Whether AWS refuses to delete the table. Absent means no.
    pub deletion_protection_enabled: Option<bool>,
    /// Absent means standard. AWS allows two changes per table in 30 days.
    pub table_class: Option<TableClass>,
}

// Derived, it would be generic over the strings, and a stack would have to name their type.
impl Default for Table {
    fn default() -> Self {
        Self {
            table_name: String::new(),
            attribute_definitions: Vec::new(),
            key_schema: Vec::new(),
            billing_mode: None,
            provisioned_throughput: None,
            global_secondary_indexes: Vec::new(),
            stream_specification: None,
            sse_specification: None,
            point_in_time_recovery_specification: None,
            time_to_live_specification: None,
            deletion_protection_enabled: None,
            table_class: None,
        }
    }
}

/// The type of an attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeDefinition {
    /// The attribute's name.
    pub attribute_name: String,
    /// Its type.
    pub attribute_type: AttributeType,
}

/// `DynamoDB`'s scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AttributeType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
}

/// One attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeySchemaElement {
    /// The attribute's name.
    pub attribute_name: String,
    /// Partition or sort key.
    pub key_type: KeyType,
}

/// Partition or sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KeyType {
    /// Partition key.
    Hash,
    /// Sort key.
    Range,
}

/// How a table is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingMode {
    /// Per request; nothing while idle.
    PayPerRequest,
    /// By provisioned capacity.
    Provisioned,
}

/// Provisioned capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProvisionedThroughput {
    /// Read capacity units.
    pub read_capacity_units: i64,
    /// Write capacity units.
    pub write_capacity_units: i64,
}

/// A global secondary index.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GlobalSecondaryIndex {
    /// 3 to 255 characters of `[a-zA-Z0-9_.-]`.
    pub index_name: String,
    /// The index's key. Changing it recreates the index.
    pub key_schema: Vec<KeySchemaElement>,
    /// The attributes copied into the index. Changing it recreates the index.
    pub projection: Projection,
    /// Required with [`BillingMode::Provisioned`].
    pub provisioned_throughput: Option<ProvisionedThroughput>,
}

/// The attributes copied into an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Projection {
    /// How many.
    pub projection_type: ProjectionType,
    /// Which ones, with [`ProjectionType::Include`]; a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub non_key_attributes: Vec<String>,
}

/// How much of an item is copied into an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProjectionType {
    /// Everything.
    All,
    /// The keys.
    KeysOnly,
    /// The keys and the named attributes.
    Include,
}

/// The change stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamSpecification {
    /// The contents of a record.
    pub stream_view_type: StreamViewType,
}

/// The contents of a stream record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamViewType {
    /// The key.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// Both.
    NewAndOldImages,
}

/// Encryption at rest.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SseSpecification<S = Text> {
    /// `false` means a key that DynamoDB owns, `true` one in KMS.
    #[serde(rename = "SSEEnabled")]
    pub sse_enabled: bool,
    /// The KMS key by id, ARN or alias; absent means the account's `alias/aws/dynamodb`.
    #[serde(rename = "KMSMasterKeyId")]
    pub kms_master_key_id: Option<S>,
}

/// Point-in-time recovery.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PointInTimeRecoverySpecification {
    /// Whether it is on.
    pub point_in_time_recovery_enabled: bool,
    /// How far back, 1 to 35 days; absent means 35.
    pub recovery_period_in_days: Option<i32>,
}

/// Expiry by an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimeToLiveSpecification {
    /// The attribute that contains the expiry, in seconds since the epoch.
    pub attribute_name: String,
    /// Whether it is on.
    pub enabled: bool,
}

/// The price of a table's storage relative to its reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableClass {
    /// For tables that are read and written often.
    Standard,
    /// For tables that are rarely accessed.
    StandardInfrequentAccess,
}

impl<S: Serialize> Resource for Table<S> {
    const TYPE: &'static ResourceType = TABLE;
}

impl<S> Table<S> {
    /// The table's ARN.
    pub const ARN: Attribute<Self> = Attribute::new("Arn");
    /// The table's name, once it exists.
    pub const NAME: Attribute<Self> = Attribute::new("TableName");
    /// The ARN of the current stream; a recreated stream has another.
    pub const STREAM_ARN: Attribute<Self> = Attribute::new("StreamArn");
}

impl Handle<Table> {
    /// A reference to [`Table::ARN`].
    #[must_use]
    pub fn arn(&self) -> Text {
        self.attribute(Table::ARN)
    }

    /// A reference to [`Table::NAME`].
    #[must_use]
    pub fn name(&self) -> Text {
        self.attribute(Table::NAME)
    }

    /// A reference to [`Table::STREAM_ARN`].
    #[must_use]
    pub fn stream_arn(&self) -> Text {
        self.attribute(Table::STREAM_ARN)
    }
}
