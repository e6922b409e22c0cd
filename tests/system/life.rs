//! Made, used, changed, destroyed.

use crate::support::cli::Project;

#[tokio::test(flavor = "multi_thread")]
async fn a_system_is_made_and_destroyed() {
    let project = Project::new();
    project.apply();
    assert!(project.output("websocket_url").starts_with("ws"));
    project.destroy();
}
