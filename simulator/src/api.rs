//! The simulated API, as a function from a request to a response and a new
//! state.

mod account;
mod application;
mod clock;
mod error;
mod list_query;
mod oauth;
mod page_token;
mod percent_encoding;
mod population;
mod prng;
mod request;
mod response;
mod state;
mod token;
mod users;

pub(crate) use self::{
    percent_encoding::decode_segment,
    request::ApiRequest,
    response::ApiResponse,
    state::{ApiState, Settings},
};

use axum::http::Method;

use self::error::ApiError;
use crate::route::{Endpoint, Generation, Route};

/// Handles a request.
///
/// To get the response without the effect, pass a clone of the state.
pub(crate) fn respond(state: &mut ApiState, request: &ApiRequest) -> ApiResponse {
    dispatch(state, request).unwrap_or_else(ApiResponse::from)
}

fn dispatch(state: &mut ApiState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let route = Route::parse(&request.path, &state.generations);
    if Generation::of(&request.path)
        .is_some_and(|(generation, _)| !state.generations.contains(&generation))
    {
        return Err(ApiError::ShutOff(state.shut_off));
    }
    check_method(route.endpoint, &request.method)?;
    let body = request.body.as_ref().ok_or(ApiError::BodyTooLong)?;
    match route.endpoint {
        Endpoint::Token => oauth::issue_token(state, &request.headers, body),
        Endpoint::Revoke => oauth::revoke_token(state, &request.headers, body),
        Endpoint::Other => Err(ApiError::UnknownPath),
        Endpoint::List | Endpoint::Get | Endpoint::Suspend | Endpoint::Reactivate => {
            users::respond(state, route, request)
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
