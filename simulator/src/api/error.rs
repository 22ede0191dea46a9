//! The errors of the API, with the source of each in what is publicly known.

use serde_json::json;

use crate::{api::response::ApiResponse, permission::Permission, route::ShutOff};

/// The cause of an error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    UnknownPath,
    ShutOff(ShutOff),
    MethodNotAllowed { allow: &'static str },
    BodyTooLong,
    NotFormEncoded,
    MalformedForm,
    UnknownField(String),
    RepeatedField(String),
    CredentialsInBody,
    MissingBasic,
    InvalidClient,
    MissingGrantType,
    UnsupportedGrantType,
    UnsupportedScope,
    MissingTokenField,
    MissingBearer,
    UnknownToken,
    ExpiredToken,
    RevokedToken,
    InvalidUserAgent,
    NotAcceptable,
    UnknownAccount,
    MissingPermission(Permission),
    MissingContentLength,
    BodyNotEmpty,
    MalformedPath,
    MalformedQuery,
    RepeatedParameter(String),
    InvalidFilter,
    InvalidPageSize,
    InvalidPageToken,
    UnknownUser,
    LastOwner,
    ExternallyManaged,
}

impl ApiError {
    /// Returns the response, without the header that its status requires.
    ///
    /// The errors are in the order of their sources.
    fn to_response(&self) -> ApiResponse {
        match self {
            // Seen: a client of the real API handles this body.
            Self::LastOwner => grpc(403, 7, "no_owner_remain"),

            // Documented: the status or the name of the error. The rest of the
            // response is invented.
            Self::MissingBasic => oauth(401, "invalid_client", "basic authentication is required"),
            Self::InvalidClient => oauth(401, "invalid_client", "client authentication failed"),
            Self::MissingBearer => grpc(401, 16, "missing_bearer_token"),
            Self::UnknownToken => grpc(401, 16, "unknown_token"),
            Self::ExpiredToken => grpc(401, 16, "token_expired"),
            Self::RevokedToken => grpc(401, 16, "token_revoked"),
            Self::ExternallyManaged => grpc(
                403,
                7,
                "externally_managed_administrator_cannot_be_suspended",
            ),
            Self::MissingPermission(permission) => grpc(
                403,
                7,
                &format!("missing_permission: {}", permission.name()),
            ),
            Self::UnknownAccount => grpc(404, 5, "account_not_found"),
            Self::UnknownUser => grpc(404, 5, "user_not_found"),
            Self::InvalidFilter => grpc(
                400,
                3,
                "filter must be user.isActive() or user.isSuspended()",
            ),

            // Invented, and perhaps stricter than the real API. The OAuth paths
            // use the errors of RFC 6749, section 5.2.
            Self::NotFormEncoded => oauth(
                415,
                "invalid_request",
                "the content type must be application/x-www-form-urlencoded",
            ),
            Self::MalformedForm => oauth(400, "invalid_request", "the form is malformed"),
            Self::UnknownField(name) => {
                oauth(400, "invalid_request", &format!("unknown field {name:?}"))
            }
            Self::RepeatedField(name) => oauth(
                400,
                "invalid_request",
                &format!("field {name:?} is repeated"),
            ),
            Self::CredentialsInBody => oauth(
                400,
                "invalid_request",
                "credentials in the body are not accepted",
            ),
            Self::MissingGrantType => oauth(400, "invalid_request", "grant_type is missing"),
            Self::MissingTokenField => oauth(400, "invalid_request", "token is missing"),
            Self::UnsupportedGrantType => oauth(
                400,
                "unsupported_grant_type",
                "grant_type must be client_credentials",
            ),
            Self::UnsupportedScope => oauth(400, "invalid_scope", "scope must be openid"),

            // Invented: the paths of users use gRPC's status.
            Self::MalformedPath => grpc(400, 3, "the path is malformed"),
            Self::MalformedQuery => grpc(400, 3, "the query is malformed"),
            Self::RepeatedParameter(name) => {
                grpc(400, 3, &format!("parameter {name:?} is repeated"))
            }
            Self::InvalidPageSize => grpc(400, 3, "max_page_size must be from 1 to 1000"),
            Self::InvalidPageToken => {
                grpc(400, 3, "page_token is unknown or belongs to another filter")
            }
            Self::InvalidUserAgent => grpc(
                400,
                3,
                "user-agent must be <CompanyOrProductName>/<version>",
            ),
            Self::BodyNotEmpty => grpc(400, 3, "the body must be empty"),
            Self::NotAcceptable => grpc(406, 3, "only application/json is served"),
            Self::MissingContentLength => grpc(411, 3, "content-length is missing"),
            Self::BodyTooLong => grpc(413, 3, "the body is too long"),
            Self::MethodNotAllowed { .. } => grpc(405, 12, "method not allowed"),

            // Invented: a path that the API does not have gets plain text.
            Self::UnknownPath | Self::ShutOff(ShutOff::NotFound) => {
                ApiResponse::text(404, "404 page not found\n".to_owned())
            }
            // Invented: other answers to a path of a generation that is shut off.
            Self::ShutOff(ShutOff::Gone) => ApiResponse::empty(410),
            Self::ShutOff(ShutOff::Html) => {
                let page = "<!doctype html><title>404</title><h1>Not Found</h1>\n";
                ApiResponse::html(404, page)
            }
        }
    }

    /// Returns the header that the status requires (RFC 9110).
    fn header(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::MethodNotAllowed { allow } => Some(("allow", allow)),
            Self::MissingBasic | Self::InvalidClient => {
                Some(("www-authenticate", "Basic realm=\"users-api\""))
            }
            Self::MissingBearer => Some(("www-authenticate", "Bearer")),
            Self::UnknownToken | Self::ExpiredToken | Self::RevokedToken => {
                Some(("www-authenticate", "Bearer error=\"invalid_token\""))
            }
            _ => None,
        }
    }
}

impl From<ApiError> for ApiResponse {
    fn from(error: ApiError) -> Self {
        match error.header() {
            None => error.to_response(),
            Some((name, value)) => error.to_response().with_header(name, value),
        }
    }
}

/// Returns gRPC's status as JSON.
fn grpc(status: u16, code: u8, message: &str) -> ApiResponse {
    let body = json!({"code": code, "message": message, "details": []});
    ApiResponse::json(status, &body)
}

/// Returns an OAuth error (RFC 6749, section 5.2).
fn oauth(status: u16, error: &str, description: &str) -> ApiResponse {
    let body = json!({"error": error, "error_description": description});
    ApiResponse::json(status, &body)
}
