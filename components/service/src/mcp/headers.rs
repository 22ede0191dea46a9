//! The revision that a request speaks, and its headers, which must say the same as its body (revision 2026-07-28, Streamable HTTP).

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    fields::Fields,
    message::{Message, RpcError},
    revision::{REVISIONS, Revision, STATELESS},
};
use crate::{request::Request, text::printable};

/// Fields of `_meta`.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const CLIENT: &str = "io.modelcontextprotocol/clientInfo";

/// Client of a request, as it describes itself.
pub(super) struct Caller {
    pub(super) revision: Revision,
    /// Name and version, for the log. None if it gives none.
    pub(super) client: Option<String>,
    /// True if the client can ask its person to fill in a form.
    pub(super) can_ask: bool,
}

impl Caller {
    /// Reads the revision of a request, and compares its headers with its body.
    pub(super) fn read(request: &Request, message: &Message<'_>) -> Result<Self, RpcError> {
        let invalid = |cause: String| RpcError::invalid_meta(&format!("`_meta`: {cause}"));
        let meta = message.params.object("_meta").map_err(invalid)?;
        let meta = meta.unwrap_or_default();
        let version = meta.text(VERSION).map_err(invalid)?;
        let header = single_header(request, "mcp-protocol-version")?;
        let client = meta.object(CLIENT).ok().flatten().and_then(client_name);
        let Some(version) = &version else {
            return match header {
                Some(STATELESS) => Err(missing(VERSION)),
                Some(header) if !REVISIONS.contains(&header) => {
                    Err(RpcError::unsupported_version(header))
                }
                _ => Ok(Self::of_session(client)),
            };
        };
        if header != Some(version) {
            return Err(RpcError::header_mismatch(
                "MCP-Protocol-Version is not the version in `_meta`",
            ));
        }
        if version != STATELESS {
            return if REVISIONS.contains(&version.as_str()) {
                Ok(Self::of_session(client))
            } else {
                Err(RpcError::unsupported_version(version))
            };
        }
        if single_header(request, "mcp-method")? != Some(&message.method) {
            return Err(RpcError::header_mismatch(
                "Mcp-Method is not the method in the body",
            ));
        }
        if message.method == "tools/call" {
            let name = message.params.text("name").map_err(invalid)?;
            let header = single_header(request, "mcp-name")?.and_then(decoded);
            if header.is_none() || header.as_deref() != name.as_deref().map(str::as_bytes) {
                return Err(RpcError::header_mismatch(
                    "Mcp-Name is not the name in the body",
                ));
            }
        }
        let capabilities = meta.object(CAPABILITIES).map_err(invalid)?;
        let capabilities = capabilities.ok_or_else(|| missing(CAPABILITIES))?;
        let elicitation = capabilities.object("elicitation").map_err(invalid)?;
        Ok(Self {
            revision: Revision::Stateless,
            client,
            can_ask: elicitation.is_some_and(|ways| has_form(&ways)),
        })
    }

    /// A client that told its capabilities in an earlier request, which is not remembered.
    const fn of_session(client: Option<String>) -> Self {
        Self {
            revision: Revision::Session,
            client,
            can_ask: false,
        }
    }
}

fn missing(field: &str) -> RpcError {
    RpcError::invalid_meta(&format!("`_meta` lacks {field}"))
}

/// True if a client can ask its person to fill in a form: also if it names no way to ask.
fn has_form(elicitation: &Fields<'_>) -> bool {
    elicitation.json("form").is_some() || elicitation.json("url").is_none()
}

/// Returns the name and the version of a client as a text for the log.
fn client_name(client: Fields<'_>) -> Option<String> {
    let field = |name| client.text(name).ok().flatten().unwrap_or_default();
    let name = printable(&format!("{} {}", field("name"), field("version")));
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Returns the value of a header. None if it is absent.
///
/// Errors: a request with more than one. A proxy in front of the service could read a different one of them.
fn single_header<'r>(request: &'r Request, name: &str) -> Result<Option<&'r str>, RpcError> {
    let value = request.header(name);
    let is_present = request.headers.iter().any(|header| header.0 == name);
    if is_present && value.is_none() {
        return Err(RpcError::header_mismatch(&format!(
            "there is more than one {name}"
        )));
    }
    Ok(value)
}

/// Decodes the value of a header, which may be written as `=?base64?…?=`.
fn decoded(value: &str) -> Option<Vec<u8>> {
    let encoded = value
        .strip_prefix("=?base64?")
        .and_then(|value| value.strip_suffix("?="));
    encoded.map_or_else(
        || Some(value.as_bytes().to_vec()),
        |encoded| STANDARD.decode(encoded).ok(),
    )
}
