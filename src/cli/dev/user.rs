//! The example user to sign in as.

use aws::failed;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
use engine::DriverError;
use miette::Report;
use model::StackName;
use stacks::identity::STACK;

use crate::cli::advice;
use crate::cli::context::{Context, Outputs};

/// The user's name. The users of an emulator disappear with it, so this is no secret.
pub(super) const NAME: &str = "ada@example.com";
/// Meets the pool's rules: 12 characters, lower-case and upper-case letters, digits.
pub(super) const PASSWORD: &str = "Try-Frontage-1";

/// Creates the user, if the system has users. No message is sent.
pub(super) async fn make(context: &Context, outputs: &Outputs) -> Result<(), Report> {
    let pool = outputs
        .get(&StackName::new(STACK))
        .and_then(|values| values.get("user_pool_id"));
    let Some(pool) = pool else { return Ok(()) };
    let client = Client::new(&context.account.config("cognito-idp"));
    create(&client, pool).await.map_err(advice::report)
}

async fn create(client: &Client, pool: &str) -> Result<(), DriverError> {
    let attribute =
        |name: &str, value: &str| AttributeType::builder().name(name).value(value).build();
    let attributes = [
        attribute("email", NAME),
        attribute("email_verified", "true"),
    ]
    .into_iter()
    .collect::<Result<Vec<_>, _>>();
    let create = client.admin_create_user().user_pool_id(pool).username(NAME);
    let create = create
        .set_user_attributes(attributes.ok())
        .message_action(MessageActionType::Suppress);
    create
        .send()
        .await
        .map_err(failed("cognito-idp:AdminCreateUser"))?;
    let password = client
        .admin_set_user_password()
        .user_pool_id(pool)
        .username(NAME)
        .password(PASSWORD);
    password
        .permanent(true)
        .send()
        .await
        .map_err(failed("cognito-idp:AdminSetUserPassword"))?;
    Ok(())
}
