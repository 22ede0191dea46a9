//! Error codes for each status of each endpoint.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Client, Error,
    ErrorCode::{self, *},
    Operation,
    platform::Duration,
    settings::RawSettings,
    tests::fake_platform::FakePlatform,
};

const STATUSES: [u16; 28] = [
    0, 100, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409, 410, 412, 418, 422, 429,
    499, 500, 501, 502, 503, 504, 505, 599, 600,
];

/// Error codes for a status of the token endpoint, the revocation endpoint, a list, a get and a change.
fn codes(status: u16) -> [ErrorCode; 5] {
    match status {
        ..=399 | 600.. => [MalformedResponse; 5],
        401 => [Unauthenticated; 5],
        404 | 410 => [NotConfigured; 5],
        408 | 500..=599 => [Unavailable; 5],
        429 => [RateLimited; 5],
        _ => [Other; 5],
    }
}

/// Returns the error of a revocation whose requests all get this reply.
fn revoke_error(raw_settings: RawSettings, refusal: Reply) -> Error {
    let granted = [reply(200, TOKEN), reply(200, ACTIVE)].into_iter();
    let client: Client<FakePlatform> =
        client_with(raw_settings, script(granted.chain(vec![refusal; 5])));
    get_user(&client).unwrap();
    client.platform().run(client.revoke_token()).unwrap_err()
}

#[test]
fn every_status_of_every_endpoint_has_its_code() {
    for status in STATUSES {
        let refusal = || reply(status, "");
        let resource = |operation| error_of(operation, vec![refusal(); 5]);
        let errors = [
            token_error(raw_settings(), refusal()),
            revoke_error(raw_settings(), refusal()),
            resource(Operation::ListUsers),
            resource(Operation::GetUser),
            resource(Operation::SuspendUser),
        ];
        for (error, code) in errors.iter().zip(codes(status)) {
            assert_eq!(error.code, code, "{status}: {}", error.message);
            assert_eq!(error.status, Some(status));
        }
    }
}

#[test]
fn the_words_of_a_403_decide_its_error_code() {
    let change = [Operation::SuspendUser, Operation::ReactivateUser];
    let read = [Operation::ListUsers, Operation::GetUser];
    for (body, of_a_change, of_a_read) in [
        (
            r#"{"code":7,"message":"no_owner_remain","details":[]}"#,
            LastOwner,
            Other,
        ),
        (
            r#"{"code":7,"message":"No-Owner  Remain"}"#,
            LastOwner,
            Other,
        ),
        (
            r#"{"code":7,"message":"cannot suspend the last owner"}"#,
            LastOwner,
            Other,
        ),
        (
            r#"{"code":7,"message":"Last remaining owner."}"#,
            LastOwner,
            Other,
        ),
        (
            r#"{"code":7,"message":"user is externally managed"}"#,
            ExternallyManaged,
            Other,
        ),
        (
            r#"{"code":7,"message":"EXTERNALLY_MANAGED"}"#,
            ExternallyManaged,
            Other,
        ),
        (
            r#"{"code":7,"message":"is an EAM user"}"#,
            ExternallyManaged,
            Other,
        ),
        (
            r#"{"code":7,"message":"missing permission"}"#,
            PermissionDenied,
            PermissionDenied,
        ),
        (
            r#"{"code":7,"message":"PermissionDenied"}"#,
            PermissionDenied,
            PermissionDenied,
        ),
        (r#"{"error":"permission_denied"}"#, Other, Other),
        (r#"{"message":"missing permission"}"#, Other, Other),
        ("cannot suspend the last owner", Other, Other),
        (r#"{"message":"EXTERNALLY_MANAGED"}"#, Other, Other),
        (r#"{"code":403,"message":"no_owner_remain"}"#, Other, Other),
        (r#"{"code":7,"message":"forbidden"}"#, Other, Other),
        (r#"{"code":7}"#, Other, Other),
        ("", Other, Other),
    ] {
        for operation in change {
            assert_eq!(
                error_of(operation, [reply(403, body)]).code,
                of_a_change,
                "{body}"
            );
        }
        for operation in read {
            assert_eq!(
                error_of(operation, [reply(403, body)]).code,
                of_a_read,
                "{body}"
            );
        }
    }
}

#[test]
fn last_owner_words_count_under_other_4xx_statuses() {
    for status in [400, 409, 412] {
        let refusal = reply(status, r#"{"code":9,"message":"no_owner_remain"}"#);
        assert_eq!(error_of(Operation::SuspendUser, [refusal]).code, LastOwner);
    }
}

#[test]
fn a_400_in_the_words_of_the_api_is_an_invalid_argument() {
    let invalid = || reply(400, r#"{"code":3,"message":"bad id","details":[]}"#);
    for operation in [
        Operation::ListUsers,
        Operation::GetUser,
        Operation::SuspendUser,
    ] {
        assert_eq!(error_of(operation, [invalid()]).code, InvalidArgument);
    }
    for body in ["bad id", "<html>", r#"{"message":"bad id"}"#] {
        let error = error_of(Operation::GetUser, [reply(400, body)]);
        assert_eq!(error.code, Other, "{body}");
    }
}

#[test]
fn a_200_with_an_error_is_a_refused_token() {
    for (body, code, message) in [
        (
            r#"{"error":"invalid_client","error_description":"no such client"}"#,
            Unauthenticated,
            "get-user: the server refused the client id and secret (200, it says: invalid_client: no such client)",
        ),
        (
            r#"{"error":"invalid_scope"}"#,
            Other,
            "get-user: the server refused to issue a token (200, it says: invalid_scope)",
        ),
        (
            r#"{"access_token":"fresh-token","expires_in":900,"error":"invalid_scope"}"#,
            Other,
            "get-user: the server refused to issue a token (200, it says: invalid_scope)",
        ),
    ] {
        let client = client_with(raw_settings(), script([reply(200, body)]));
        let error = get_user(&client).unwrap_err();
        assert_eq!((error.code, error.status), (code, Some(200)));
        assert_eq!((error.message.as_str(), error.requests), (message, 1));
    }
    let empty = r#"{"access_token":"stub-token-1","expires_in":900,"error":""}"#;
    let client = client_with(
        raw_settings(),
        script([reply(200, empty), reply(200, ACTIVE)]),
    );
    get_user(&client).unwrap();
}

#[test]
fn a_400_with_invalid_client_is_unauthenticated() {
    let invalid = || reply(400, r#"{"error":"invalid_client"}"#);
    for error in [
        token_error(raw_settings(), invalid()),
        revoke_error(raw_settings(), invalid()),
    ] {
        assert_eq!(error.code, Unauthenticated);
    }
    let other = reply(400, r#"{"error":"invalid_request"}"#);
    assert_eq!(token_error(raw_settings(), other).code, Other);
}

#[test]
fn only_temporary_error_codes_are_retryable() {
    for (code, retryable) in [
        (InvalidArgument, false),
        (NotConfigured, false),
        (Unauthenticated, false),
        (PermissionDenied, false),
        (LastOwner, false),
        (ExternallyManaged, false),
        (NotFound, false),
        (RateLimited, true),
        (Unavailable, true),
        (TimedOut, true),
        (ConnectionFailed, true),
        (MalformedResponse, false),
        (Other, false),
    ] {
        assert_eq!(code.is_retryable(), retryable, "{code:?}");
    }
}

#[test]
fn the_error_contains_the_wait_from_retry_after() {
    for (value, wait) in [("120", Some(Duration::from_secs(120))), ("soon", None)] {
        let error = error_of(
            Operation::GetUser,
            vec![reply(429, "").retry_after(value); 5],
        );
        assert_eq!(error.retry_after, wait);
    }
}

#[test]
fn only_a_404_in_the_form_of_the_api_is_not_found() {
    let read = [
        Operation::ListUsers,
        Operation::GetUser,
        Operation::SuspendUser,
        Operation::ReactivateUser,
    ];
    for (body, code) in [
        (
            r#"{"code":5,"message":"user_not_found","details":[]}"#,
            NotFound,
        ),
        (
            r#"{"code":5,"message":"account not found","details":[]}"#,
            NotFound,
        ),
        (r#"{"code":12,"message":"user unknown"}"#, NotConfigured),
        (r#"{"code":7,"message":"user unknown"}"#, NotConfigured),
        (r#"{"code":5}"#, NotConfigured),
        (r#"{"message":"Not Found"}"#, NotConfigured),
        (r#"{"code":404,"message":"Not Found"}"#, NotConfigured),
        (r#"{"code":"5","message":"Not Found"}"#, NotConfigured),
        (r#"{"code":5.5}"#, NotConfigured),
        (r#"{"code":0}"#, NotConfigured),
        (r#"{"error":"not_found"}"#, NotConfigured),
        (r#"{"error":{"code":5}}"#, NotConfigured),
        (r#"[{"code":5}]"#, NotConfigured),
        (r#"{"code":5,"message":"cut"#, NotConfigured),
        ("<html>{\"code\":5}</html>", NotConfigured),
        ("404 page not found", NotConfigured),
        ("", NotConfigured),
    ] {
        for operation in read {
            let error = error_of(operation, [reply(404, body)]);
            assert_eq!(error.code, code, "{body}");
            assert!(!error.message.contains("no such user") || code == NotFound);
        }
        let error = error_of(Operation::GetUser, [reply(410, body)]);
        assert_eq!(error.code, NotConfigured, "{body}");
    }
}
