//! What a caller who is let in asks for, done.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::Serialize;

use crate::{
    audit::Act,
    bindings::{
        containment::{Selector, Target},
        types::{Error, ErrorCode},
    },
    bulk,
    bulk_request::{Order, Way},
    json::{ShownFinding, ShownUser},
    list::{self, ShownPage},
    plugin::Plugin,
    query::parameters,
    request::Request,
    response::{Answer, Problem},
    route::Route,
    service::whole,
    settings::Settings,
    text::{LONGEST, is_long},
};

const OPENAPI: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// What a check found.
#[derive(Serialize)]
struct Findings<'a> {
    findings: Vec<ShownFinding<'a>>,
}

/// Does what a caller may ask for.
pub(crate) fn run(
    plugin: &impl Plugin,
    settings: &Settings,
    request: &Request,
    route: &Route,
    act: &Act<'_>,
) -> Result<Answer, Problem> {
    let many = |way| change(plugin, settings, request, way, act).map(|(answer, _)| answer);
    let one = |way, id| {
        let [] = asked(request, [])?;
        one(plugin, settings, way, named(id)?, act)
    };
    match route {
        Route::Contain | Route::Hook => many(Way::Contain),
        Route::Restore => many(Way::Restore),
        Route::Suspend(id) => one(Way::Contain, id),
        Route::Reactivate(id) => one(Way::Restore, id),
        Route::User(id) => {
            let [] = asked(request, [])?;
            let user = plugin.get_user(named(id)?)?;
            Ok(Answer::json(200, &ShownUser::from(&user)))
        }
        Route::Find => {
            let [email] = asked(request, ["email"])?;
            let email = email.ok_or_else(|| Problem::bad_request("`email` is missing"))?;
            let user = plugin.find_user(named(&email)?).map_err(of_the_account)?;
            Ok(Answer::json(200, &ShownUser::from(&user)))
        }
        Route::List => {
            let options = list::options(asked(request, list::PARAMETERS)?)?;
            let page = plugin.list_users(&options).map_err(of_the_account)?;
            Ok(Answer::json(200, &ShownPage::from(&page)))
        }
        Route::Check => {
            let [] = asked(request, [])?;
            let findings = plugin.check();
            let findings = findings.iter().map(ShownFinding::from).collect();
            Ok(Answer::json(200, &Findings { findings }))
        }
        Route::Health | Route::OpenApi => {
            let [] = asked(request, [])?;
            Ok(Answer {
                body: OPENAPI.to_owned(),
                ..Answer::json(200, &())
            })
        }
    }
}

/// Changes whom the body of a request names; says too whether that is settled for everybody.
pub(crate) fn change(
    plugin: &impl Plugin,
    settings: &Settings,
    request: &Request,
    way: Way,
    act: &Act<'_>,
) -> Result<(Answer, bool), Problem> {
    let body = whole(request)?;
    if !is_json(request.header("content-type")) {
        let detail = "the content type must be application/json";
        return Err(Problem::new(415, "unsupported-media-type", detail));
    }
    let [] = parameters(request.query(), [])?;
    bulk::change(plugin, settings, way, &Order::read(body)?, act)
}

/// Changes one user, within the limits of every call.
fn one(
    plugin: &impl Plugin,
    settings: &Settings,
    way: Way,
    id: &str,
    act: &Act<'_>,
) -> Result<Answer, Problem> {
    let order = Order::one(id);
    let targets = [Target {
        who: Selector::Id(id.to_owned()),
        expect_email: None,
    }];
    let options = bulk::options(settings, &order);
    let report = bulk::call(plugin, way, &targets, &options)?;
    bulk::one(&order, way, act, &report)
}

/// The parameters of a request that takes no body.
fn asked<const N: usize>(
    request: &Request,
    names: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    if !whole(request)?.is_empty() {
        return Err(Problem::bad_request("this request takes no body"));
    }
    parameters(request.query(), names)
}

/// An id or an address, if it is not too long.
fn named(who: &str) -> Result<&str, Problem> {
    if is_long(who) {
        return Err(Problem::bad_request(format!(
            "an id or an e-mail address has at most {LONGEST} characters"
        )));
    }
    Ok(who)
}

/// The error of a list: one that is not found is the account, which is a setting.
fn of_the_account(error: Error) -> Problem {
    let is_account = error.code == ErrorCode::NotFound && error.status.is_some();
    let mut problem = Problem::from(error);
    if is_account {
        problem.status = 502;
    }
    problem
}

/// Whether a body is said to be JSON in UTF-8.
fn is_json(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    kind.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| {
            let value = parameter
                .split_once('=')
                .map(|(name, value)| (name, value.trim_matches('"')));
            value.is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8")
            })
        })
}
