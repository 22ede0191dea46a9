//! Settings, clients and response bodies that the tests share.

use super::{
    fake_platform::FakePlatform,
    scripted_server::{Reply, SentRequest, script, with_tokens},
};
use crate::{
    Client, Error, ListOptions, Operation, Secret,
    settings::{ApiVersion, Credentials, Origin, RawSettings, Settings},
};

pub(super) const ID: &str = "IR7VJHJ36JHINBFAD7V2T5MP3E";
pub(super) const CLIENT_SECRET: &str = "correct-horse-battery-staple";
/// Base64 of `client-1:correct-horse-battery-staple`.
pub(super) const BASIC: &str = "Y2xpZW50LTE6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
/// Token response in the form of the API documentation, valid for 900 seconds.
pub(super) const TOKEN: &str =
    r#"{"access_token":"stub-token-1","token_type":"Bearer","expires_in":900,"scope":"openid"}"#;
pub(super) const ACTIVE: &str = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","email":"wendy_appleseed@agilebits.com","display_name":"Wendy Appleseed","state":"ACTIVE","create_time":"2024-01-15T10:30:00Z","path":"accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E"}"#;
pub(super) const SUSPENDED: &str = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","state":"SUSPENDED"}"#;
/// Body of the API's 404.
pub(super) const NOT_FOUND: &str = r#"{"code":5,"message":"no such user or account","details":[]}"#;
/// Hint of an error for a response that is not from the API.
pub(super) const CHECK_BASE_URL: &str =
    "check that the base URL is that of the API, and that no proxy answers in its place";
/// Hint of an error for a call whose deadline passed.
pub(super) const SET_LONGER_DEADLINE: &str = "try again, or set a longer deadline";

/// Returns valid settings.
pub(super) fn raw_settings() -> RawSettings {
    RawSettings {
        account_id: "ACCOUNT123".into(),
        credentials: Credentials::Client {
            id: "client-1".into(),
            secret: Secret::new(CLIENT_SECRET.into()),
        },
        origin: Origin::Com,
        api_version: ApiVersion::V1Beta1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    }
}

pub(super) fn client(server: impl FnMut(&SentRequest) -> Reply + 'static) -> Client<FakePlatform> {
    client_with(raw_settings(), server)
}

pub(super) fn client_with(
    raw_settings: RawSettings,
    server: impl FnMut(&SentRequest) -> Reply + 'static,
) -> Client<FakePlatform> {
    Client::new(FakePlatform::new(server), Settings::new(raw_settings))
}

/// Makes a call of one request and drops the value of a success.
pub(super) async fn call(client: &Client<FakePlatform>, operation: Operation) -> Result<(), Error> {
    match operation {
        Operation::ListUsers => client.list_users(&ListOptions::default()).await.map(drop),
        Operation::GetUser => client.get_user(ID).await.map(drop),
        Operation::SuspendUser => client.suspend_user(ID).await.map(drop),
        Operation::ReactivateUser => client.reactivate_user(ID).await.map(drop),
        Operation::RevokeToken => client.revoke_token().await,
        Operation::FindUser
        | Operation::ListAllUsers
        | Operation::SuspendUsers
        | Operation::ReactivateUsers
        | Operation::Configure
        | Operation::Check => unreachable!("not a call of one request"),
    }
}

/// Returns the error of a call that gets a token, and then these replies.
pub(super) fn error_of(operation: Operation, replies: impl IntoIterator<Item = Reply>) -> Error {
    let client = client(with_tokens(script(Vec::from_iter(replies))));
    let result = client.platform().run(call(&client, operation));
    result.expect_err("the call should have failed")
}

/// Returns the message and the hint of an error.
pub(super) fn message_and_hint(error: &Error) -> (&str, Option<&str>) {
    (&error.message, error.hint)
}

/// Reads the user [`ID`].
pub(super) fn get_user(client: &Client<FakePlatform>) -> Result<crate::User, Error> {
    client.platform().run(client.get_user(ID))
}

/// Returns the error of a call whose token requests all get this reply.
pub(super) fn token_error(raw_settings: RawSettings, refusal: Reply) -> Error {
    let client = client_with(raw_settings, script(vec![refusal; 5]));
    get_user(&client).unwrap_err()
}
