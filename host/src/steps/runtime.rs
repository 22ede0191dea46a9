//! The steps module, compiled once for any number of clients.

use std::path::Path;

use wasmtime::{Engine, Module};

use super::{client::StepsClient, driver, module::StepsModule, options::StepsOptions};
use crate::{compiled, components::STEPS, engine::engine, error::Result};

/// The compiled module of the client without I/O.
///
/// ```no_run
/// use onepassword_users_host::{StepsOptions, StepsRuntime};
///
/// # async fn example() -> onepassword_users_host::Result<()> {
/// let variables = std::env::vars().filter(|(name, _)| name.starts_with("OP_USERS_"));
/// let client = StepsRuntime::new()?.client(StepsOptions::new(variables))?;
/// match client.get_user("IR7VJHJ36JHINBFAD7V2T5MP3E").await? {
///     Ok(user) => println!("{} is {:?}", user.email, user.state),
///     Err(error) => println!("{}", error.message),
/// }
/// # Ok(())
/// # }
/// ```
pub struct StepsRuntime {
    engine: Engine,
    module: Module,
}

impl StepsRuntime {
    /// Compiles the module that this crate contains.
    pub fn new() -> Result<Self> {
        Self::with_module(STEPS)
    }

    /// The same, with what is compiled kept in this folder, if there is one, from one process to the next.
    ///
    /// A user who can write to the folder can run code in this process: no other user may write to it. A folder that cannot be
    /// used is passed over.
    pub fn cached_in(folder: Option<&Path>) -> Result<Self> {
        Self::compile(STEPS, folder)
    }

    /// Compiles another build of the module.
    pub fn with_module(module: &[u8]) -> Result<Self> {
        Self::compile(module, None)
    }

    fn compile(module: &[u8], compiled_folder: Option<&Path>) -> Result<Self> {
        let engine = engine()?;
        Ok(Self {
            module: compiled::load(&engine, module, compiled_folder)?,
            engine,
        })
    }

    /// Creates a client of one account, with an instance of the module of its own. Wrong settings are errors of its calls.
    ///
    /// Fails if the module is not one of this version of the messages, or does not fit into the maximum memory.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, in which a task drives the instance until the client is dropped.
    pub fn client(&self, options: StepsOptions) -> Result<StepsClient> {
        let module = StepsModule::new(&self.engine, &self.module, options.limits())?;
        let (commands, http) = driver::start(module, options)?;
        Ok(StepsClient::new(commands, http))
    }
}
