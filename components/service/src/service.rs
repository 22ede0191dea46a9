//! The service: authenticates a request, and hands it to its handler.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use onepassword_users::UserAction;
use onepassword_users_audit::Summary;
use serde::Serialize;

use crate::{
    api_key::{ApiKey, authenticate},
    authorization::presented_key,
    handlers, json,
    log::{self, Log},
    mcp::{self, Tools, UsedPlans},
    plugin::Plugin,
    problem::Problem,
    problem_details,
    problem_json::{ProblemJson, problem_json},
    replay_cache::{Repetition, ReplayCache},
    request::{Request, RequestContext, RequestIds},
    response::{Response, ResponseBody},
    route::Route,
    settings::Settings,
    tally::Tally,
    webhook::WebhookHead,
};

/// Header with the reason of a 401, for a host that shows it to its operator and removes it.
const REASON_HEADER: &str = "op-users-reason";

/// The service of one instance.
pub(crate) struct Service {
    /// The settings, or a description of those that are wrong.
    settings: Result<Settings, String>,
    replay_cache: ReplayCache,
    used_plans: UsedPlans,
    log: Box<dyn Log>,
}

/// Decision on the head of a request.
pub(crate) enum HeadResponse {
    /// Response that does not depend on the body.
    Response(Response),
    /// The body is needed. `is_known` is true if the caller has a valid key.
    BodyNeeded { is_known: bool },
}

/// A request whose head was accepted.
enum Admission<'r> {
    /// Answered already.
    Response(Response),
    /// A request with a valid key.
    Call {
        settings: &'r Settings,
        route: Route,
        key: &'r ApiKey,
    },
    /// A webhook with a signature that is not verified yet.
    Webhook {
        settings: &'r Settings,
        head: WebhookHead<'r>,
    },
}

/// JSON of the response to a repeated webhook.
#[derive(Serialize)]
struct RepeatedJson<'a> {
    request_id: &'a str,
    #[serde(rename = "repeated")]
    is_repeated: bool,
    /// Outcomes of the users, over all deliveries.
    summary: Summary,
}

/// JSON of the problem that a repeated webhook is, if no user is as asked.
#[derive(Serialize)]
struct RepeatedProblemJson<'a> {
    #[serde(flatten)]
    problem: ProblemJson<'a>,
    #[serde(rename = "repeated")]
    is_repeated: bool,
    summary: Summary,
}

impl Service {
    /// Makes a service with the settings from these variables.
    pub(crate) fn new(environment: Vec<(String, String)>, log: Box<dyn Log>) -> Self {
        Self {
            settings: Settings::read(environment),
            replay_cache: ReplayCache::default(),
            used_plans: UsedPlans::default(),
            log,
        }
    }

    /// Decides from the head of a request alone, before its body is read. `generated_id` is unique.
    pub(crate) fn respond_to_head(
        &self,
        plugin: &impl Plugin,
        request: &Request,
        generated_id: &str,
    ) -> HeadResponse {
        let ids = request.ids(generated_id);
        let response = match self.admit(plugin, request) {
            Ok(Admission::Response(response)) => response,
            Ok(Admission::Call { .. }) => return HeadResponse::BodyNeeded { is_known: true },
            Ok(Admission::Webhook { .. }) => return HeadResponse::BodyNeeded { is_known: false },
            Err(problem) => self.problem_response(&problem, ids),
        };
        HeadResponse::Response(self.finish(response, request, ids))
    }

    /// Responds to a request. `generated_id` is unique.
    pub(crate) fn respond(
        &self,
        plugin: &impl Plugin,
        request: &Request,
        generated_id: &str,
    ) -> Response {
        let ids = request.ids(generated_id);
        let response = self
            .handle(plugin, request, ids)
            .unwrap_or_else(|problem| self.problem_response(&problem, ids));
        self.finish(response, request, ids)
    }

    fn handle(
        &self,
        plugin: &impl Plugin,
        request: &Request,
        ids: RequestIds<'_>,
    ) -> Result<Response, Problem> {
        match self.admit(plugin, request)? {
            Admission::Response(response) => Ok(response),
            Admission::Webhook { settings, head } => {
                self.handle_webhook(plugin, settings, request, head, ids)
            }
            Admission::Call {
                settings,
                route: Route::Mcp,
                key,
            } => {
                let tools = Tools {
                    plugin,
                    settings,
                    key,
                    used_plans: &self.used_plans,
                };
                let context = self.context(&key.name, request, ids);
                Ok(mcp::respond(&tools, request, context))
            }
            Admission::Call {
                settings,
                route,
                key,
            } => {
                let context = self.context(&key.name, request, ids);
                handlers::handle(plugin, settings, request, &route, context)
                    .map_err(|problem| problem.of_caller(&key.name))
            }
        }
    }

    /// Checks the settings, then the key, then the path: without a valid key, existing and missing paths get the same response.
    fn admit<'r>(
        &'r self,
        plugin: &impl Plugin,
        request: &'r Request,
    ) -> Result<Admission<'r>, Problem> {
        let route = Route::parse(request.path());
        if let Some(open @ (Route::Health | Route::Ready)) = &route {
            let settings = self.settings.as_ref().map_err(String::as_str);
            let response = match respond_to_method(request, open)? {
                Some(response) => response,
                None if *open == Route::Ready => handlers::ready(plugin, request, settings)?,
                None => handlers::health(request)?,
            };
            return Ok(Admission::Response(response));
        }
        let settings = self.settings.as_ref().map_err(|problems| {
            let detail = format!("the settings of this service are wrong: {problems}");
            Problem::new(503, "not-configured", detail)
        })?;
        if route == Some(Route::ContainWebhook) && request.method == "POST" {
            let head = WebhookHead::read(request, &settings.webhook_secrets)
                .map_err(Problem::unauthorized)?;
            check_encoding(request)?;
            return Ok(Admission::Webhook { settings, head });
        }
        let key = presented_key(request).map_err(Problem::unauthorized)?;
        let key = authenticate(&settings.api_keys, &key)
            .ok_or_else(|| Problem::unauthorized("the key is none of OP_SERVICE_KEYS"))?;
        let Some(route) = route else {
            let detail = "this service has no such path";
            return Err(Problem::new(404, "no-route", detail));
        };
        if let Some(response) = respond_to_method(request, &route)? {
            return Ok(Admission::Response(response));
        }
        if key.role < route.role() {
            let detail = "the role of this key does not allow this request";
            return Err(Problem::new(403, "forbidden", detail).of_caller(&key.name));
        }
        if route.method() == "POST" {
            check_encoding(request)?;
        }
        if route == Route::Mcp {
            mcp::check_origin(request).map_err(|problem| problem.of_caller(&key.name))?;
        }
        Ok(Admission::Call {
            settings,
            route,
            key,
        })
    }

    /// Contains the users that a signed webhook names. A valid signature is enough: no key is needed.
    fn handle_webhook(
        &self,
        plugin: &impl Plugin,
        settings: &Settings,
        request: &Request,
        head: WebhookHead<'_>,
        ids: RequestIds<'_>,
    ) -> Result<Response, Problem> {
        let body = request.whole_body()?;
        let message = head
            .verify(body, &settings.webhook_secrets)
            .map_err(Problem::unauthorized)?;
        let before = match self.replay_cache.check(&message) {
            Repetition::New => None,
            // A user who was restored since then must not be contained again.
            Repetition::Same(before) if !before.open.is_empty() => Some(before),
            // The sender missed the response.
            Repetition::Same(before) => return Ok(repeated(&before.tally, message.sender, ids)),
            Repetition::OtherBody => {
                let detail = "another message with this webhook-id was carried out; this one changed nothing";
                return Err(Problem::new(422, "webhook-id-reused", detail));
            }
        };
        let context = self.context(message.sender, request, ids);
        let action = UserAction::Suspend;
        let changed =
            handlers::change_users(plugin, settings, request, action, before.as_ref(), context)
                .map_err(|problem| problem.of_caller(message.sender))?;
        // Otherwise the sender must be able to try again with everything.
        if let Some(carried) = changed.carried {
            self.replay_cache.insert(&message, carried);
        }
        Ok(changed.response)
    }

    fn context(&self, caller: &str, request: &Request, ids: RequestIds<'_>) -> RequestContext {
        let is_writable = request.method != "POST" || self.log.is_writable();
        RequestContext::new(caller, ids, request.time_ms, is_writable)
    }

    /// Writes the lines of a response, and adds the headers that every response has. A response to `HEAD` has no body.
    fn finish(&self, mut response: Response, request: &Request, ids: RequestIds<'_>) -> Response {
        log::write_audit(&*self.log, &mut response);
        log::write_tool_call(&*self.log, &response);
        log::write_response(&*self.log, request, ids, &response);
        if request.method == "HEAD" {
            response.body = ResponseBody::Text(String::new());
        }
        response
            .with_header("cache-control", "no-store")
            .with_header("x-content-type-options", "nosniff")
            .with_header("x-request-id", ids.shown())
    }

    fn problem_response(&self, problem: &Problem, ids: RequestIds<'_>) -> Response {
        let response = problem_details::response(problem, ids.shown());
        let has_reason_header = |settings: &Settings| settings.has_reason_header;
        match problem.reason {
            Some(reason) if self.settings.as_ref().is_ok_and(has_reason_header) => {
                response.with_header(REASON_HEADER, reason)
            }
            _ => response,
        }
    }
}

/// Makes the response to a webhook that was carried out for all of its users, with the status that it had.
fn repeated(tally: &Tally, sender: &str, ids: RequestIds<'_>) -> Response {
    let (is_repeated, summary) = (true, tally.summary);
    let Some(failure) = tally.problem() else {
        let json = RepeatedJson {
            request_id: ids.shown(),
            is_repeated,
            summary,
        };
        return Response::json(&json).with_status(tally.status());
    };
    let detail = "this webhook was carried out before, and left no user in the requested state; it is not carried out again";
    let problem = Problem::new(failure.status, failure.code, detail).of_caller(sender);
    let json = RepeatedProblemJson {
        problem: problem_json(&problem, ids.shown()),
        is_repeated,
        summary,
    };
    problem_details::response_with_text(&problem, json::to_string(&json))
}

/// Rejects a body in an encoding, which the service would not understand.
fn check_encoding(request: &Request) -> Result<(), Problem> {
    if request.is_encoded() {
        let detail =
            "the body must not be compressed: `Content-Encoding` must be absent or `identity`";
        return Err(Problem::unsupported_media_type(detail));
    }
    Ok(())
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
