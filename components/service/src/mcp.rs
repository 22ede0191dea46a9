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
mod origin;
mod plan;
mod revision;
mod server_info;
mod tool;
mod tool_result;

use alloc::{borrow::ToOwned, format};

use onepassword_users::UserAction;

use self::{
    arguments::CallParams,
    change::{Step, change},
    headers::Caller,
    message::{Message, RpcError},
    revision::{REVISIONS, Revision, session_revision},
    server_info::{ABOUT, SERVER_INFO, stateless_result},
    tool::Tool,
    tool_result::ToolContent,
};
pub(crate) use self::{
    origin::check_origin,
    plan::UsedPlans,
    tool::Tools,
    tool_result::{ToolCall, ToolResult},
};
use crate::{
    check,
    handlers::{is_json, list_problem},
    list::UserPageBody,
    plugin::Plugin,
    problem::Problem,
    query::parse_query,
    request::{Request, RequestContext},
    response::{Response, ResponseBody},
    text::visible,
};

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
    let context = &tool_call.context;
    let step = match tool {
        Tool::ListUsers => list(tools, params).into(),
        Tool::GetUser => get(tools, params).into(),
        Tool::FindUser => find(tools, params).into(),
        Tool::CheckConnection => check_connection(tools, params).into(),
        Tool::SuspendUsers => change(tools, caller, UserAction::Suspend, params, context)?,
        Tool::ReactivateUsers => change(tools, caller, UserAction::Reactivate, params, context)?,
    };
    match step {
        Step::Question(json) => Ok(result_response(id, &json)),
        Step::Done(content) => {
            let result = ToolResult {
                id: id.to_owned(),
                is_stateless: caller.revision == Revision::Stateless,
                call: tool_call,
                content,
            };
            Ok(Response::with_body(ResponseBody::ToolResult(result.into())))
        }
    }
}

fn list(tools: &Tools<'_, impl Plugin>, params: &CallParams<'_>) -> Result<ToolContent, Problem> {
    let options = arguments::list_options(params)?;
    let page = tools.plugin.list_users(&options).map_err(list_problem)?;
    Ok(ToolContent::UserPage(UserPageBody(page)))
}

fn get(tools: &Tools<'_, impl Plugin>, params: &CallParams<'_>) -> Result<ToolContent, Problem> {
    let user = tools.plugin.get_user(&arguments::id(params)?)?;
    Ok(ToolContent::User(user))
}

fn find(tools: &Tools<'_, impl Plugin>, params: &CallParams<'_>) -> Result<ToolContent, Problem> {
    let user = tools.plugin.find_user(&arguments::email(params)?);
    Ok(ToolContent::User(user.map_err(list_problem)?))
}

fn check_connection(
    tools: &Tools<'_, impl Plugin>,
    params: &CallParams<'_>,
) -> Result<ToolContent, Problem> {
    arguments::none(params)?;
    let findings = check::findings(tools.plugin, tools.settings);
    Ok(ToolContent::Findings(findings))
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
