//! An example user, to try signing in with.

use miette::Report;
use model::StackName;
use stacks::description::System;
use stacks::identity;

use crate::cli::advice;
use crate::cli::context::{Context, Outputs};
use crate::users::Users;

/// The user's name. The users of an emulator disappear with it, so this is no secret.
pub(super) const NAME: &str = "ada@example.com";
/// Meets the pool's rules: 12 characters, lower-case and upper-case letters, digits.
pub(super) const PASSWORD: &str = "Try-Frontage-1";

/// Creates the user, if the system has users, in the groups that may flip toggles.
pub(super) async fn make(
    context: &Context,
    outputs: &Outputs,
    system: &System,
) -> Result<(), Report> {
    let stack = StackName::new(identity::STACK);
    if !outputs.contains_key(&stack) {
        return Ok(());
    }
    let identity = context.outputs_of(outputs, &stack, identity::Outputs::of)?;
    let users = Users::new(&context.account, identity.user_pool_id);
    users.create(NAME, PASSWORD).await.map_err(advice::report)?;
    for group in system.toggles.may_flip.keys() {
        users.join(NAME, group).await.map_err(advice::report)?;
    }
    Ok(())
}
