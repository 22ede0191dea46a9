//! Requests as they are sent: method, URL, headers, body, timeouts.

use super::{fixtures::*, scripted_server::*};
use crate::{
    ListOptions, Operation, StateFilter,
    platform::{Duration, Method, Timeouts},
    settings::{ApiVersion, Origin, RawSettings},
};

const USER_AGENT: &str = concat!("onepassword-users/", env!("CARGO_PKG_VERSION"));

/// Makes a call and returns its two requests: the token exchange and the operation.
fn sent_by(
    raw_settings: RawSettings,
    operation: Operation,
    answer: &'static str,
) -> [SentRequest; 2] {
    let client = client_with(raw_settings, with_tokens(move |_| reply(200, answer)));
    client.platform().run(call(&client, operation)).unwrap();
    client.platform().sent().try_into().unwrap()
}

fn headers(sent: &SentRequest) -> Vec<(&str, &str)> {
    let headers = sent.headers.iter();
    headers
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

#[test]
fn the_token_request_is_a_form_with_basic_authorization() {
    let [token, _] = sent_by(raw_settings(), Operation::GetUser, ACTIVE);
    assert_eq!(token.method, Method::Post);
    assert_eq!(
        token.url,
        "https://api.1password.com/v1beta1/users/oauth2/token"
    );
    assert_eq!(
        headers(&token),
        [
            ("accept", "application/json"),
            ("authorization", &format!("Basic {BASIC}")),
            ("content-length", "29"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", USER_AGENT),
        ]
    );
    assert_eq!(token.body.as_deref(), Some("grant_type=client_credentials"));
}

#[test]
fn a_get_request_has_no_body_and_no_body_headers() {
    let [_, get] = sent_by(raw_settings(), Operation::GetUser, ACTIVE);
    assert_eq!(get.method, Method::Get);
    assert_eq!(
        headers(&get),
        [
            ("accept", "application/json"),
            ("authorization", "Bearer stub-token-1"),
            ("user-agent", USER_AGENT),
        ]
    );
    assert_eq!(get.body, None);
}

#[test]
fn a_change_request_is_a_post_with_an_empty_body() {
    for (operation, answer) in [
        (Operation::SuspendUser, SUSPENDED),
        (Operation::ReactivateUser, ACTIVE),
    ] {
        let [_, change] = sent_by(raw_settings(), operation, answer);
        assert_eq!(change.method, Method::Post);
        assert_eq!(
            headers(&change),
            [
                ("accept", "application/json"),
                ("authorization", "Bearer stub-token-1"),
                ("content-length", "0"),
                ("user-agent", USER_AGENT),
            ]
        );
        assert_eq!(change.body, None);
    }
}

#[test]
fn the_revocation_request_is_a_form_with_the_encoded_token() {
    let replies = [
        reply(200, r#"{"access_token":"a+b/c=~&d","expires_in":900}"#),
        reply(200, ACTIVE),
        reply(200, ""),
    ];
    let client = client(script(replies));
    get_user(&client).unwrap();
    client.platform().run(client.revoke_token()).unwrap();
    let revocation = &client.platform().sent()[2];
    assert_eq!(revocation.method, Method::Post);
    assert_eq!(
        headers(revocation),
        [
            ("accept", "application/json"),
            ("authorization", &format!("Basic {BASIC}")),
            ("content-length", "23"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", USER_AGENT),
        ]
    );
    assert_eq!(revocation.body.as_deref(), Some("token=a%2Bb%2Fc%3D~%26d"));
}

/// Returns the paths of the requests for a token, a list, a get, a suspension, a reactivation and a revocation.
fn paths(raw_settings: RawSettings) -> Vec<String> {
    let replies = [TOKEN, "{}", ACTIVE, SUSPENDED, ACTIVE, ""].map(|body| reply(200, body));
    let client = client_with(raw_settings, script(replies));
    for operation in [
        Operation::ListUsers,
        Operation::GetUser,
        Operation::SuspendUser,
        Operation::ReactivateUser,
        Operation::RevokeToken,
    ] {
        client.platform().run(call(&client, operation)).unwrap();
    }
    let sent = client.platform().sent();
    let paths = sent
        .iter()
        .filter_map(|sent| sent.url.strip_prefix("https://api.1password.com"));
    paths.map(str::to_owned).collect()
}

#[test]
fn api_version_v1beta1_has_its_documented_paths() {
    assert_eq!(
        paths(raw_settings()),
        [
            "/v1beta1/users/oauth2/token",
            "/v1beta1/accounts/ACCOUNT123/users",
            "/v1beta1/accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E",
            "/v1beta1/accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E:suspend",
            "/v1beta1/accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E:reactivate",
            "/v1beta1/users/oauth2/revoke",
        ]
    );
}

#[test]
fn api_version_v1_has_its_paths() {
    let raw_settings = RawSettings {
        api_version: ApiVersion::V1,
        ..raw_settings()
    };
    assert_eq!(
        paths(raw_settings),
        [
            "/v1/oauth/token",
            "/v1/accounts/ACCOUNT123/users",
            "/v1/accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E",
            "/v1/accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E:suspend",
            "/v1/accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E:reactivate",
            "/v1/oauth/revoke",
        ]
    );
}

#[test]
fn token_and_revoke_paths_can_be_configured() {
    let raw_settings = RawSettings {
        token_path: Some("/auth/token".into()),
        revoke_path: Some("/auth/revoke".into()),
        ..raw_settings()
    };
    let paths = paths(raw_settings);
    assert_eq!(paths[0], "/auth/token");
    assert_eq!(paths[1], "/v1beta1/accounts/ACCOUNT123/users");
    assert_eq!(paths[5], "/auth/revoke");
}

#[test]
fn ids_are_percent_encoded_as_one_path_segment_each() {
    let raw_settings = RawSettings {
        account_id: "A%1?".into(),
        ..raw_settings()
    };
    let answer = r#"{"id":"../b:c %é","state":"SUSPENDED"}"#;
    let client = client_with(raw_settings, with_tokens(move |_| reply(200, answer)));
    let suspended = client.platform().run(client.suspend_user("../b:c %é"));
    assert_eq!(suspended.unwrap().id, "../b:c %é");
    assert_eq!(
        client.platform().sent()[1].url,
        "https://api.1password.com/v1beta1/accounts/A%251%3F/users/..%2Fb%3Ac%20%25%C3%A9:suspend"
    );
}

#[test]
fn a_list_request_sends_all_options_in_the_query() {
    let client = client(with_tokens(|_| reply(200, "{}")));
    let options = ListOptions {
        filter: Some(StateFilter::Active),
        max_page_size: Some(10),
        page_token: Some("CAIQAg==".into()),
    };
    client.platform().run(client.list_users(&options)).unwrap();
    assert_eq!(
        client.platform().sent()[1].url,
        "https://api.1password.com/v1beta1/accounts/ACCOUNT123/users?filter=user.isActive%28%29&max_page_size=10&page_token=CAIQAg%3D%3D"
    );
}

#[test]
fn a_configured_user_agent_precedes_the_clients_own() {
    let raw_settings = RawSettings {
        user_agent: Some("Acme-SOAR/3.1".into()),
        ..raw_settings()
    };
    for sent in sent_by(raw_settings, Operation::GetUser, ACTIVE) {
        let expected = format!("Acme-SOAR/3.1 {USER_AGENT}");
        assert_eq!(sent.header("user-agent"), Some(expected.as_str()));
    }
}

#[test]
fn token_and_api_requests_go_to_the_same_origin() {
    for (origin, begins) in [
        (Origin::Ca, "https://api.1password.ca/v1beta1/"),
        (Origin::Eu, "https://api.1password.eu/v1beta1/"),
        (
            Origin::Other("http://127.0.0.1:8080".into()),
            "http://127.0.0.1:8080/v1beta1/",
        ),
    ] {
        let raw_settings = RawSettings {
            origin,
            ..raw_settings()
        };
        for sent in sent_by(raw_settings, Operation::GetUser, ACTIVE) {
            assert!(sent.url.starts_with(begins), "{}", sent.url);
        }
    }
}

#[test]
fn platform_timeouts_are_a_second_longer_except_for_connect() {
    for sent in sent_by(raw_settings(), Operation::GetUser, ACTIVE) {
        let timeouts = Timeouts {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(11),
            between_bytes: Duration::from_secs(6),
        };
        assert_eq!(sent.timeouts, timeouts);
    }
}

#[test]
fn platform_timeouts_shrink_with_the_remaining_time() {
    let raw_settings = RawSettings {
        deadline_ms: Some(7000),
        ..raw_settings()
    };
    let replies = [
        reply(200, TOKEN).after(Duration::from_secs(3)),
        reply(200, ACTIVE),
    ];
    let client = client_with(raw_settings, script(replies));
    get_user(&client).unwrap();
    let timeouts = Timeouts {
        connect: Duration::from_secs(2),
        first_byte: Duration::from_secs(5),
        between_bytes: Duration::from_secs(5),
    };
    assert_eq!(client.platform().sent()[1].timeouts, timeouts);
}
