//! The parts of a message that decide where it goes. The service reads the whole of it, and refuses what is wrong.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// Parts of a message. All of them are absent if it cannot be read.
#[derive(Default, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) params: Params,
    /// Answer of the client to a question.
    pub(super) result: Option<Value>,
}

/// Parameters of a request or a notification.
#[derive(Default, Deserialize)]
pub(super) struct Params {
    /// Name of a tool.
    pub(super) name: Option<Value>,
    /// Id of the request that is cancelled.
    #[serde(rename = "requestId")]
    pub(super) request_id: Option<Value>,
    /// Capabilities of a client that opens a session.
    pub(super) capabilities: Option<Value>,
    #[serde(default)]
    pub(super) arguments: Value,
    #[serde(default, rename = "_meta")]
    pub(super) meta: Value,
}

impl<'a> Message<'a> {
    pub(super) fn parse(line: &'a [u8]) -> Self {
        // serde accepts an array of the fields' values, too.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Self::default();
        }
        serde_json::from_slice(line).unwrap_or_default()
    }

    /// The id of a request. None for a notification.
    pub(super) fn id(&self) -> Option<Value> {
        let id = serde_json::from_str(self.id?.get()).ok()?;
        Some(id).filter(|id: &Value| !id.is_null())
    }

    /// Revision that the request names. None before 2026-07-28.
    pub(super) fn revision(&self) -> Option<&str> {
        let version = self
            .params
            .meta
            .get("io.modelcontextprotocol/protocolVersion");
        version.and_then(Value::as_str)
    }

    /// True for a call that hands back a plan, and may change users.
    pub(super) fn has_plan(&self) -> bool {
        self.params.arguments.get("plan").is_some()
    }
}

/// True if a client that opens a session can ask its person to fill in a form.
pub(super) fn can_ask(capabilities: &Value) -> bool {
    let elicitation = capabilities.get("elicitation").and_then(Value::as_object);
    elicitation.is_some_and(|ways| ways.contains_key("form") || !ways.contains_key("url"))
}
