//! Revisions of the protocol.

/// Revisions that this server speaks, the newest first.
pub(super) const REVISIONS: [&str; 3] = [STATELESS, "2025-11-25", "2025-06-18"];
/// Revision in which each request stands alone.
pub(super) const STATELESS: &str = "2026-07-28";
/// The latest revision that opens with `initialize`.
const LATEST_SESSION: &str = "2025-11-25";

/// Kind of revision.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Revision {
    /// Each request has its version and capabilities: since 2026-07-28.
    Stateless,
    /// A session opens with `initialize`: until 2025-11-25.
    Session,
}

/// Returns the revision for a client that asks for one by `initialize`: the same if it is spoken, and else the latest.
pub(super) fn session_revision(requested: &str) -> &'static str {
    let mut spoken = REVISIONS
        .into_iter()
        .filter(|revision| *revision != STATELESS);
    spoken
        .find(|revision| *revision == requested)
        .unwrap_or(LATEST_SESSION)
}
