//! Messages and hints of errors, word for word.

use super::{fixtures::*, scripted_server::*};
use crate::{
    ErrorCode::*,
    Operation,
    platform::SendErrorKind,
    settings::{ApiVersion, RawSettings},
};

#[test]
fn each_error_response_has_a_message_and_a_hint() {
    use Operation::{GetUser, ListUsers, SuspendUser};
    for (operation, status, body, message, hint) in [
        (
            ListUsers,
            400,
            r#"{"code":3,"message":"","details":[]}"#,
            "list-users: the server rejected the request as invalid (400)",
            "check the id, the page token and the filter",
        ),
        (
            GetUser,
            401,
            "",
            "get-user: the server rejected a token it had just issued (401)",
            "check that the account id belongs to the OAuth application, and that the application still exists",
        ),
        (
            ListUsers,
            403,
            r#"{"code":7,"message":"no permission"}"#,
            "list-users: the OAuth application lacks the permission for this (403, it says: no permission)",
            "give it the permission to list users, or use an application that has it",
        ),
        (
            GetUser,
            403,
            r#"{"code":7,"message":"no permission"}"#,
            "get-user: the OAuth application lacks the permission for this (403, it says: no permission)",
            "give it the permission to get a user, or use an application that has it",
        ),
        (
            SuspendUser,
            403,
            r#"{"code":7,"message":"no permission"}"#,
            "suspend-user: the OAuth application lacks the permission for this (403, it says: no permission)",
            "give it the permission for this operation, or use an application that has it",
        ),
        (
            SuspendUser,
            403,
            r#"{"code":7,"message":"no_owner_remain","details":[]}"#,
            "suspend-user: this is the last remaining owner, who cannot be suspended (403, it says: no_owner_remain)",
            "make another person an owner first",
        ),
        (
            SuspendUser,
            403,
            r#"{"code":7,"message":"externally managed"}"#,
            "suspend-user: this is an externally managed administrator, who cannot be suspended through the API (403, it says: externally managed)",
            "suspend the user in the system that manages them, and tell an administrator",
        ),
        (
            GetUser,
            403,
            "",
            "get-user: the server forbids this without a known reason (403)",
            "check the application's permissions, the account id, and that the account uses no automated provisioning",
        ),
        (
            ListUsers,
            404,
            NOT_FOUND,
            "list-users: the server knows no such account (404, it says: no such user or account)",
            "check the account id, the region and the API version",
        ),
        (
            GetUser,
            404,
            NOT_FOUND,
            "get-user: the server knows no such user (404, it says: no such user or account)",
            "check the user's id, the account id, the region and the API version",
        ),
        (
            GetUser,
            429,
            "",
            "get-user: the server asks for fewer requests (429)",
            "try again later",
        ),
        (
            GetUser,
            503,
            "busy",
            "get-user: the server failed (503, it says: busy)",
            "try again later",
        ),
        (
            GetUser,
            418,
            "",
            "get-user: the server refused the request (418)",
            "read the server's message, and check the settings",
        ),
        (
            GetUser,
            302,
            "",
            "get-user: the response is not one of this API (302)",
            "check that the base URL is that of the API, and that no proxy answers in its place",
        ),
    ] {
        let error = error_of(operation, vec![reply(status, body); 5]);
        assert_eq!(message_and_hint(&error), (message, Some(hint)));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn rejected_credentials_have_a_hint() {
    let error = token_error(raw_settings(), reply(401, r#"{"error":"invalid_client"}"#));
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the server refused the client id and secret (401, it says: invalid_client)",
            Some(
                "check the region first: another region does not know them; then check both, and that the application still exists"
            )
        )
    );
}

#[test]
fn words_in_an_html_page_do_not_decide_the_code() {
    let page = reply(403, "<h1>You do not have permission to see this page</h1>");
    let error = error_of(Operation::SuspendUser, [page]);
    assert_eq!(error.code, Other);
    let page = reply(403, "<h1>Ask the last owner of this proxy</h1>");
    let error = error_of(Operation::SuspendUser, [page]);
    assert_eq!(error.code, Other);
}

#[test]
fn a_missing_revoke_path_hints_at_the_setting() {
    let client = client(with_tokens(script([reply(200, ACTIVE), reply(404, "")])));
    get_user(&client).unwrap();
    let error = client.platform().run(client.revoke_token()).unwrap_err();
    assert_eq!(error.code, NotConfigured);
    assert_eq!(
        message_and_hint(&error),
        (
            "revoke-token: the server has no such path to revoke tokens (404)",
            Some("set the revoke path; that of API version v1 is not documented")
        )
    );
}

#[test]
fn a_missing_token_path_hints_at_the_other_api_version() {
    for (api_version, other) in [(ApiVersion::V1Beta1, "v1"), (ApiVersion::V1, "v1beta1")] {
        let raw_settings = RawSettings {
            api_version,
            ..raw_settings()
        };
        let error = token_error(raw_settings, reply(404, ""));
        let hint = format!(
            "set the API version to {other}, or check the region, the base URL and the token path"
        );
        assert_eq!(
            message_and_hint(&error),
            (
                "get-user: the server has no such path for tokens (404)",
                Some(hint.as_str())
            )
        );
    }
}

#[test]
fn each_send_error_has_a_message_and_a_hint() {
    for (kind, code, hint) in [
        (
            SendErrorKind::Denied,
            ConnectionFailed,
            "allow this component outgoing HTTP to the base URL",
        ),
        (
            SendErrorKind::Connection,
            ConnectionFailed,
            "check the network, the base URL, and any proxy that inspects TLS",
        ),
        (
            SendErrorKind::TimedOut,
            TimedOut,
            "check the network, or try again later",
        ),
        (
            SendErrorKind::TooLarge,
            MalformedResponse,
            "check that the base URL is that of the API",
        ),
        (
            SendErrorKind::Malformed,
            MalformedResponse,
            "check that the base URL is that of the API, and that no proxy answers in its place",
        ),
    ] {
        let error = error_of(Operation::GetUser, vec![send_fails(kind, true); 5]);
        assert_eq!(error.code, code);
        assert_eq!(
            message_and_hint(&error),
            ("get-user: the connection is closed", Some(hint))
        );
        assert_eq!(error.status, None);
    }
}
