//! Model Context Protocol at `POST /mcp`: tools for language models.
//!
//! Serves the revision 2026-07-28, in which each request stands alone, and those that open with `initialize`. Both get the same
//! tools. No request opens a session, and no response is a stream.

mod approval;
mod arguments;
mod change;
mod fields;
mod headers;
mod message;
mod plan;
mod revision;
mod server_info;
mod tool;
mod tool_result;

use alloc::{borrow::ToOwned, format};

use self::{
    arguments::CallParams,
    headers::Caller,
    message::{Message, RpcError},
    revision::{REVISIONS, Revision, session_revision},
    server_info::{ABOUT, SERVER_INFO, stateless_result},
    tool::Tool,
    tool_result::ToolContent,
};
pub(crate) use self::{
    plan::UsedPlans,
    tool_result::{ToolCall, ToolResult},
};
use crate::{
    api_key::ApiKey,
    check,
    handlers::{is_json, list_problem},
    list::UserPageBody,
    plugin::Plugin,
    problem::Problem,
    query::parse_query,
    request::{Request, RequestContext},
    response::{Response, ResponseBody},
    settings::Settings,
    text::visible,
};

/// Names of this machine, as a browser on it writes them.
const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Everything that a call needs, beside its arguments.
pub(crate) struct Tools<'a, P> {
    pub(crate) plugin: &'a P,
    pub(crate) settings: &'a Settings,
    /// Key of the caller.
    pub(crate) key: &'a ApiKey,
    /// Plans that were carried out, or declined.
    pub(crate) used_plans: &'a UsedPlans,
}

/// Checks that no page on the internet sent the request: a browser says where a page comes from, and could be made to send it here
/// by a name that resolves to this machine.
///
/// # Errors
///
/// 403 for any origin but this machine, for a request to this machine.
pub(crate) fn check_origin(request: &Request) -> Result<(), Problem> {
    let has_origin = request.headers.iter().any(|header| header.0 == "origin");
    let host = request.header("host").map(without_port);
    let origin = request
        .header("origin")
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| without_port(host));
    let is_loopback = |host: Option<&str>| {
        host.is_some_and(|host| {
            LOOPBACK_HOSTS
                .iter()
                .any(|loopback| host.eq_ignore_ascii_case(loopback))
        })
    };
    if !has_origin || (is_loopback(host) && is_loopback(origin)) {
        return Ok(());
    }
    let detail = "requests of web pages are refused: the header Origin is not that of this machine";
    Err(Problem::new(403, "forbidden-origin", detail))
}

/// Returns a host without the port behind it.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Responds to a request with a valid key.
pub(crate) fn respond(
    tools: &Tools<'_, impl Plugin>,
    request: &Request,
    context: RequestContext,
) -> Response {
    let parsed = message_body(request).and_then(Message::parse);
    let message = match parsed {
        Ok(message) => message,
        Err(error) => return error.response(None),
    };
    let Some(id) = message.id else {
        return if message.method.starts_with("notifications/") {
            Response::empty(202)
        } else {
            let error = RpcError::invalid_request("a request needs an `id`");
            error.response(None)
        };
    };
    match dispatch(tools, request, &message, id, context) {
        Ok(response) => response,
        Err(error) => error.response(Some(id)),
    }
}

/// Returns the body of a request, if it can be a message.
fn message_body(request: &Request) -> Result<&[u8], RpcError> {
    let [] = parse_query(request.query(), [])?;
    let body = request.whole_body()?;
    if is_json(request.header("content-type")) {
        Ok(body)
    } else {
        let detail = "the content type must be application/json";
        Err(Problem::unsupported_media_type(detail).into())
    }
}

fn dispatch(
    tools: &Tools<'_, impl Plugin>,
    request: &Request,
    message: &Message<'_>,
    id: &str,
    context: RequestContext,
) -> Result<Response, RpcError> {
    let caller = Caller::read(request, message)?;
    let is_stateless = caller.revision == Revision::Stateless;
    match message.method.as_str() {
        "initialize" if !is_stateless => Ok(initialized(message, id)?),
        "ping" if !is_stateless => Ok(result_response(id, "{}")),
        "server/discover" => Ok(discovered(id)),
        "tools/list" => Ok(listed(tools, &caller, id)),
        "tools/call" => {
            let params = CallParams::read(&message.params)
                .map_err(|cause| RpcError::invalid_params(format!("Invalid params: {cause}")))?;
            let tool = Tool::named(&params.name).ok_or_else(|| {
                RpcError::invalid_params(format!("Unknown tool: {}", visible(&params.name)))
            })?;
            if tools.key.role < tool.role() {
                let detail = format!("{} needs a key with the role `contain`", tool.name());
                return Err(RpcError::from(Problem::new(403, "forbidden", detail))
                    .of_caller(&context.caller));
            }
            call(tools, &caller, tool, &params, id, context)
        }
        _ => Err(RpcError::method_not_found(
            &message.method,
            &caller.revision,
        )),
    }
}

/// Calls a tool.
fn call(
    tools: &Tools<'_, impl Plugin>,
    caller: &Caller,
    tool: Tool,
    params: &CallParams<'_>,
    id: &str,
    context: RequestContext,
) -> Result<Response, RpcError> {
    let tool_call = ToolCall {
        tool,
        client: caller.client.clone(),
        context,
    };
    let content = match tool {
        Tool::SuspendUsers | Tool::ReactivateUsers => {
            match change::change(tools, caller, tool, params, &tool_call.context)? {
                change::Step::Done(content) => Ok(content),
                change::Step::Question(json) => return Ok(result_response(id, &json)),
            }
        }
        _ => read(tools, tool, params, &tool_call.context),
    };
    let result = ToolResult {
        id: id.to_owned(),
        is_stateless: caller.revision == Revision::Stateless,
        call: tool_call,
        content: content.unwrap_or_else(ToolContent::Error),
    };
    Ok(Response::with_body(ResponseBody::ToolResult(result.into())))
}

/// Calls a tool that changes nothing.
fn read(
    tools: &Tools<'_, impl Plugin>,
    tool: Tool,
    params: &CallParams<'_>,
    context: &RequestContext,
) -> Result<ToolContent, Problem> {
    let Tools {
        plugin, settings, ..
    } = tools;
    match tool {
        Tool::ListUsers => {
            let options = arguments::list_options(params)?;
            let page = plugin.list_users(&options).map_err(list_problem)?;
            Ok(ToolContent::UserPage(UserPageBody(page)))
        }
        Tool::GetUser => Ok(ToolContent::User(plugin.get_user(&arguments::id(params)?)?)),
        Tool::FindUser => {
            let found = plugin.find_user(&arguments::email(params)?);
            Ok(ToolContent::User(found.map_err(list_problem)?))
        }
        Tool::CheckConnection => {
            arguments::none(params)?;
            Ok(ToolContent::Findings(check::findings(*plugin, settings)))
        }
        Tool::SuspendUsers | Tool::ReactivateUsers => Err(Problem::new(
            500,
            "other",
            format!("{} is not read for {}", tool.name(), context.caller),
        )),
    }
}

/// Responds to `initialize` (revision 2025-11-25, Lifecycle). Remembers nothing.
fn initialized(message: &Message<'_>, id: &str) -> Result<Response, RpcError> {
    let requested = message.params.text("protocolVersion");
    let requested = requested.ok().flatten().ok_or_else(|| {
        RpcError::invalid_params("Invalid params: `protocolVersion` must be a text")
    })?;
    let revision = session_revision(&requested);
    let json =
        format!("{{\"protocolVersion\":\"{revision}\",\"serverInfo\":{SERVER_INFO},{ABOUT}}}");
    Ok(result_response(id, &json))
}

/// Responds to `server/discover`.
fn discovered(id: &str) -> Response {
    let json = format!(
        "{{\"supportedVersions\":[\"{}\"],{ABOUT}}}",
        REVISIONS.join("\",\"")
    );
    result_response(id, &stateless_result(&json))
}

/// Responds to `tools/list` with the tools that the caller may call.
fn listed(tools: &Tools<'_, impl Plugin>, caller: &Caller, id: &str) -> Response {
    let json = format!("{{\"tools\":[{}]}}", tool::listed(tools.key.role));
    let is_stateless = caller.revision == Revision::Stateless;
    let json = if is_stateless {
        stateless_result(&json)
    } else {
        json
    };
    result_response(id, &json)
}

/// Makes the response with a result.
fn result_response(id: &str, result: &str) -> Response {
    Response::json_text(format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{result}}}"
    ))
}
