//! Handlers of the routes, for requests that are authenticated.

use alloc::{borrow::ToOwned, format, string::String};

use onepassword_users::UserAction;
use serde::Serialize;

use crate::{
    bindings::types::{Error, ErrorCode},
    bulk::{self, BulkResponse},
    bulk_request::BulkRequest,
    check,
    json::UserJson,
    list::{self, UserPageBody},
    plugin::Plugin,
    problem::Problem,
    query::parse_query,
    replay_cache::Carried,
    request::{Request, RequestContext},
    response::{Response, ResponseBody},
    route::Route,
    settings::Settings,
    text::{MAX_CHARS, is_too_long, without_byte_order_mark},
};

/// Description of the service, without the white space of its source.
const OPENAPI: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// JSON of a health check.
#[derive(Serialize)]
struct HealthJson {
    status: &'static str,
}

/// Carries out an authorized request.
pub(crate) fn handle(
    plugin: &impl Plugin,
    settings: &Settings,
    request: &Request,
    route: &Route,
    context: RequestContext,
) -> Result<Response, Problem> {
    let change_many = |action, context| {
        let changed = change_users(plugin, settings, request, action, None, context)?;
        Ok(changed.response)
    };
    let change_one = |action, id, context| {
        if !is_empty_object(request.whole_body()?) {
            return Err(Problem::bad_request("this request takes no body"));
        }
        let [] = parse_query(request.query(), [])?;
        bulk::change_user(plugin, settings, action, check_length(id)?, context)
    };
    match route {
        Route::Contain | Route::ContainWebhook => change_many(UserAction::Suspend, context),
        Route::Restore => change_many(UserAction::Reactivate, context),
        Route::SuspendUser(id) => change_one(UserAction::Suspend, id, context),
        Route::ReactivateUser(id) => change_one(UserAction::Reactivate, id, context),
        Route::GetUser(id) => {
            let [] = parse_query_only(request, [])?;
            let user = plugin.get_user(check_length(id)?)?;
            Ok(Response::json(&UserJson::from(&user)))
        }
        Route::FindUser => {
            let [email] = parse_query_only(request, ["email"])?;
            let email = email.ok_or_else(|| Problem::bad_request("`email` is missing"))?;
            let user = plugin
                .find_user(check_length(&email)?)
                .map_err(list_problem)?;
            Ok(Response::json(&UserJson::from(&user)))
        }
        Route::ListUsers => {
            let options = list::parse_options(parse_query_only(request, list::PARAMETERS)?)?;
            let page = plugin.list_users(&options).map_err(list_problem)?;
            Ok(Response::with_body(ResponseBody::UserPage(UserPageBody(
                page,
            ))))
        }
        Route::Check => {
            let [] = parse_query_only(request, [])?;
            Ok(check::check(plugin, settings, context))
        }
        Route::OpenApi => {
            let [] = parse_query_only(request, [])?;
            Ok(Response::json_text(OPENAPI.to_owned()))
        }
        Route::Health => health(request),
        Route::Ready => ready(plugin, request, Ok(settings)),
        // Answered before: its failures are messages of its own protocol.
        Route::Mcp => Err(Problem::new(
            404,
            "no-route",
            "this service has no such path",
        )),
    }
}

/// Reports that the service is alive. Ignores the body, and calls nothing.
pub(crate) fn health(request: &Request) -> Result<Response, Problem> {
    let [] = parse_query(request.query(), [])?;
    Ok(Response::json(&HealthJson { status: "alive" }))
}

/// Reports if the service can work. Ignores the body, and sends no request to the API.
pub(crate) fn ready(
    plugin: &impl Plugin,
    request: &Request,
    settings: Result<&Settings, &str>,
) -> Result<Response, Problem> {
    let [] = parse_query(request.query(), [])?;
    check::ready(plugin, settings)
}

/// Changes the users that the body of a request names, except those for whom an earlier delivery was carried out.
pub(crate) fn change_users(
    plugin: &impl Plugin,
    settings: &Settings,
    request: &Request,
    action: UserAction,
    before: Option<&Carried>,
    context: RequestContext,
) -> Result<BulkResponse, Problem> {
    let body = request.whole_body()?;
    if !is_json(request.header("content-type")) {
        let detail = "the content type must be application/json";
        return Err(Problem::unsupported_media_type(detail));
    }
    let [] = parse_query(request.query(), [])?;
    let parsed = BulkRequest::parse(body)?;
    bulk::change_users(plugin, settings, action, parsed, before, context)
}

/// Reads the query of a request that must not have a body.
fn parse_query_only<const N: usize>(
    request: &Request,
    names: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    if !request.whole_body()?.is_empty() {
        return Err(Problem::bad_request("this request takes no body"));
    }
    parse_query(request.query(), names)
}

/// Returns true if a body is empty, or an empty JSON object: some programs send one with every `POST`.
fn is_empty_object(body: &[u8]) -> bool {
    let body = without_byte_order_mark(body).trim_ascii();
    let content = body
        .strip_prefix(b"{")
        .and_then(|body| body.strip_suffix(b"}"));
    content.unwrap_or(body).trim_ascii().is_empty()
}

/// Returns the id or e-mail address, or a 400 if it is too long.
fn check_length(who: &str) -> Result<&str, Problem> {
    if is_too_long(who) {
        return Err(Problem::bad_request(format!(
            "an id or an e-mail address must not have more than {MAX_CHARS} characters"
        )));
    }
    Ok(who)
}

/// Turns an error of reading the list into a problem. A 404 of the server means the account, which is a setting of the service
/// and no mistake of the caller.
pub(crate) fn list_problem(error: Error) -> Problem {
    let is_account = error.code == ErrorCode::NotFound && error.status.is_some();
    let mut problem = Problem::from(error);
    if is_account {
        problem.status = 502;
    }
    problem
}

/// Returns true if a content type is JSON in UTF-8.
pub(crate) fn is_json(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    media_type.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| {
            let value = parameter
                .split_once('=')
                .map(|(name, value)| (name, value.trim_matches('"')));
            value.is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8")
            })
        })
}
