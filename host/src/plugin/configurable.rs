//! The plugin for hosts without environments, configured by a function call.

use std::{
    ops::{Deref, DerefMut},
    path::Path,
};

use super::{instance::Instance, options::InstanceOptions, runtime::Runtime, settings::Settings};
use crate::{
    bindings::{configuration, types::Error},
    call::Call,
    components::CONFIGURABLE_COMPONENT,
    deadline,
    error::Result,
};

/// The compiled plugin of the world `configurable-plugin`.
///
/// ```no_run
/// use onepassword_users_host::{
///     ApiVersion, BaseUrl, ClientCredentials, ConfigurableRuntime, Credentials, InstanceOptions, Settings,
/// };
///
/// # async fn example() -> onepassword_users_host::Result<()> {
/// let runtime = ConfigurableRuntime::new()?;
/// let mut instance = runtime.instance(InstanceOptions::new([])).await?;
/// let settings = Settings {
///     account_id: "IR7VJHJ36JHINBFAD7V2T5MP3E".into(),
///     credentials: Credentials::Client(ClientCredentials {
///         client_id: "id".into(),
///         client_secret: "secret".into(),
///     }),
///     base_url: BaseUrl::Com,
///     api_version: ApiVersion::Auto,
///     token_path: None,
///     revoke_path: None,
///     user_agent: None,
///     deadline_ms: None,
/// };
/// if let Err(error) = instance.configure(&settings).await? {
///     println!("{}", error.message);
/// }
/// # Ok(())
/// # }
/// ```
pub struct ConfigurableRuntime {
    plugin: Runtime,
    configuration: configuration::GuestIndices,
}

impl ConfigurableRuntime {
    /// Compiles the configurable plugin that this crate contains.
    pub fn new() -> Result<Self> {
        Self::with_component(CONFIGURABLE_COMPONENT)
    }

    /// The same, with what is compiled kept in this folder, if there is one, from one process to the next.
    ///
    /// A user who can write to the folder can run code in this process: no other user may write to it. A folder that cannot be
    /// used is passed over.
    pub fn cached_in(folder: Option<&Path>) -> Result<Self> {
        Self::compile(CONFIGURABLE_COMPONENT, folder)
    }

    /// Compiles another build of the configurable plugin.
    pub fn with_component(component: &[u8]) -> Result<Self> {
        Self::compile(component, None)
    }

    fn compile(component: &[u8], compiled_folder: Option<&Path>) -> Result<Self> {
        let plugin = Runtime::compile(component, compiled_folder)?;
        Ok(Self {
            configuration: configuration::GuestIndices::new(&plugin.pre)?,
            plugin,
        })
    }

    /// Creates an instance. Its functions fail with `not-configured` until [`ConfigurableInstance::configure`] succeeds.
    pub async fn instance(&self, options: InstanceOptions) -> Result<ConfigurableInstance> {
        let (mut instance, component_instance) =
            Instance::new(&self.plugin.pre, &self.plugin.indices, options).await?;
        let configuration = self
            .configuration
            .load(&mut instance.store, &component_instance)?;
        Ok(ConfigurableInstance {
            instance,
            configuration,
        })
    }
}

/// An [`Instance`] that is configured by a function call.
pub struct ConfigurableInstance {
    instance: Instance,
    configuration: configuration::Guest,
}

impl ConfigurableInstance {
    /// `configuration.configure`
    pub async fn configure(&mut self, settings: &Settings) -> Result<Result<(), Error>> {
        let call = Call::begin(&mut self.instance.store, self.instance.deadline);
        let settings_in_bindings = settings.into();
        let result = self
            .configuration
            .call_configure(&mut self.instance.store, &settings_in_bindings);
        let result = call.end(result).await?;
        if result.is_ok() {
            self.instance.deadline = deadline::from_ms(settings.deadline_ms);
        }
        Ok(result)
    }
}

impl Deref for ConfigurableInstance {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        &self.instance
    }
}

impl DerefMut for ConfigurableInstance {
    fn deref_mut(&mut self) -> &mut Instance {
        &mut self.instance
    }
}
