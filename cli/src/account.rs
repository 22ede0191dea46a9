//! The account that a command calls: the one in the environment, or a simulated one.

mod simulated_state;

use std::path::PathBuf;

use base64::{Engine, prelude::BASE64_STANDARD};
use host::{InstanceOptions, Network, RequestRecord, StepsClient, StepsOptions, StepsRuntime};
use simulator::Simulator;

use crate::{
    arguments::Arguments,
    compiled_folder, environment,
    failure::Failure,
    output::{printable::printable, setting_names::almost, stderr, text::request_line},
};

/// Prefix of the settings' names.
const PREFIX: &str = "OP_USERS_";
const USER_AGENT: &str = "OP_USERS_USER_AGENT";
/// Settings that a simulated account replaces. Other settings come from the environment.
const SIMULATED_SETTINGS: [&str; 6] = [
    "OP_USERS_ACCOUNT_ID",
    "OP_USERS_BASE_URL",
    "OP_USERS_BASIC",
    "OP_USERS_CLIENT_ID",
    "OP_USERS_CLIENT_SECRET",
    "OP_USERS_REGION",
];

/// An account. Dropping it stops its simulator, if it has one.
pub(crate) struct Account {
    settings: Vec<(String, String)>,
    network: Network,
    simulator: Option<Simulator>,
    /// File with the states of the simulated users.
    state_file: Option<PathBuf>,
}

impl Account {
    /// Opens the account that the arguments and the environment name. The component validates the settings at its first
    /// call.
    pub(crate) async fn open(arguments: &Arguments) -> Result<Self, Failure> {
        if arguments.simulator || arguments.simulator_state.is_some() {
            let mut account = Self::simulated().await?;
            if let (Some(simulator), Some(file)) = (&account.simulator, &arguments.simulator_state)
            {
                simulated_state::read(simulator, file)?;
                account.state_file = Some(file.clone());
            }
            return Ok(account);
        }
        let names = environment::names();
        if let Some(name) = names.iter().find(|name| almost(name).is_some()) {
            let message = format!("{} is not a setting", printable(name));
            return Err(Failure::usage(message));
        }
        Ok(Self {
            settings: settings(|_| true)?,
            network: network()?,
            simulator: None,
            state_file: None,
        })
    }

    /// Starts a simulated account of 60 users.
    pub(crate) async fn simulated() -> Result<Self, Failure> {
        let simulator = Simulator::builder()
            .users(60)
            .seed(1)
            .start()
            .await
            .map_err(|error| Failure::other(format!("the simulator could not start: {error}")))?;
        let mut settings = settings(|name| !SIMULATED_SETTINGS.contains(&name))?;
        settings.extend(
            [
                ("OP_USERS_ACCOUNT_ID", simulator.account_id().to_owned()),
                ("OP_USERS_BASE_URL", simulator.url().to_owned()),
                ("OP_USERS_CLIENT_ID", simulator.client_id().to_owned()),
                ("OP_USERS_CLIENT_SECRET", simulator.client_secret()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Ok(Self {
            settings,
            // A simulator is on this machine.
            network: Network::default(),
            simulator: Some(simulator),
            state_file: None,
        })
    }

    /// Settings of the account, as environment variables.
    pub(crate) fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// Certificate authorities and proxies for requests to the account.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Simulator of the account. None for a real account.
    pub(crate) fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// Creates a client. If verbose, each request is shown on standard error.
    pub(crate) fn client(&self, verbose: bool) -> Result<StepsClient, Failure> {
        let on_request = move |record: &RequestRecord| {
            if verbose {
                stderr::print_line(request_line(record));
            }
        };
        self.client_with(self.client_options().on_request(on_request))
    }

    /// Options of a client with the account's settings.
    pub(crate) fn client_options(&self) -> StepsOptions {
        StepsOptions::new(self.settings.iter().cloned()).network(self.network.clone())
    }

    /// Creates a client with these options.
    pub(crate) fn client_with(&self, options: StepsOptions) -> Result<StepsClient, Failure> {
        let runtime = StepsRuntime::cached_in(compiled_folder::find().as_deref());
        Ok(runtime?.client(options)?)
    }

    /// Options of an instance of the plugin with the account's settings.
    pub(crate) fn plugin_options(&self) -> InstanceOptions {
        InstanceOptions::new(self.settings.iter().cloned()).network(self.network.clone())
    }

    /// Value of a setting.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        let found = settings.find(|(found, _)| found == name)?;
        Some(&found.1)
    }

    /// Account id. Empty if it is not set.
    pub(crate) fn id(&self) -> &str {
        self.setting("OP_USERS_ACCOUNT_ID").unwrap_or_default()
    }

    /// Client id of the OAuth application. None if the settings do not contain it.
    pub(crate) fn client_id(&self) -> Option<String> {
        if let Some(id) = self.setting("OP_USERS_CLIENT_ID") {
            return Some(id.to_owned());
        }
        let pair = BASE64_STANDARD.decode(self.setting("OP_USERS_BASIC")?);
        let pair = String::from_utf8(pair.ok()?).ok()?;
        pair.split_once(':').map(|(id, _)| id.to_owned())
    }

    /// Writes the states of the simulated users to their file, if there is one.
    pub(crate) fn close(self) -> Result<(), Failure> {
        match (self.simulator, self.state_file) {
            (Some(simulator), Some(file)) => simulated_state::write(&simulator, &file),
            _ => Ok(()),
        }
    }
}

/// Reads the selected settings from the environment, and adds this program as user agent if none is set.
fn settings(is_selected: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, Failure> {
    let mut settings =
        environment::variables(|name| environment::has_prefix(name, PREFIX) && is_selected(name))?;
    if settings.iter().all(|(name, _)| name != USER_AGENT) {
        let product = concat!("op-users/", env!("CARGO_PKG_VERSION"));
        settings.push((USER_AGENT.to_owned(), product.to_owned()));
    }
    Ok(settings)
}

/// Reads certificate authorities and proxies from the environment.
fn network() -> Result<Network, Failure> {
    let variables = environment::variables(|name| Network::VARIABLES.contains(&name))?;
    Network::from_variables(variables).map_err(|error| {
        let failure = Failure::usage(error.to_string());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    })
}
