//! The contract between the toggle functions and the crates that build and deploy them. Each takes
//! it from here, so that none can differ.
//!
//! Without dependencies but `serde`: the stack that deploys the functions compiles none of Lambda's
//! crates.

pub mod doors;
pub mod exposure;
pub mod history;
pub mod proposals;
pub mod receipt;

/// The attribute that is a toggle's key.
pub const TOGGLE_KEY: &str = "featureId";
/// The attribute of a toggle that rises with each change, a number.
pub const REVISION: &str = "revision";
/// The attribute that marks a tombstone, the item that is left of a deleted toggle: `true`.
pub const REMOVED: &str = "isRemoved";
/// The attribute by which `DynamoDB` deletes a tombstone, in seconds since the epoch. A name that no
/// toggle has by chance, since it would be deleted by it.
pub const TOMBSTONE_EXPIRY: &str = "tombstoneExpiry";
/// The attribute of a toggle with who changed it last, a map of [`BY`], [`AT`] and, if it was said, [`COMMENT`].
/// It is sent to no client. Whoever writes a toggle otherwise leaves it as it is, and is unknown because of that.
pub const LAST_CHANGE: &str = "lastChange";
/// Who: text, as a rule the ARN of a caller of AWS.
pub const BY: &str = "by";
/// When, in milliseconds since the epoch, a number.
pub const AT: &str = "at";
/// Who agreed, if the change needed a second person: text.
pub const APPROVED_BY: &str = "approvedBy";
/// Why: text.
pub const COMMENT: &str = "comment";

/// The attribute that says whether a toggle is on; `false` is off for everybody, whatever else is described.
pub const ACTIVE: &str = "isActive";
/// The attribute with a toggle's value, which clients of `OpenFeature` read.
pub const VALUE: &str = "value";
/// The attribute with the name of the variant that a client is sent.
pub const VARIANT: &str = "variant";

/// The attribute with flagd's targeting, JSON in a string. It and the next ones are rules: they never
/// leave the account.
pub const TARGETING: &str = "targeting";
/// The attribute with the variants that targeting chooses from: a map of values by name.
pub const VARIANTS: &str = "variants";
/// The attribute with the name of the variant for clients that targeting says nothing of.
pub const DEFAULT_VARIANT: &str = "defaultVariant";
/// The attribute with the ids of the toggles that must be on for a client: a set of strings.
pub const PREREQUISITES: &str = "prerequisites";
/// The attribute with the windows in which a toggle is on, JSON in a string.
pub const WINDOWS: &str = "windows";
/// The attribute with a rollout in steps, JSON in a string.
pub const RAMP: &str = "ramp";
/// The attribute with the time at which a schedule last woke the toggle, in milliseconds since the epoch.
pub const TOUCHED_AT: &str = "touchedAt";
/// What makes an item a toggle with rules.
pub const RULES: [&str; 5] = [TARGETING, VARIANTS, PREREQUISITES, WINDOWS, RAMP];
/// The attributes that clients are never sent.
pub const NEVER_TOLD: [&str; 7] = [
    TARGETING,
    VARIANTS,
    DEFAULT_VARIANT,
    PREREQUISITES,
    WINDOWS,
    RAMP,
    TOUCHED_AT,
];

/// How the id of a segment begins, an item that has [`SEGMENT`]: a condition with a name, which rules refer
/// to. Clients are never sent one.
pub const SEGMENT_PREFIX: &str = "segment:";
/// The attribute with a segment's condition, flagd's targeting as JSON in a string.
pub const SEGMENT: &str = "segment";

/// The attribute that is a connection's key.
pub const CONNECTION_KEY: &str = "connectionId";
/// The attribute by which `DynamoDB` deletes an item of the connections table, in seconds since the
/// epoch.
pub const CONNECTION_EXPIRY: &str = "expiry";
/// The attribute with what a connection's rules are evaluated for, as JSON in a string:
/// `{"sub":"…","targetingKey":"…","groups":["beta"]}` and further claims of a verified token, or nothing but a
/// `targetingKey` that the client named itself. Absent: nothing is known of the client.
pub const CONNECTION_CONTEXT: &str = "context";

/// The namespace of the functions' own metrics.
pub const METRICS: &str = "Frontage";
/// The metric that counts toggles whose rules are broken, and that were sent as off.
pub const BROKEN_RULES: &str = "BrokenRules";
/// The dimension of that metric: the name of the toggles' table.
pub const METRIC_DIMENSION: &str = "TogglesTable";

/// The largest message that API Gateway sends to a client, in bytes: 128 KB. Source: its developer
/// guide, `Quotas for configuring and running a WebSocket API`.
pub const MESSAGE_LIMIT: usize = 131_072;

/// The environment variable with the name of the toggles table.
pub const TOGGLES_TABLE: &str = "TOGGLES_TABLE";
/// The environment variable with the name of the connections table.
pub const CONNECTIONS_TABLE: &str = "CONNECTIONS_TABLE";

/// The environment variable with the id of the API whose connections the stream functions send to.
pub const API_ID: &str = "API_ID";
/// The environment variable with the name of that API's stage.
pub const API_STAGE: &str = "API_STAGE";

/// The environment variable with the URL of the queue of slices, for toggle-message and
/// toggle-slice.
pub const SLICES_QUEUE_URL: &str = "SLICES_QUEUE_URL";
/// The environment variable with the number of posts per second that one invocation of toggle-message
/// or toggle-slice may make, a positive decimal integer.
pub const POSTS_PER_SECOND: &str = "POSTS_PER_SECOND";
/// The environment variable with the name of the bucket that toggle-snapshot writes to.
pub const SNAPSHOT_BUCKET: &str = "SNAPSHOT_BUCKET";
/// The environment variable with the names of further attributes that clients are never sent, separated by
/// commas. Absent: none.
pub const PRIVATE_ATTRIBUTES: &str = "PRIVATE_ATTRIBUTES";
/// The file with the state of all toggles there.
pub const SNAPSHOT: &str = "toggles.json";
/// The environment variable with the name of the bucket of the file for servers, for toggle-clock. Absent: there is
/// none.
pub const FLAGS_BUCKET: &str = "FLAGS_BUCKET";
/// The file for servers there: a flag definition of flagd.
pub const FLAGS: &str = "flags.json";

/// The environment variable of the connection manager with its [`doors::Doors`], in JSON.
pub const DOORS: &str = "DOORS";
/// The environment variable with the name of the shell's bucket, for a connection manager that needs
/// [`SHELL_CONFIG`].
pub const SHELL_BUCKET: &str = "SHELL_BUCKET";
/// The file there with the configuration of the shell's page: see [`doors::ShellConfig`].
pub const SHELL_CONFIG: &str = "config.json";
/// The environment variable with the name of the table of the toggles' history.
pub const HISTORY_TABLE: &str = "HISTORY_TABLE";
/// The environment variable with the number of days that a record of it is kept, a positive decimal
/// integer.
pub const HISTORY_DAYS: &str = "HISTORY_DAYS";

/// The environment variable with the name of the table of proposals: see [`proposals`]. Absent: toggle-api
/// refuses what needs a second person.
pub const PROPOSALS_TABLE: &str = "PROPOSALS_TABLE";
/// The environment variable of toggle-api with who may change which toggles, JSON:
/// `{"shipping":["shipping.*"],"operators":["*"]}`, the groups of the user pool with patterns of ids, in which `*`
/// is any characters and `?` one.
pub const MAY_FLIP: &str = "MAY_FLIP";
/// The environment variable with the toggles whose changes need a second person, JSON: a list of patterns.
/// Absent: none.
pub const PROTECTED: &str = "PROTECTED";
/// The environment variable of toggle-api with the issuer of tokens:
/// `https://cognito-idp.REGION.amazonaws.com/POOL`.
pub const ISSUER: &str = "ISSUER";
/// The environment variable of toggle-api with the client of the user pool that tokens are for.
pub const CLIENT_ID: &str = "CLIENT_ID";

/// The environment variable with the name of the group of the schedules that wake toggles.
pub const SCHEDULE_GROUP: &str = "SCHEDULE_GROUP";
/// The environment variable with the ARN of the role by which they do.
pub const SCHEDULES_ROLE_ARN: &str = "SCHEDULES_ROLE_ARN";
/// The environment variable with the ARN of the function that they invoke, toggle-clock.
pub const CLOCK_ARN: &str = "CLOCK_ARN";
/// The environment variable with the ARN of the queue of wake-ups that failed for good.
pub const DEAD_LETTERS_ARN: &str = "DEAD_LETTERS_ARN";

/// Seconds that the connection manager may run. A connection is in the table before `$connect` has
/// returned, so this bounds how long it can be known there and not yet be open.
pub const CONNECT_TIMEOUT_SECONDS: u16 = 10;

/// The functions' names: of their packages, of their directories here, and of their resources in
/// the stack.
pub const NAMES: PerFunction<&str> = PerFunction {
    connection_manager: "connection-manager",
    new_connection: "new-connection",
    toggle_message: "toggle-message",
    toggle_slice: "toggle-slice",
    toggle_snapshot: "toggle-snapshot",
    toggle_history: "toggle-history",
    toggle_clock: "toggle-clock",
    toggle_api: "toggle-api",
};

/// A value per function; none can be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerFunction<T> {
    /// Stores and deletes connections.
    pub connection_manager: T,
    /// Sends the whole state to a new connection.
    pub new_connection: T,
    /// Sends each change to every connection.
    pub toggle_message: T,
    /// Sends changes to a slice of the connections, if there are many.
    pub toggle_slice: T,
    /// Writes the state of all toggles to a file.
    pub toggle_snapshot: T,
    /// Records each change of a toggle.
    pub toggle_history: T,
    /// Wakes toggles at the edges of their windows and rollouts.
    pub toggle_clock: T,
    /// Shows and flips toggles for people, over HTTP.
    pub toggle_api: T,
}

impl<T> PerFunction<T> {
    /// The same, by reference.
    #[must_use]
    pub const fn as_ref(&self) -> PerFunction<&T> {
        PerFunction {
            connection_manager: &self.connection_manager,
            new_connection: &self.new_connection,
            toggle_message: &self.toggle_message,
            toggle_slice: &self.toggle_slice,
            toggle_snapshot: &self.toggle_snapshot,
            toggle_history: &self.toggle_history,
            toggle_clock: &self.toggle_clock,
            toggle_api: &self.toggle_api,
        }
    }

    /// Applies `make` to each.
    #[must_use]
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> PerFunction<U> {
        PerFunction {
            connection_manager: make(self.connection_manager),
            new_connection: make(self.new_connection),
            toggle_message: make(self.toggle_message),
            toggle_slice: make(self.toggle_slice),
            toggle_snapshot: make(self.toggle_snapshot),
            toggle_history: make(self.toggle_history),
            toggle_clock: make(self.toggle_clock),
            toggle_api: make(self.toggle_api),
        }
    }
}

impl<T> PerFunction<Option<T>> {
    /// All of them, unless one is missing.
    #[must_use]
    pub fn all(self) -> Option<PerFunction<T>> {
        Some(PerFunction {
            connection_manager: self.connection_manager?,
            new_connection: self.new_connection?,
            toggle_message: self.toggle_message?,
            toggle_slice: self.toggle_slice?,
            toggle_snapshot: self.toggle_snapshot?,
            toggle_history: self.toggle_history?,
            toggle_clock: self.toggle_clock?,
            toggle_api: self.toggle_api?,
        })
    }
}

impl<T> IntoIterator for PerFunction<T> {
    type Item = T;
    type IntoIter = std::array::IntoIter<T, 8>;

    fn into_iter(self) -> Self::IntoIter {
        [
            self.connection_manager,
            self.new_connection,
            self.toggle_message,
            self.toggle_slice,
            self.toggle_snapshot,
            self.toggle_history,
            self.toggle_clock,
            self.toggle_api,
        ]
        .into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_keeps_its_own() {
        let lengths = NAMES.map(str::len);
        assert_eq!(lengths.connection_manager, NAMES.connection_manager.len());
        assert_eq!(lengths.new_connection, NAMES.new_connection.len());
        assert_eq!(lengths.toggle_message, NAMES.toggle_message.len());
        assert_eq!(lengths.toggle_slice, NAMES.toggle_slice.len());
        assert_eq!(lengths.toggle_snapshot, NAMES.toggle_snapshot.len());
        assert_eq!(lengths.toggle_history, NAMES.toggle_history.len());
        assert_eq!(lengths.toggle_clock, NAMES.toggle_clock.len());
        assert_eq!(lengths.toggle_api, NAMES.toggle_api.len());
        assert_eq!(
            lengths.as_ref().into_iter().copied().collect::<Vec<_>>(),
            [18, 14, 14, 12, 15, 14, 12, 10]
        );
    }

    #[test]
    fn one_that_is_missing_is_not_passed_over() {
        assert_eq!(NAMES.map(Some).all(), Some(NAMES));
        let mut found = NAMES.map(Some);
        found.new_connection = None;
        assert_eq!(found.all(), None);
    }
}
