//! The checks that all operations on users make.

use simulator::{Permission, Permissions, Simulator};

use crate::client::{TestRequest, start, token};

/// Returns a valid request to each of the four operations.
fn operations(sim: &Simulator, access_token: &str) -> [TestRequest; 4] {
    let id = &sim.users()[2].id;
    [
        TestRequest::list(sim, access_token, ""),
        TestRequest::get(sim, access_token, id),
        TestRequest::suspend(sim, access_token, id),
        TestRequest::reactivate(sim, access_token, id),
    ]
}

#[tokio::test]
async fn a_bearer_token_is_required() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for request in operations(&sim, &access_token) {
        let request = request.without("authorization");
        request
            .send(&sim)
            .await
            .assert_grpc_error(401, 16, "missing");
        for value in ["Bearer", "Basic bm86bm8=", &access_token] {
            let response = request
                .clone()
                .with("authorization", value)
                .send(&sim)
                .await;
            response.assert_grpc_error(401, 16, "missing");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
        }
        let response = request
            .with("authorization", "Bearer unknown")
            .send(&sim)
            .await;
        response.assert_grpc_error(401, 16, "unknown");
    }
}

#[tokio::test]
async fn a_user_agent_with_a_version_is_required() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for request in operations(&sim, &access_token) {
        let request = request.without("user-agent");
        request
            .send(&sim)
            .await
            .assert_grpc_error(400, 3, "user-agent");
        for invalid in ["", "Acme", "Acme/", "Acme/1 (linux)"] {
            let response = request.clone().with("user-agent", invalid).send(&sim).await;
            response.assert_grpc_error(400, 3, "user-agent");
        }
        let valid = request.with("user-agent", "Acme-SOAR/2.1 op-users/0.2.0");
        assert_eq!(valid.send(&sim).await.status, 200);
    }
}

#[tokio::test]
async fn a_client_that_does_not_accept_json_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for request in operations(&sim, &access_token) {
        let response = request.clone().with("accept", "text/html").send(&sim).await;
        response.assert_grpc_error(406, 3, "json");
        let valid = request.with("accept", "text/html, application/json;q=0.5");
        assert_eq!(valid.send(&sim).await.status, 200);
    }
}

#[tokio::test]
async fn another_account_is_not_found() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let request = |method| {
        TestRequest::new(method, "/v1beta1/accounts/OTHER/users/X:suspend")
            .with("authorization", &format!("Bearer {access_token}"))
            .with("user-agent", "Acme/1")
            .with("content-length", "0")
    };
    request("POST")
        .send(&sim)
        .await
        .assert_grpc_error(404, 5, "account");
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
    for (request, (permission, name)) in operations(&sim, &access_token).into_iter().zip(needed) {
        let others = needed
            .map(|(other, _)| other)
            .into_iter()
            .filter(|other| *other != permission);
        sim.set_permissions(others.collect::<Permissions>());
        let response = request.send(&sim).await;
        response.assert_grpc_error(403, 7, &format!("missing_permission: {name}"));
        sim.set_permissions(permission);
        assert_eq!(request.send(&sim).await.status, 200);
    }
}

#[tokio::test]
async fn the_builder_sets_the_permissions() {
    let builder = Simulator::builder().permissions([Permission::ListUsers]);
    let sim = builder.start().await.unwrap();
    let access_token = token(&sim).await;
    assert_eq!(
        TestRequest::list(&sim, &access_token, "")
            .send(&sim)
            .await
            .status,
        200
    );
    let response = TestRequest::get(&sim, &access_token, &sim.owner().id)
        .send(&sim)
        .await;
    response.assert_grpc_error(403, 7, "missing_permission");
}

#[tokio::test]
async fn a_missing_permission_hides_which_users_exist() {
    let sim = start().await;
    let access_token = token(&sim).await;
    sim.set_permissions(Permissions::NONE);
    let known = TestRequest::get(&sim, &access_token, &sim.owner().id)
        .send(&sim)
        .await;
    let unknown = TestRequest::get(&sim, &access_token, "UNKNOWN")
        .send(&sim)
        .await;
    unknown.assert_grpc_error(403, 7, "missing_permission");
    assert_eq!(known.body, unknown.body);
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for request in [
        TestRequest::get(&sim, &access_token, "UNKNOWN"),
        TestRequest::suspend(&sim, &access_token, "UNKNOWN"),
        TestRequest::reactivate(&sim, &access_token, "UNKNOWN"),
    ] {
        request.send(&sim).await.assert_grpc_error(404, 5, "user");
    }
}

#[tokio::test]
async fn a_post_needs_a_content_length_of_zero() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = &sim.users()[2].id;
    for request in [
        TestRequest::suspend(&sim, &access_token, id),
        TestRequest::reactivate(&sim, &access_token, id),
    ] {
        let response = request.clone().without("content-length").send(&sim).await;
        response.assert_grpc_error(411, 3, "content-length");
        let response = request.clone().with_body("{}").send(&sim).await;
        response.assert_grpc_error(400, 3, "empty");
    }
    assert_eq!(sim.user(id), Some(sim.users()[2].clone()));
}
