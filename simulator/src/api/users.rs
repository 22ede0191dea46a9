//! The operations on users: list, get, suspend and reactivate.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    api::{
        error::ApiError,
        list_query::ListQuery,
        percent_encoding::decode_segment,
        request::{ApiRequest, accepts_json, authorization, has_valid_user_agent},
        response::ApiResponse,
        state::ApiState,
        token::TokenStatus,
    },
    permission::Permission,
    route::{Endpoint, Route},
    user::User,
};

#[derive(Serialize)]
struct UserPage<'a> {
    results: Vec<Cow<'a, User>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// Handles a request to one of the four operations.
///
/// The checks run in this order: token, headers, account, permission, body,
/// user. A client without the permission cannot find out which users exist.
pub(crate) fn respond(
    state: &mut ApiState,
    route: Route<'_>,
    request: &ApiRequest,
) -> Result<ApiResponse, ApiError> {
    check_token(state, request)?;
    if !has_valid_user_agent(&request.headers) {
        return Err(ApiError::InvalidUserAgent);
    }
    if !accepts_json(&request.headers) {
        return Err(ApiError::NotAcceptable);
    }
    let account = decode_segment(route.account).ok_or(ApiError::MalformedPath)?;
    if account != state.account.id {
        return Err(ApiError::UnknownAccount);
    }
    state.application.check_permission(match route.endpoint {
        Endpoint::List => Permission::ListUsers,
        Endpoint::Get => Permission::GetUser,
        Endpoint::Suspend => Permission::SuspendUsers,
        Endpoint::Reactivate => Permission::ReactivateUsers,
        Endpoint::Token | Endpoint::Revoke | Endpoint::Other => {
            return Err(ApiError::UnknownPath);
        }
    })?;
    request.check_empty_body()?;
    let id = decode_segment(route.user).ok_or(ApiError::MalformedPath)?;
    let user = match route.endpoint {
        Endpoint::Suspend => state.account.suspend(&id)?,
        Endpoint::Reactivate => state.account.reactivate(&id)?,
        Endpoint::List => return list(state, &request.query),
        _ => state.account.user(&id).ok_or(ApiError::UnknownUser)?,
    };
    Ok(ApiResponse::json(200, user))
}

fn list(state: &ApiState, query: &str) -> Result<ApiResponse, ApiError> {
    let query = ListQuery::parse(query)?;
    let start = match &query.page_token {
        None => 0,
        Some(token) => state
            .page_tokens
            .decode(query.filter, token)
            .ok_or(ApiError::InvalidPageToken)? as usize,
    };
    let (results, next) = state.account.page(query.filter, start, query.max_page_size);
    let next_page_token = next
        .and_then(|position| u32::try_from(position).ok())
        .map(|position| state.page_tokens.encode(query.filter, position));
    let page = UserPage {
        results,
        next_page_token,
    };
    Ok(ApiResponse::json(200, &page))
}

fn check_token(state: &ApiState, request: &ApiRequest) -> Result<(), ApiError> {
    let token = authorization(&request.headers, "bearer").ok_or(ApiError::MissingBearer)?;
    match state.tokens.status(token, state.clock.now()) {
        TokenStatus::Live => Ok(()),
        TokenStatus::Expired => Err(ApiError::ExpiredToken),
        TokenStatus::Revoked => Err(ApiError::RevokedToken),
        TokenStatus::Unknown => Err(ApiError::UnknownToken),
    }
}
