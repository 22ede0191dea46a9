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
/// base64 of `client-1:correct-horse-battery-staple`.
pub(super) const BASIC: &str = "Y2xpZW50LTE6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
/// The sample of the documentation: a Bearer token for 900 seconds.
pub(super) const TOKEN: &str =
    r#"{"access_token":"stub-token-1","token_type":"Bearer","expires_in":900,"scope":"openid"}"#;
pub(super) const ACTIVE: &str = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","email":"wendy_appleseed@agilebits.com","display_name":"Wendy Appleseed","state":"ACTIVE","create_time":"2024-01-15T10:30:00Z","path":"accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E"}"#;
/// The hint for a response that cannot be from the API.
pub(super) const CHECK_BASE_URL: &str =
    "check that the base URL is that of the API, and that no proxy answers in its place";
/// The hint for a call that has used up its time.
pub(super) const SET_LONGER_DEADLINE: &str = "try again, or set a longer deadline";
pub(super) const SUSPENDED: &str = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","state":"SUSPENDED"}"#;

/// The settings of the tests, to change one of them.
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

/// Makes a call, whatever it returns when it goes well.
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

/// The error of a call that has its token and is then served by this script.
pub(super) fn error_of(operation: Operation, replies: impl IntoIterator<Item = Reply>) -> Error {
    let client = client(with_tokens(script(Vec::from_iter(replies))));
    let result = client.platform().run(call(&client, operation));
    result.expect_err("the call should have failed")
}

/// The message and the hint of an error.
pub(super) fn message_and_hint(error: &Error) -> (&str, Option<&str>) {
    (&error.message, error.hint)
}

/// What a user is read as who is asked for and answered with this.
pub(super) fn get_user(client: &Client<FakePlatform>) -> Result<crate::User, Error> {
    client.platform().run(client.get_user(ID))
}

/// The error of a call whose token request is refused like this.
pub(super) fn token_error(raw_settings: RawSettings, refusal: Reply) -> Error {
    let client = client_with(raw_settings, script(vec![refusal; 5]));
    get_user(&client).unwrap_err()
}
