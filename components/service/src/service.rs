//! A request, answered: who may ask, and in which words they are told.

use alloc::{format, string::String, vec::Vec};

use serde::Serialize;

use crate::{
    api_key::whose,
    audit::Act,
    bulk_request::Way,
    handlers,
    plugin::Plugin,
    query::parameters,
    replay_cache::Repeats,
    request::{Body, Request},
    response::{Answer, Problem},
    route::Route,
    settings::Settings,
    webhook,
};

/// The service of one instance.
pub(crate) struct Service {
    /// Or what is wrong with them.
    settings: Result<Settings, String>,
    repeats: Repeats,
}

/// What health says.
#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// What a webhook is told that was carried out before.
#[derive(Serialize)]
struct Repeated<'a> {
    request_id: &'a str,
    repeated: bool,
}

impl Service {
    pub fn new(environment: Vec<(String, String)>) -> Self {
        Self {
            settings: Settings::read(environment),
            repeats: Repeats::default(),
        }
    }

    /// Answers a request. `id` is the request's, where its caller gave it none that can be given back.
    pub fn answer(&self, plugin: &impl Plugin, request: &Request, id: &str) -> Answer {
        let id = request.id().unwrap_or(id);
        let mut answer = self
            .try_answer(plugin, request, id)
            .unwrap_or_else(|problem| problem.into_answer(id, None));
        if request.method == "HEAD" {
            answer.body.clear();
        }
        answer
            .with("cache-control", "no-store")
            .with("x-content-type-options", "nosniff")
            .with("x-request-id", id)
    }

    fn try_answer(
        &self,
        plugin: &impl Plugin,
        request: &Request,
        id: &str,
    ) -> Result<Answer, Problem> {
        let route = Route::of(request.path());
        if route == Some(Route::Health) {
            if let Some(answer) = method(request, &Route::Health)? {
                return Ok(answer);
            }
            let [] = parameters(request.query(), [])?;
            return Ok(Answer::json(200, &Health { status: "alive" }));
        }
        let settings = self.settings.as_ref().map_err(|problems| {
            let detail = format!("the settings of this service are wrong: {problems}");
            Problem::new(503, "not-configured", detail)
        })?;
        if route == Some(Route::Hook) && request.method == "POST" {
            return self.hook(plugin, settings, request, id);
        }
        let key = bearer(request)
            .and_then(|key| whose(&settings.keys, key))
            .ok_or_else(unauthorized)?;
        let Some(route) = route else {
            let detail = "there is nothing at this path";
            return Err(Problem::new(404, "no-route", detail));
        };
        if let Some(answer) = method(request, &route)? {
            return Ok(answer);
        }
        if key.role < route.role() {
            return Err(Problem::new(403, "forbidden", "this key may not do that"));
        }
        let act = Act {
            caller: &key.name,
            request_id: id,
            time_ms: request.time_ms,
        };
        handlers::run(plugin, settings, request, &route, &act)
    }

    /// A signed webhook: who has signed it may contain.
    fn hook(
        &self,
        plugin: &impl Plugin,
        settings: &Settings,
        request: &Request,
        id: &str,
    ) -> Result<Answer, Problem> {
        let body = whole(request)?;
        let message =
            webhook::verified(request, body, &settings.webhook_secrets).ok_or_else(unauthorized)?;
        if self.repeats.has(&message) {
            // Its sender has missed the answer. Who was restored since must not be contained again.
            let repeated = Repeated {
                request_id: id,
                repeated: true,
            };
            return Ok(Answer::json(200, &repeated));
        }
        let act = Act {
            caller: message.sender,
            request_id: id,
            time_ms: request.time_ms,
        };
        let (answer, is_settled) = handlers::change(plugin, settings, request, Way::Contain, &act)?;
        // Who was not contained must be, when the message comes again.
        if is_settled {
            self.repeats.add(&message);
        }
        Ok(answer)
    }
}

/// What is answered to a method that is not the route's own.
fn method(request: &Request, route: &Route) -> Result<Option<Answer>, Problem> {
    match request.method.as_str() {
        "OPTIONS" => Ok(Some(Answer::empty(204).with("allow", route.allow()))),
        method if method == route.method() => Ok(None),
        "HEAD" if route.method() == "GET" => Ok(None),
        _ => {
            let detail = format!("this path answers {}", route.allow());
            Err(Problem {
                allow: Some(route.allow()),
                ..Problem::new(405, "method-not-allowed", detail)
            })
        }
    }
}

/// The key that a request brings (RFC 6750, section 2.1).
fn bearer(request: &Request) -> Option<&str> {
    let (scheme, key) = request.header("authorization")?.split_once(' ')?;
    let key = key.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

/// The body of a request.
pub(crate) fn whole(request: &Request) -> Result<&[u8], Problem> {
    match &request.body {
        Body::Whole(body) => Ok(body),
        Body::TooLarge => {
            let detail = "the body must not be larger than 64 KiB";
            Err(Problem::new(413, "too-large", detail))
        }
        Body::Incomplete => {
            let detail = "the body did not come, or not within ten seconds";
            Err(Problem::new(408, "too-slow", detail))
        }
    }
}

fn unauthorized() -> Problem {
    let detail = "a key or a signature that is known here is needed";
    Problem::new(401, "unauthorized", detail)
}
