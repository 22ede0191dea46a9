//! The person who runs the command, for the audit and the report.

/// Name of the account on this machine and of the machine, for example `wendy@desk-7`. Says who ran the command as far as the
/// machine knows: any program can set it.
pub(crate) fn default_operator() -> String {
    let unknown = |_| "unknown".to_owned();
    let login = whoami::username().unwrap_or_else(unknown);
    let host = whoami::hostname().unwrap_or_else(unknown);
    format!("{login}@{host}")
}
