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
    environment::from_environment,
    problems::SettingsError,
    raw::{ApiVersion, Origin, RawSettings},
};

#[cfg(test)]
mod tests;
