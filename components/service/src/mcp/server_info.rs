//! Name and description of the server, and the fields that every result has since 2026-07-28.

use alloc::{format, string::String};

/// Name and version of this server, as JSON.
pub(super) const SERVER_INFO: &str = include_str!(concat!(env!("OUT_DIR"), "/server_info.json"));
/// Capabilities of this server, and what a model should know before it uses a tool: fields of an object.
pub(super) const ABOUT: &str = include_str!(concat!(env!("OUT_DIR"), "/about.json"));
/// Time for which a client may keep the list of tools, in milliseconds. It changes when the service is started with other settings.
const LIST_LIFETIME_MS: u32 = 60_000;

/// Adds the fields to a JSON object that a result which may be kept has since 2026-07-28.
pub(super) fn stateless_result(json: &str) -> String {
    let open = json.strip_suffix('}').unwrap_or(json);
    format!(
        "{open},\"ttlMs\":{LIST_LIFETIME_MS},\"cacheScope\":\"private\",{}}}",
        complete_fields()
    )
}

/// The fields of a complete result since 2026-07-28.
pub(super) fn complete_fields() -> String {
    format!(
        "\"resultType\":\"complete\",\"_meta\":{{\"io.modelcontextprotocol/serverInfo\":{SERVER_INFO}}}"
    )
}
