//! The people in a user pool.

use aws::{Account, failed};
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
use engine::DriverError;

/// The people in a user pool, where they sign in with their email addresses.
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
    pool: String,
}

impl Users {
    /// The people in the pool with this id.
    #[must_use]
    pub fn new(account: &Account, pool: String) -> Self {
        let client = account.for_data().client();
        Self { client, pool }
    }

    /// Creates a user who can sign in at once: the address counts as verified, the password as
    /// chosen by the user, and no message is sent.
    pub async fn create(&self, email: &str, password: &str) -> Result<(), DriverError> {
        self.client
            .admin_create_user()
            .user_pool_id(&self.pool)
            .username(email)
            .user_attributes(attribute("email", email)?)
            .user_attributes(attribute("email_verified", "true")?)
            .message_action(MessageActionType::Suppress)
            .send()
            .await
            .map_err(failed("cognito-idp:AdminCreateUser"))?;
        self.client
            .admin_set_user_password()
            .user_pool_id(&self.pool)
            .username(email)
            .password(password)
            .permanent(true)
            .send()
            .await
            .map_err(failed("cognito-idp:AdminSetUserPassword"))?;
        Ok(())
    }
}

impl Users {
    /// Puts a user into a group of the pool.
    pub async fn join(&self, email: &str, group: &str) -> Result<(), DriverError> {
        let add = self.client.admin_add_user_to_group();
        let add = add.user_pool_id(&self.pool).username(email);
        let added = add.group_name(group).send().await;
        added
            .map(drop)
            .map_err(failed("cognito-idp:AdminAddUserToGroup"))
    }
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, DriverError> {
    AttributeType::builder()
        .name(name)
        .value(value)
        .build()
        .map_err(|error| DriverError::internal(error.to_string()))
}
