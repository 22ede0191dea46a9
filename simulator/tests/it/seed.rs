//! The data generated from a seed.

use simulator::{Role, Simulator, State, User};

async fn account(seed: u64, users: usize) -> Simulator {
    let builder = Simulator::builder().seed(seed).users(users);
    builder.start().await.expect("the simulator starts")
}

#[tokio::test]
async fn seed_1_always_gives_this_account() {
    let sim = account(1, 3).await;
    assert_eq!(sim.account_id(), "K1AFWQ8YWJATEJ579MCTX95V8W");
    assert_eq!(sim.client_id(), "QU7J9RI5L7B4OA6TR0YOZUX6KR");
    assert_eq!(
        sim.client_secret(),
        "simulated-secret-3g9bts4a7eth4xvn:+/%3D0g15"
    );
    let user = |id: &str, email: &str, name: &str, created: &str, role| User {
        id: id.to_owned(),
        email: email.to_owned(),
        display_name: name.to_owned(),
        state: State::Active,
        create_time: created.to_owned(),
        path: format!("accounts/{}/users/{id}", sim.account_id()),
        role,
    };
    assert_eq!(
        sim.users(),
        [
            user(
                "OGG1MAE6J44ZVOL267BVBZKNHR",
                "user0000@acme.example",
                "Ingrid Çelik",
                "2021-06-26T21:40:37Z",
                Role::Owner
            ),
            user(
                "VLDVIRDURORDXMSS32Y59P4ZGR",
                "user0001@acme.example",
                "Noah Jensen",
                "2019-08-16T03:07:32Z",
                Role::ExternallyManagedAdministrator
            ),
            user(
                "JUGBXK98FQZ8BGK1J3MA61R4HI",
                "user0002@acme.example",
                "Dmitri Castro",
                "2024-07-09T21:43:28Z",
                Role::Member
            ),
        ]
    );
}

#[tokio::test]
async fn the_same_seed_gives_the_same_account_and_tokens() {
    let (first, second) = (account(7, 500).await, account(7, 500).await);
    assert_eq!(first.account_id(), second.account_id());
    assert_eq!(first.client_id(), second.client_id());
    assert_eq!(first.client_secret(), second.client_secret());
    assert_eq!(first.users(), second.users());
    assert_eq!(
        crate::client::token(&first).await,
        crate::client::token(&second).await
    );
    assert_eq!(first.rotate_secret(), second.rotate_secret());
}

#[tokio::test]
async fn another_seed_gives_another_account() {
    let (first, second) = (account(1, 5).await, account(2, 5).await);
    assert_ne!(first.account_id(), second.account_id());
    assert_ne!(first.client_id(), second.client_id());
    assert_ne!(first.client_secret(), second.client_secret());
    for (user, other) in first.users().iter().zip(second.users()) {
        assert_ne!(user.id, other.id);
        assert_eq!(user.email, other.email);
    }
}

#[tokio::test]
async fn an_account_has_one_owner_and_one_external_administrator() {
    let sim = account(1, 5000).await;
    let users = sim.users();
    assert_eq!(users.len(), 5000);
    let count = |role| users.iter().filter(|user| user.role == role).count();
    assert_eq!(count(Role::Owner), 1);
    assert_eq!(count(Role::ExternallyManagedAdministrator), 1);
    assert!((100..300).contains(&count(Role::Administrator)));
    assert_eq!(sim.owner(), users[0]);
    assert_eq!(sim.externally_managed(), users[1]);
}

#[tokio::test]
async fn ids_are_26_upper_case_alphanumerics_and_unique() {
    let sim = account(1, 5000).await;
    let mut ids: Vec<_> = sim.users().into_iter().map(|user| user.id).collect();
    for id in &ids {
        assert_eq!(id.len(), 26);
        let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        assert!(id.bytes().all(is_allowed), "{id}");
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5000);
}

#[tokio::test]
async fn the_email_address_contains_the_position() {
    let sim = account(1, 10_002).await;
    let users = sim.users();
    assert_eq!(users[7].email, "user0007@acme.example");
    assert_eq!(users[10_001].email, "user10001@acme.example");
    assert!(users.iter().any(|user| !user.display_name.is_ascii()));
}

#[tokio::test]
async fn a_number_of_users_out_of_range_is_refused() {
    for users in [0, 1, 1_000_001] {
        let error = Simulator::builder().users(users).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
