//! A client of any kind, with the calls that are measured.

use std::fs;

use host::{
    Instance, InstanceOptions, ListOptions, Runtime, StepsClient, StepsOptions, StepsRuntime,
};

use crate::{NativeClient, PlainHost, Result, Settings};

/// Setting with the file of the floor.
const FLOOR: &str = "FLOOR_COMPONENT";
/// Setting with the file of another component, to be run in the plain host.
const RIVAL: &str = "RIVAL_COMPONENT";

/// Kinds of clients.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The plugin in this project's host.
    Plugin,
    /// The module without I/O in this project's host.
    Steps,
    /// The floor in this project's host.
    Floor,
    /// reqwest and serde.
    Native,
    /// The plugin in a host of wasmtime's own parts, which opens a connection for each request.
    PlainPlugin,
    /// A component of another tool in the same host.
    Rival,
}

impl Kind {
    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "plugin" => Self::Plugin,
            "steps" => Self::Steps,
            "floor" => Self::Floor,
            "native" => Self::Native,
            "plain-plugin" => Self::PlainPlugin,
            "rival" => Self::Rival,
            _ => return None,
        })
    }
}

/// A client that is ready for calls.
pub enum MeasuredClient {
    /// The plugin, or the floor.
    Instance(Box<Instance>),
    /// The module without I/O.
    Steps(StepsClient),
    /// A native client.
    Native(Box<NativeClient>),
    /// A component in the plain host.
    Plain(Box<PlainHost>),
}

/// Options of the largest page.
#[must_use]
pub fn largest_page() -> ListOptions {
    ListOptions {
        filter: None,
        max_page_size: Some(1000),
        page_token: None,
    }
}

impl MeasuredClient {
    /// A client with these settings.
    ///
    /// # Errors
    ///
    /// Fails if a setting is missing, or a component cannot be run.
    pub async fn new(kind: Kind, settings: &Settings) -> Result<Self> {
        let variables = settings.0.clone();
        Ok(match kind {
            Kind::Plugin => Self::instance(Runtime::new()?, variables).await?,
            Kind::Floor => {
                let floor = fs::read(settings.get(FLOOR)?)?;
                Self::instance(Runtime::with_component(&floor)?, variables).await?
            }
            Kind::Steps => Self::Steps(StepsRuntime::new()?.client(StepsOptions::new(variables))?),
            Kind::Native => Self::Native(Box::new(NativeClient::new(settings)?)),
            Kind::PlainPlugin => {
                let host = PlainHost::new(host::COMPONENT, settings).await?;
                Self::Plain(Box::new(host))
            }
            Kind::Rival => {
                let rival = fs::read(settings.get(RIVAL)?)?;
                Self::Plain(Box::new(PlainHost::new(&rival, settings).await?))
            }
        })
    }

    async fn instance(runtime: Runtime, variables: Vec<(String, String)>) -> Result<Self> {
        let options = InstanceOptions::new(variables);
        Ok(Self::Instance(Box::new(runtime.instance(options).await?)))
    }

    /// Reads one user.
    ///
    /// # Errors
    ///
    /// Fails if the call does.
    pub async fn get(&mut self, id: &str) -> Result<()> {
        match self {
            Self::Instance(instance) => drop(instance.get_user(id).await?.map_err(message)?),
            Self::Steps(client) => drop(client.get_user(id).await?.map_err(message)?),
            Self::Native(client) => drop(client.get_user(id).await?),
            Self::Plain(host) => host.get(id).await?,
        }
        Ok(())
    }

    /// Lists a page of a thousand users.
    ///
    /// # Errors
    ///
    /// Fails if the call does.
    pub async fn list(&mut self) -> Result<()> {
        let page = largest_page();
        match self {
            Self::Instance(instance) => drop(instance.list_users(&page).await?.map_err(message)?),
            Self::Steps(client) => drop(client.list_users(&page).await?.map_err(message)?),
            Self::Native(client) => drop(client.list_users().await?),
            Self::Plain(host) => host.list().await?,
        }
        Ok(())
    }

    /// Finds the user with an e-mail address among all.
    ///
    /// # Errors
    ///
    /// Fails if the call does.
    pub async fn find(&mut self, email: &str) -> Result<()> {
        match self {
            Self::Instance(instance) => {
                drop(instance.find_user(email, None).await?.map_err(message)?);
            }
            Self::Steps(client) => drop(client.find_user(email, None).await?.map_err(message)?),
            Self::Native(client) => drop(client.find_user(email).await?),
            Self::Plain(_) => return Err("the plain host does not find users".into()),
        }
        Ok(())
    }
}

fn message(error: host::Error) -> String {
    error.message
}
