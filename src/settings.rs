//! Settings of a client, checked once.

mod base_url;
mod checked;
mod credentials;
mod environment;
mod names;
mod problems;
mod raw;

pub(crate) use self::checked::deadline;
pub use self::{
    checked::Settings,
    credentials::Credentials,
    environment::{from_environment, is_set_by_kubernetes},
    problems::SettingsError,
    raw::{ApiVersion, Origin, RawSettings},
};

#[cfg(test)]
mod tests;
