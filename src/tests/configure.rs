//! Replacing the settings of a client.

use super::{fake_platform::FakePlatform, fixtures::*, scripted_server::*};
use crate::{
    Client, Effect, ErrorCode,
    platform::{Duration, Platform},
    settings::{self, Origin, RawSettings, Settings},
};

fn elsewhere() -> RawSettings {
    RawSettings {
        origin: Origin::Eu,
        ..raw_settings()
    }
}

fn wrong() -> RawSettings {
    RawSettings {
        origin: Origin::Other("http://evil.test".into()),
        token_path: Some("token".into()),
        ..raw_settings()
    }
}

#[test]
fn configure_forgets_the_token_and_sends_nothing() {
    let client = client(with_tokens(|_| reply(200, ACTIVE)));
    get_user(&client).unwrap();
    client.configure(Settings::new(elsewhere())).unwrap();
    assert_eq!(client.platform().sent().len(), 2);
    client.platform().run(client.revoke_token()).unwrap();
    assert_eq!(client.platform().sent().len(), 2);
    get_user(&client).unwrap();
    let sent = client.platform().sent();
    assert!(sent[2].is_token());
    assert!(sent[2].url.starts_with("https://api.1password.eu/"));
    assert!(sent[3].url.starts_with("https://api.1password.eu/"));
    assert_eq!(sent[3].authorization(), "Bearer stub-token-2");
}

#[test]
fn configure_names_wrong_settings_and_changes_nothing() {
    let client = client(with_tokens(|_| reply(200, ACTIVE)));
    get_user(&client).unwrap();
    let error = client.configure(Settings::new(wrong())).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "configure: base-url.origin must be https, unless it is on loopback; token-path must be a path such as /v1/oauth/token, without a query"
    );
    assert_eq!((error.effect, error.requests), (Effect::NotApplied, 0));
    get_user(&client).unwrap();
    let sent = client.platform().sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[2].authorization(), "Bearer stub-token-1");
}

#[test]
fn without_settings_every_call_names_the_missing_ones() {
    let client = Client::new(
        FakePlatform::new(script([])),
        settings::from_environment(Vec::new()),
    );
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "get-user: OP_USERS_ACCOUNT_ID is not set; OP_USERS_CLIENT_ID is not set; OP_USERS_CLIENT_SECRET is not set"
    );
    let error = client.platform().run(client.revoke_token()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
}

#[test]
fn configure_repairs_a_client_without_settings() {
    let client = Client::new(
        FakePlatform::new(with_tokens(|_| reply(200, ACTIVE))),
        settings::from_environment(Vec::new()),
    );
    client.configure(Settings::new(wrong())).unwrap_err();
    assert!(
        get_user(&client)
            .unwrap_err()
            .message
            .contains("OP_USERS_ACCOUNT_ID")
    );
    client.configure(Settings::new(raw_settings())).unwrap();
    get_user(&client).unwrap();
}

#[test]
fn a_running_call_keeps_its_settings() {
    let client = client(with_tokens(|_| {
        reply(200, ACTIVE).after(Duration::from_secs(1))
    }));
    let replies = client.platform().join([
        Box::pin(async { client.get_user(ID).await.map(drop) })
            as super::virtual_clock::Task<'_, _>,
        Box::pin(async {
            client.platform().sleep(Duration::from_millis(500)).await;
            client.configure(Settings::new(elsewhere()))
        }),
    ]);
    assert!(replies.iter().all(Result::is_ok));
    // The token of the old settings is not used with the new ones.
    get_user(&client).unwrap();
    let sent = client.platform().sent();
    assert!(sent[1].url.starts_with("https://api.1password.com/"));
    assert!(sent[2].is_token());
}
