//! List, get, suspend and reactivate.

use axum::http::Method;
use axum::http::header::CONTENT_LENGTH;
use serde::Serialize;

use crate::api::application::authorization;
use crate::api::error::ApiError;
use crate::api::list_query::ListQuery;
use crate::api::percent_encoding;
use crate::api::request::{accepts_json, names_a_product};
use crate::api::response::ApiResponse;
use crate::api::token::TokenStatus;
use crate::api::{Api, ApiRequest};
use crate::permission::Permission;
use crate::route::{Endpoint, Route};
use crate::user::User;

#[derive(Serialize)]
struct UserPage<'a> {
    results: Vec<&'a User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

impl Api {
    /// Answers a request for a resource: first who asks, then how, for what
    /// account, with what permission, and only then about whom.
    pub(crate) fn resource(
        &mut self,
        route: Route<'_>,
        request: &ApiRequest,
    ) -> Result<ApiResponse, ApiError> {
        self.check_token(request)?;
        if !names_a_product(&request.headers) {
            return Err(ApiError::InvalidUserAgent);
        }
        if !accepts_json(&request.headers) {
            return Err(ApiError::NotAcceptable);
        }
        let account = percent_encoding::segment(route.account).ok_or(ApiError::MalformedPath)?;
        if account != self.account.id {
            return Err(ApiError::UnknownAccount);
        }
        self.application.permit(match route.endpoint {
            Endpoint::List => Permission::ListUsers,
            Endpoint::Get => Permission::GetUser,
            Endpoint::Suspend => Permission::SuspendUsers,
            Endpoint::Reactivate => Permission::ReactivateUsers,
            Endpoint::Token | Endpoint::Revoke | Endpoint::Other => {
                return Err(ApiError::UnknownPath);
            }
        })?;
        check_body(request)?;
        let id = percent_encoding::segment(route.user).ok_or(ApiError::MalformedPath)?;
        let user = match route.endpoint {
            Endpoint::Suspend => self.account.suspend(&id)?,
            Endpoint::Reactivate => self.account.reactivate(&id)?,
            Endpoint::List => return self.list(&request.query),
            _ => self.account.user(&id).ok_or(ApiError::UnknownUser)?,
        };
        Ok(ApiResponse::json(200, user))
    }

    fn list(&self, query: &str) -> Result<ApiResponse, ApiError> {
        let query = ListQuery::read(query)?;
        let from = match &query.page_token {
            None => 0,
            Some(token) => self
                .page_tokens
                .decode(query.filter, token)
                .ok_or(ApiError::InvalidPageToken)? as usize,
        };
        let (results, next) = self.account.page(query.filter, from, query.max_page_size);
        let next_page_token = next
            .and_then(|position| u32::try_from(position).ok())
            .map(|position| self.page_tokens.encode(query.filter, position));
        Ok(ApiResponse::json(
            200,
            &UserPage {
                results,
                next_page_token,
            },
        ))
    }

    fn check_token(&self, request: &ApiRequest) -> Result<(), ApiError> {
        let token = authorization(&request.headers, "bearer").ok_or(ApiError::MissingBearer)?;
        match self.tokens.status(token, self.clock.now()) {
            TokenStatus::Live => Ok(()),
            TokenStatus::Expired => Err(ApiError::ExpiredToken),
            TokenStatus::Revoked => Err(ApiError::RevokedToken),
            TokenStatus::Unknown => Err(ApiError::UnknownToken),
        }
    }
}

/// A POST without a body has to say so, RFC 9110, section 8.6.
fn check_body(request: &ApiRequest) -> Result<(), ApiError> {
    let empty = request.body.as_ref().is_some_and(|body| body.is_empty());
    if !empty {
        return Err(ApiError::BodyNotEmpty);
    }
    if request.method == Method::POST && !request.headers.contains_key(CONTENT_LENGTH) {
        return Err(ApiError::MissingContentLength);
    }
    Ok(())
}
