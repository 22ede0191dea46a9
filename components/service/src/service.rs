//! The service: authenticates a request, and hands it to its handler.

use alloc::{format, string::String, vec::Vec};

use onepassword_users::UserAction;
use serde::Serialize;

use crate::{
    api_key::authenticate,
    handlers,
    plugin::Plugin,
    problem::Problem,
    problem_details,
    replay_cache::ReplayCache,
    request::{Request, RequestContext},
    response::Response,
    route::Route,
    settings::Settings,
    webhook,
};

/// The service of one instance.
pub(crate) struct Service {
    /// The settings, or a description of those that are wrong.
    settings: Result<Settings, String>,
    replay_cache: ReplayCache,
}

/// JSON of the response to a repeated webhook.
#[derive(Serialize)]
struct RepeatedJson<'a> {
    request_id: &'a str,
    #[serde(rename = "repeated")]
    is_repeated: bool,
}

impl Service {
    /// Makes a service with the settings from these variables.
    pub(crate) fn new(environment: Vec<(String, String)>) -> Self {
        Self {
            settings: Settings::read(environment),
            replay_cache: ReplayCache::default(),
        }
    }

    /// Responds to a request. `generated_id` is the request id if the caller chose none.
    pub(crate) fn respond(
        &self,
        plugin: &impl Plugin,
        request: &Request,
        generated_id: &str,
    ) -> Response {
        let request_id = request.id().unwrap_or(generated_id);
        let mut response = self
            .handle(plugin, request, request_id)
            .unwrap_or_else(|problem| problem_details::response(problem, request_id, None));
        if request.method == "HEAD" {
            response.body.clear();
        }
        response
            .with_header("cache-control", "no-store")
            .with_header("x-content-type-options", "nosniff")
            .with_header("x-request-id", request_id)
    }

    /// Checks the settings, then the key, then the path: without a valid key, existing and missing paths get the same response.
    fn handle(
        &self,
        plugin: &impl Plugin,
        request: &Request,
        request_id: &str,
    ) -> Result<Response, Problem> {
        let route = Route::parse(request.path());
        if route == Some(Route::Health) {
            return match respond_to_method(request, &Route::Health)? {
                Some(response) => Ok(response),
                None => handlers::health(request),
            };
        }
        let settings = self.settings.as_ref().map_err(|problems| {
            let detail = format!("the settings of this service are wrong: {problems}");
            Problem::new(503, "not-configured", detail)
        })?;
        if route == Some(Route::ContainWebhook) && request.method == "POST" {
            return self.handle_webhook(plugin, settings, request, request_id);
        }
        let key = bearer_token(request)
            .and_then(|token| authenticate(&settings.api_keys, token))
            .ok_or_else(unauthorized)?;
        let Some(route) = route else {
            let detail = "this service has no such path";
            return Err(Problem::new(404, "no-route", detail));
        };
        if let Some(response) = respond_to_method(request, &route)? {
            return Ok(response);
        }
        if key.role < route.role() {
            let detail = "the role of this key does not allow this request";
            return Err(Problem::new(403, "forbidden", detail));
        }
        let context = RequestContext {
            caller: &key.name,
            request_id,
            time_ms: request.time_ms,
        };
        handlers::handle(plugin, settings, request, &route, &context)
    }

    /// Contains the users that a signed webhook names. A valid signature is enough: no key is needed.
    fn handle_webhook(
        &self,
        plugin: &impl Plugin,
        settings: &Settings,
        request: &Request,
        request_id: &str,
    ) -> Result<Response, Problem> {
        let body = request.whole_body()?;
        let message =
            webhook::verify(request, body, &settings.webhook_secrets).ok_or_else(unauthorized)?;
        if self.replay_cache.contains(&message) {
            // The sender missed the response. A user who was restored since then must not be contained again.
            let repeated = RepeatedJson {
                request_id,
                is_repeated: true,
            };
            return Ok(Response::json(&repeated));
        }
        let context = RequestContext {
            caller: message.sender,
            request_id,
            time_ms: request.time_ms,
        };
        let action = UserAction::Suspend;
        let changed = handlers::change_users(plugin, settings, request, action, &context)?;
        // Otherwise the sender must be able to try again.
        if changed.is_complete {
            self.replay_cache.insert(&message);
        }
        Ok(changed.response)
    }
}

/// Returns the response to `OPTIONS`, and none to a method of the route.
///
/// Errors: 405 for any other method.
fn respond_to_method(request: &Request, route: &Route) -> Result<Option<Response>, Problem> {
    match request.method.as_str() {
        "OPTIONS" => Ok(Some(
            Response::empty(204).with_header("allow", route.allow()),
        )),
        method if method == route.method() => Ok(None),
        "HEAD" if route.method() == "GET" => Ok(None),
        _ => {
            let detail = format!("this path allows only {}", route.allow());
            Err(Problem {
                allow: Some(route.allow()),
                ..Problem::new(405, "method-not-allowed", detail)
            })
        }
    }
}

/// Returns the bearer token of a request (RFC 6750, section 2.1).
fn bearer_token(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorized() -> Problem {
    let detail = "a valid API key or webhook signature is required";
    Problem::new(401, "unauthorized", detail)
}
