//! Model Context Protocol: revisions, headers, tools, and changes by a plan.

mod changes;
mod protocol;
mod results;

use serde_json::{Value, json};

use super::fake_plugin::*;
use crate::{
    request::{Body, Request},
    response::Response,
    service::Service,
};

/// A client of one service, with a plugin.
pub(super) struct Client {
    pub(super) service: Service,
    pub(super) plugin: FakePlugin,
    pub(super) key: &'static str,
    /// Capabilities that it declares.
    pub(super) capabilities: Value,
    /// Time of the next request.
    pub(super) now_ms: u64,
}

impl Client {
    /// A client with the role `contain`.
    pub(super) fn new() -> Self {
        Self {
            service: service(),
            plugin: FakePlugin::default(),
            key: "contain-key",
            capabilities: json!({}),
            now_ms: NOW_MS,
        }
    }

    /// Calls a method of the revision 2026-07-28. Returns the response, parsed.
    pub(super) fn ask(&self, method: &str, params: Value) -> Value {
        json(&self.send(&self.request(method, params)))
    }

    pub(super) fn send(&self, request: &Request) -> Response {
        self.service.respond(&self.plugin, request, "generated-id")
    }

    /// Makes a request of the revision 2026-07-28.
    pub(super) fn request(&self, method: &str, mut params: Value) -> Request {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": self.capabilities,
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        });
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let mut headers = vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", method),
        ];
        if let Some(name) = body["params"]["name"].as_str() {
            headers.push(("mcp-name", name));
        }
        self.raw(&headers, &body.to_string())
    }

    /// Makes a request with these headers and this body.
    pub(super) fn raw(&self, headers: &[(&str, &str)], body: &str) -> Request {
        let mut request = post("/mcp", body);
        request.headers[0].1 = format!("Bearer {}", self.key);
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        request.headers.extend(headers.iter().map(owned));
        request.time_ms = self.now_ms;
        request
    }

    /// Sends a body without headers of the protocol, as clients of earlier revisions do.
    pub(super) fn post(&self, body: &str) -> Response {
        self.send(&self.raw(&[], body))
    }

    /// Calls a tool. Returns its result.
    pub(super) fn call(&self, tool: &str, arguments: Value) -> Value {
        self.call_with(tool, arguments, json!({}))
    }

    /// Calls a tool, with further parameters.
    pub(super) fn call_with(&self, tool: &str, arguments: Value, mut params: Value) -> Value {
        params["name"] = tool.into();
        params["arguments"] = arguments;
        let response = self.ask("tools/call", params);
        assert_eq!(response["id"], 7, "{response}");
        response["result"].clone()
    }

    /// Calls a tool, and returns the code of its error.
    pub(super) fn error(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        error_code(&result)
    }

    /// Makes a plan with these arguments, and returns the arguments that carry it out.
    pub(super) fn plan(&self, tool: &str, arguments: &Value) -> Value {
        let mut dry_run = arguments.clone();
        dry_run["dry_run"] = true.into();
        let result = self.call(tool, dry_run);
        let mut arguments = arguments.clone();
        arguments["plan"] = result["structuredContent"]["plan"]["digest"].clone();
        assert!(arguments["plan"].is_string(), "{result}");
        arguments
    }

    /// Takes the calls of the plugin so far.
    pub(super) fn calls(&self) -> Vec<String> {
        self.plugin.calls.take()
    }
}

pub(super) fn error_code(result: &Value) -> String {
    let code = result["structuredContent"]["error"]["code"].as_str();
    code.unwrap_or_else(|| panic!("{result}")).to_owned()
}

/// Makes a request whose body is too large.
pub(super) fn too_large(mut request: Request) -> Request {
    request.body = Body::TooLarge;
    request
}
