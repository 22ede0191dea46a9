//! Clients to be measured: the plugin, the module without I/O, a native client and the floor, behind one interface.

#![forbid(unsafe_code)]

mod core_client;
mod measured_client;
mod native;
mod plain_host;

pub use self::{
    core_client::CoreClient,
    measured_client::{Kind, MeasuredClient, largest_page},
    native::NativeClient,
    plain_host::{PlainHost, PooledComponent},
};

/// Result of a measured call. A failed one ends the measurement.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Client of HTTP as it comes, for requests that do not go through a proxy.
///
/// # Errors
///
/// Fails if the system has no certificate authorities.
pub fn http_client() -> Result<reqwest::Client> {
    // Fails if a client before this one has done it.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let timeout = std::time::Duration::from_secs(30);
    Ok(reqwest::Client::builder()
        .timeout(timeout)
        .no_proxy()
        .build()?)
}

/// Settings of the clients, by the names of the plugin's variables. `FLOOR_TOKEN` is a token for the floor, `FLOOR_COMPONENT` and
/// `RIVAL_COMPONENT` are the files of components.
#[derive(Clone, Debug)]
pub struct Settings(pub Vec<(String, String)>);

impl Settings {
    /// Those of the environment.
    #[must_use]
    pub fn from_environment() -> Self {
        let prefixes = ["OP_USERS_", "FLOOR_", "RIVAL_"];
        let is_setting = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        Self(
            std::env::vars()
                .filter(|(name, _)| is_setting(name))
                .collect(),
        )
    }

    /// A setting.
    ///
    /// # Errors
    ///
    /// Fails, with its name, if it is not set.
    pub fn get(&self, name: &str) -> Result<&str> {
        let setting = self.0.iter().find(|(key, _)| key == name);
        let value = setting.map(|(_, value)| value.as_str());
        value.ok_or_else(|| format!("{name} is not set").into())
    }
}
