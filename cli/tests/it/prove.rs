//! Proof of the permission to suspend, by `check --prove`.

use simulator::{Endpoint, Permission, State};

use super::process::{op_users_at, run, simulator};

#[tokio::test]
async fn a_suspended_user_proves_the_permission_to_suspend() {
    let simulator = simulator().await;
    let users = simulator.users();
    let is_suspended = |state: State| move |user: &&simulator::User| user.state == state;
    let suspended = users.iter().find(is_suspended(State::Suspended)).unwrap();
    for who in [&suspended.id, &suspended.email] {
        let ended = run(op_users_at(&simulator, &["check", "--prove", who])).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let line = ended
            .stdout
            .lines()
            .find(|line| line.starts_with("suspend-user"));
        let line = line.expect("a finding");
        assert!(
            line.contains("passed") && line.contains(&suspended.id),
            "{line}"
        );
    }
    assert_eq!(
        simulator.user(&suspended.id).unwrap().state,
        State::Suspended
    );

    simulator.set_permissions([Permission::ListUsers, Permission::GetUser]);
    let ended = run(op_users_at(
        &simulator,
        &["check", "--prove", &suspended.id],
    ))
    .await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stdout.contains("lacks the permission"), "{ended:?}");
}

#[tokio::test]
async fn a_user_who_is_not_suspended_proves_nothing() {
    let simulator = simulator().await;
    let users = simulator.users();
    let active = users
        .iter()
        .find(|user| user.state == State::Active)
        .unwrap();
    for who in [active.id.as_str(), "gone@acme.example"] {
        let ended = run(op_users_at(&simulator, &["check", "--prove", who])).await;
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(ended.stdout.contains("not proven: "), "{ended:?}");
    }
    let requests = simulator.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.endpoint != Endpoint::Suspend)
    );
    assert_eq!(simulator.user(&active.id).unwrap().state, State::Active);
}
