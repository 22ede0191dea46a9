//! What every resource asks of a request.

use simulator::{Permission, Permissions, Simulator};

use crate::client::{Ask, start, token};

/// One good request to each of the four operations.
fn operations(sim: &Simulator, access_token: &str) -> [Ask; 4] {
    let id = &sim.users()[2].id;
    [
        Ask::list(sim, access_token, ""),
        Ask::get(sim, access_token, id),
        Ask::suspend(sim, access_token, id),
        Ask::reactivate(sim, access_token, id),
    ]
}

#[tokio::test]
async fn a_bearer_token_is_required() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for ask in operations(&sim, &access_token) {
        let ask = ask.without("authorization");
        ask.send(&sim).await.assert_refused(401, 16, "missing");
        for value in ["Bearer", "Basic bm86bm8=", &access_token] {
            let reply = ask.clone().with("authorization", value).send(&sim).await;
            reply.assert_refused(401, 16, "missing");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
        let reply = ask.with("authorization", "Bearer nobody").send(&sim).await;
        reply.assert_refused(401, 16, "unknown");
    }
}

#[tokio::test]
async fn a_user_agent_with_a_version_is_required() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for ask in operations(&sim, &access_token) {
        let ask = ask.without("user-agent");
        ask.send(&sim).await.assert_refused(400, 3, "user-agent");
        for bad in ["", "Acme", "Acme/", "Acme/1 (linux)"] {
            let reply = ask.clone().with("user-agent", bad).send(&sim).await;
            reply.assert_refused(400, 3, "user-agent");
        }
        let good = ask.with("user-agent", "Acme-SOAR/2.1 op-users/0.2.0");
        assert_eq!(good.send(&sim).await.status, 200);
    }
}

#[tokio::test]
async fn a_client_that_reads_no_json_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for ask in operations(&sim, &access_token) {
        let reply = ask.clone().with("accept", "text/html").send(&sim).await;
        reply.assert_refused(406, 3, "json");
        let good = ask.with("accept", "text/html, application/json;q=0.5");
        assert_eq!(good.send(&sim).await.status, 200);
    }
}

#[tokio::test]
async fn another_account_is_not_found() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let ask = |method| {
        Ask::new(method, "/v1beta1/accounts/OTHER/users/X:suspend")
            .with("authorization", &format!("Bearer {access_token}"))
            .with("user-agent", "Acme/1")
            .with("content-length", "0")
    };
    ask("POST")
        .send(&sim)
        .await
        .assert_refused(404, 5, "account");
}

#[tokio::test]
async fn each_operation_needs_its_own_permission() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let needed = [
        (Permission::ListUsers, "list_users"),
        (Permission::GetUser, "get_user"),
        (Permission::SuspendUsers, "suspend_users"),
        (Permission::ReactivateUsers, "reactivate_users"),
    ];
    for (ask, (permission, name)) in operations(&sim, &access_token).into_iter().zip(needed) {
        let others = needed
            .map(|(one, _)| one)
            .into_iter()
            .filter(|one| *one != permission);
        sim.set_permissions(others.collect::<Permissions>());
        let reply = ask.send(&sim).await;
        reply.assert_refused(403, 7, &format!("missing_permission: {name}"));
        sim.set_permissions(permission);
        assert_eq!(ask.send(&sim).await.status, 200);
    }
}

#[tokio::test]
async fn permissions_are_given_at_the_start() {
    let builder = Simulator::builder().permissions([Permission::ListUsers]);
    let sim = builder.start().await.unwrap();
    let access_token = token(&sim).await;
    assert_eq!(
        Ask::list(&sim, &access_token, "").send(&sim).await.status,
        200
    );
    let reply = Ask::get(&sim, &access_token, &sim.owner().id)
        .send(&sim)
        .await;
    reply.assert_refused(403, 7, "missing_permission");
}

#[tokio::test]
async fn who_lacks_the_permission_does_not_learn_who_exists() {
    let sim = start().await;
    let access_token = token(&sim).await;
    sim.set_permissions(Permissions::NONE);
    let known = Ask::get(&sim, &access_token, &sim.owner().id)
        .send(&sim)
        .await;
    let unknown = Ask::get(&sim, &access_token, "NOBODY").send(&sim).await;
    unknown.assert_refused(403, 7, "missing_permission");
    assert_eq!(known.body, unknown.body);
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for ask in [
        Ask::get(&sim, &access_token, "NOBODY"),
        Ask::suspend(&sim, &access_token, "NOBODY"),
        Ask::reactivate(&sim, &access_token, "NOBODY"),
    ] {
        ask.send(&sim).await.assert_refused(404, 5, "user");
    }
}

#[tokio::test]
async fn a_post_says_that_it_has_no_body() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = &sim.users()[2].id;
    for ask in [
        Ask::suspend(&sim, &access_token, id),
        Ask::reactivate(&sim, &access_token, id),
    ] {
        let reply = ask.clone().without("content-length").send(&sim).await;
        reply.assert_refused(411, 3, "content-length");
        let reply = ask.clone().with_body("{}").send(&sim).await;
        reply.assert_refused(400, 3, "empty");
    }
    assert_eq!(sim.user(id), Some(sim.users()[2].clone()));
}
