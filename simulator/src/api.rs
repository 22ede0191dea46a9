//! The API as a function from a request to an answer and a new state.

mod account;
mod application;
mod clock;
mod error;
mod list_query;
mod oauth;
mod page_token;
pub(crate) mod percent_encoding;
mod population;
mod prng;
mod request;
pub(crate) mod response;
mod token;
mod users;

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

use crate::api::account::Account;
use crate::api::application::Application;
use crate::api::clock::Clock;
use crate::api::error::ApiError;
use crate::api::page_token::PageTokenCodec;
use crate::api::population::populate;
use crate::api::prng::{SplitMix64, UPPER};
use crate::api::response::ApiResponse;
use crate::api::token::Tokens;
use crate::permission::Permissions;
use crate::route::{Endpoint, Generation, Route};

/// Everything that a request can read or change.
///
/// A clone of it rehearses a request whose effect is not wanted.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) account: Account,
    pub(crate) application: Application,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Clock,
    pub(crate) page_tokens: PageTokenCodec,
    pub(crate) generations: Vec<Generation>,
}

/// What an [`Api`] is made from.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) users: usize,
    pub(crate) seed: u64,
    pub(crate) token_life: Duration,
    pub(crate) permissions: Permissions,
    pub(crate) generations: Vec<Generation>,
}

/// A request that was received whole.
#[derive(Debug)]
pub(crate) struct ApiRequest {
    pub(crate) method: Method,
    /// As sent.
    pub(crate) path: String,
    /// As sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// `None` if it was longer than the server reads.
    pub(crate) body: Option<Bytes>,
}

impl Api {
    pub(crate) fn new(settings: &Settings) -> Self {
        let id = SplitMix64::new(settings.seed, "account").text(UPPER, 26);
        let users = populate(settings.seed, &id, settings.users);
        Self {
            account: Account::new(id, users),
            application: Application::new(settings.seed, settings.permissions),
            tokens: Tokens::new(settings.seed, settings.token_life),
            clock: Clock::start(),
            page_tokens: PageTokenCodec::new(settings.seed),
            generations: settings.generations.clone(),
        }
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, request: &ApiRequest) -> ApiResponse {
        self.carry_out(request).unwrap_or_else(ApiResponse::from)
    }

    fn carry_out(&mut self, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let route = Route::of(&request.path, &self.generations);
        check_method(route.endpoint, &request.method)?;
        let body = request.body.as_ref().ok_or(ApiError::BodyTooLong)?;
        match route.endpoint {
            Endpoint::Token => self.issue_token(&request.headers, body),
            Endpoint::Revoke => self.revoke_token(&request.headers, body),
            Endpoint::Other => Err(ApiError::UnknownPath),
            Endpoint::List | Endpoint::Get | Endpoint::Suspend | Endpoint::Reactivate => {
                self.resource(route, request)
            }
        }
    }
}

fn check_method(endpoint: Endpoint, method: &Method) -> Result<(), ApiError> {
    let allow = match endpoint {
        Endpoint::Other => return Err(ApiError::UnknownPath),
        Endpoint::List | Endpoint::Get => "GET",
        Endpoint::Token | Endpoint::Revoke | Endpoint::Suspend | Endpoint::Reactivate => "POST",
    };
    if method.as_str() == allow {
        Ok(())
    } else {
        Err(ApiError::MethodNotAllowed { allow })
    }
}
