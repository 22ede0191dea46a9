//! Requests of the component: headers, paths, queries, time-outs and cancellation.

use std::time::{Duration, Instant};

use host::{ErrorCode, InstanceOptions, ListOptions, RequestEnd, StateFilter, UserState};
use host_tests::{Harness, environment, first_page, instance};
use simulator::{Endpoint, Recorded, Simulator};
use tokio::{io::AsyncReadExt, net::TcpListener};

/// Returns the requests of every operation, each called once, with more environment variables.
async fn recorded(variables: &[(&str, &str)]) -> Vec<Recorded> {
    let mut harness = Harness::with(|builder| builder, variables).await;
    let id = harness.member().id;
    harness.list(&first_page()).await.unwrap();
    harness.get(&id).await.unwrap();
    harness.suspend(&id).await.unwrap();
    harness.reactivate(&id).await.unwrap();
    harness.revoke().await.unwrap();
    harness.simulator.requests()
}

#[tokio::test]
async fn headers_are_those_that_the_api_documents() {
    for request in recorded(&[("OP_USERS_USER_AGENT", "Acme-SOAR/3.1")]).await {
        let posts = request.method == "POST";
        let is_form = matches!(request.endpoint, Endpoint::Token | Endpoint::Revoke);
        let scheme = if is_form { "Basic " } else { "Bearer " };
        let product = concat!(
            "Acme-SOAR/3.1 onepassword-users/",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(request.header("user-agent"), Some(product));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert!(request.header("authorization").unwrap().starts_with(scheme));
        assert_eq!(
            request.header("content-type"),
            is_form.then_some("application/x-www-form-urlencoded")
        );
        let length = posts.then(|| request.body_length.to_string());
        assert_eq!(request.header("content-length"), length.as_deref());
        assert_eq!(request.body_length > 0, is_form);
        assert_eq!(request.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn the_user_agent_names_the_component_without_a_host() {
    let product = concat!("onepassword-users/", env!("CARGO_PKG_VERSION"));
    for request in recorded(&[]).await {
        assert_eq!(request.header("user-agent"), Some(product));
    }
}

#[tokio::test]
async fn paths_are_those_of_the_api_version() {
    for (api_version, token, revoke) in [
        (
            "v1beta1",
            "/v1beta1/users/oauth2/token",
            "/v1beta1/users/oauth2/revoke",
        ),
        ("v1", "/v1/oauth/token", "/v1/oauth/revoke"),
    ] {
        let mut harness =
            Harness::with(|builder| builder, &[("OP_USERS_API_VERSION", api_version)]).await;
        let id = harness.member().id;
        harness.suspend(&id).await.unwrap();
        harness.revoke().await.unwrap();
        let account = harness.simulator.account_id();
        let suspend = format!("/{api_version}/accounts/{account}/users/{id}:suspend");
        let requests = harness.simulator.requests();
        let paths: Vec<_> = requests
            .iter()
            .map(|request| request.path.as_str())
            .collect();
        assert_eq!(paths, [token, suspend.as_str(), revoke]);
    }
}

#[tokio::test]
async fn token_and_revoke_paths_can_be_configured() {
    let more = [
        ("OP_USERS_API_VERSION", "v1"),
        ("OP_USERS_TOKEN_PATH", "/v1beta1/users/oauth2/token"),
        ("OP_USERS_REVOKE_PATH", "/v1beta1/users/oauth2/revoke"),
    ];
    let requests = recorded(&more).await;
    assert_eq!(
        requests.first().unwrap().path,
        "/v1beta1/users/oauth2/token"
    );
    assert_eq!(
        requests.last().unwrap().path,
        "/v1beta1/users/oauth2/revoke"
    );
}

#[tokio::test]
async fn list_parameters_are_percent_encoded() {
    let mut harness = Harness::new().await;
    let options = ListOptions {
        filter: Some(StateFilter::Active),
        max_page_size: Some(10),
        page_token: None,
    };
    let page = harness.list(&options).await.unwrap();
    let token = page.next_page_token.unwrap();
    assert!(token.contains('='), "{token}");
    let next = ListOptions {
        page_token: Some(token.clone()),
        ..options
    };
    harness.list(&next).await.unwrap();
    let encoded = token
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let queries: Vec<_> = harness
        .simulator
        .requests()
        .into_iter()
        .map(|request| request.query)
        .collect();
    assert_eq!(
        queries,
        [
            String::new(),
            "filter=user.isActive%28%29&max_page_size=10".into(),
            format!("filter=user.isActive%28%29&max_page_size=10&page_token={encoded}"),
        ]
    );
}

/// Decodes a path segment (RFC 3986, section 2.1).
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
        } else {
            byte
        });
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn an_id_is_one_path_segment_or_an_invalid_argument() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let users = format!(
        "/v1beta1/accounts/{}/users/",
        harness.simulator.account_id()
    );
    for odd in [
        format!("{id}:suspend"),
        format!("../users/{id}"),
        format!("{id}/../{id}"),
        format!("{id}?x=1"),
        format!("{id}#x"),
        format!("{id}%2F"),
        "%2e%2e".into(),
        "...".into(),
        "a b".into(),
        "mallory@example.com".into(),
        "\u{200f}\u{1f600}".into(),
        "\u{2028}".into(),
        "x".repeat(1024),
        // Ids that cannot be one segment.
        String::new(),
        ".".into(),
        "..".into(),
        "a\0b".into(),
        "a\r\nx-injected: 1".into(),
        "\u{85}".into(),
        "x".repeat(1025),
        "x".repeat(10_000),
    ] {
        harness.simulator.clear_requests();
        let error = harness.suspend(&odd).await.unwrap_err();
        let Some(request) = harness.simulator.requests().pop() else {
            assert_eq!(
                (error.code, error.requests),
                (ErrorCode::InvalidArgument, 0),
                "{odd}"
            );
            continue;
        };
        assert_eq!(error.code, ErrorCode::NotFound, "{odd}");
        assert_eq!(request.endpoint, Endpoint::Suspend, "{odd}");
        let segment = request.path.strip_prefix(&users).unwrap();
        let segment = segment.strip_suffix(":suspend").unwrap();
        assert!(!segment.contains(['/', ':']), "{odd}");
        assert_eq!(decoded(segment), odd);
        assert_eq!(request.header("x-injected"), None);
    }
    assert_eq!(harness.get(&id).await.unwrap().state, UserState::Active);
}

#[tokio::test]
async fn every_request_sets_the_time_outs_of_the_host() {
    let mut harness = Harness::with(|builder| builder, &[("OP_USERS_DEADLINE_MS", "4000")]).await;
    harness.list(&first_page()).await.unwrap();
    let records = harness.take_records();
    assert_eq!(records.len(), 2);
    for record in records {
        assert_eq!(record.end, RequestEnd::Status(200));
        let timeouts = record.timeouts.unwrap();
        for timeout in [
            timeouts.connect_timeout,
            timeouts.first_byte_timeout,
            timeouts.between_bytes_timeout,
        ] {
            // The component stops waiting at the deadline; the time-outs of the host only bound a request beyond it.
            let timeout = timeout.unwrap();
            assert!(timeout > Duration::ZERO && timeout <= Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn a_request_is_closed_when_the_deadline_passes() {
    let simulator = Simulator::builder().start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), origin));
    variables.push(("OP_USERS_DEADLINE_MS".into(), "1000".into()));
    let (mut instance, records) = instance(InstanceOptions::new(variables)).await;

    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        connection.read_to_end(&mut request).await.unwrap();
        (request.len(), Instant::now())
    });
    let start = Instant::now();
    let error = instance.get_user("x").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::TimedOut);
    // The instance still exists, so that the end of the request closed the connection.
    let (received, ended) = server.await.unwrap();
    let waited = ended.duration_since(start);
    assert!(received > 0);
    assert!(
        waited >= Duration::from_millis(995) && waited < Duration::from_secs(5),
        "{waited:?}"
    );
    assert_eq!(records.lock().unwrap()[0].end, RequestEnd::Canceled);
    drop(instance);
}
