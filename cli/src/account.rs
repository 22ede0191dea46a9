//! The account that calls go to: that of the environment, or a simulated one.

mod simulated_state;

use std::{env, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use host::{Instance, InstanceOptions, RequestEnd, RequestRecord, Runtime};
use simulator::Simulator;

use super::{arguments::Arguments, failure::Failure, output::stderr};

const PREFIX: &str = "OP_USERS_";
/// What a simulated account brings along. The other settings stay those of the environment.
const SIMULATED: [&str; 6] = [
    "OP_USERS_ACCOUNT_ID",
    "OP_USERS_BASE_URL",
    "OP_USERS_BASIC",
    "OP_USERS_CLIENT_ID",
    "OP_USERS_CLIENT_SECRET",
    "OP_USERS_REGION",
];
const USER_AGENT: &str = "OP_USERS_USER_AGENT";

/// An account, as long as it is simulated if it is.
pub(crate) struct Account {
    settings: Vec<(String, String)>,
    simulator: Option<Simulator>,
    /// Where the states of simulated users are kept.
    state_file: Option<PathBuf>,
}

impl Account {
    /// The account that the arguments and the environment name. Settings are checked by the component, at its first call.
    pub async fn open(arguments: &Arguments) -> Result<Self, Failure> {
        if arguments.simulator || arguments.simulator_state.is_some() {
            let mut account = Self::simulated().await?;
            if let (Some(simulator), Some(file)) = (&account.simulator, &arguments.simulator_state)
            {
                simulated_state::read(simulator, file)?;
                account.state_file = Some(file.clone());
            }
            return Ok(account);
        }
        Ok(Self {
            settings: settings(|_| true)?,
            simulator: None,
            state_file: None,
        })
    }

    /// A simulated account of 60 users.
    pub async fn simulated() -> Result<Self, Failure> {
        let simulator = Simulator::builder()
            .users(60)
            .seed(1)
            .start()
            .await
            .map_err(|error| Failure::Other(format!("the simulator did not start: {error}")))?;
        let mut settings = settings(|name| !SIMULATED.contains(&name))?;
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
            simulator: Some(simulator),
            state_file: None,
        })
    }

    /// The account's settings, as an environment has them.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// The simulator behind the account, if there is one.
    pub fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// An instance of the component with the account's settings; verbose, it shows each request on standard error.
    pub async fn instance(&self, verbose: bool) -> Result<Instance, Failure> {
        self.instance_heard(move |record| {
            if verbose {
                stderr::say(wire_line(record));
            }
        })
        .await
    }

    /// An instance whose requests are told to somebody.
    pub async fn instance_heard(
        &self,
        hear: impl Fn(&RequestRecord) + Send + Sync + 'static,
    ) -> Result<Instance, Failure> {
        self.instance_with(self.options().on_request(hear)).await
    }

    /// What an instance with the account's settings is given.
    pub fn options(&self) -> InstanceOptions {
        InstanceOptions::new(self.settings.iter().cloned())
    }

    /// An instance that is given these.
    pub async fn instance_with(&self, options: InstanceOptions) -> Result<Instance, Failure> {
        Ok(Runtime::new()?.instance(options).await?)
    }

    /// A setting of the account.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        let found = settings.find(|(found, _)| found == name)?;
        Some(&found.1)
    }

    /// The account's id, as far as it is set.
    pub fn id(&self) -> &str {
        self.setting("OP_USERS_ACCOUNT_ID").unwrap_or_default()
    }

    /// The OAuth application's id, where the settings tell it.
    pub fn client_id(&self) -> Option<String> {
        if let Some(id) = self.setting("OP_USERS_CLIENT_ID") {
            return Some(id.to_owned());
        }
        let pair = BASE64_STANDARD.decode(self.setting("OP_USERS_BASIC")?);
        let pair = String::from_utf8(pair.ok()?).ok()?;
        pair.split_once(':').map(|(id, _)| id.to_owned())
    }

    /// Keeps what a simulated account has come to, where that was asked for.
    pub fn close(self) -> Result<(), Failure> {
        match (self.simulator, self.state_file) {
            (Some(simulator), Some(file)) => simulated_state::write(&simulator, &file),
            _ => Ok(()),
        }
    }
}

/// One request, for a person.
pub(crate) fn wire_line(record: &RequestRecord) -> String {
    let ending = match &record.end {
        RequestEnd::Status(status) => status.to_string(),
        RequestEnd::Failed(why) => why.clone(),
        RequestEnd::Canceled => "given up".to_owned(),
    };
    let milliseconds = record.elapsed.as_secs_f64() * 1000.0;
    format!(
        "{:<4} {}  {ending}  {milliseconds:.1} ms",
        record.method, record.path_and_query
    )
}

/// The settings in the environment, without those that are not wanted, and with the name of this program.
fn settings(wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, Failure> {
    let mut settings = Vec::new();
    for (name, value) in env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if wanted(name) {
            let value = value
                .into_string()
                .map_err(|_| Failure::Other(format!("{name} is not UTF-8")))?;
            settings.push((name.to_owned(), value));
        }
    }
    if settings.iter().all(|(name, _)| name != USER_AGENT) {
        let product = concat!("op-users/", env!("CARGO_PKG_VERSION"));
        settings.push((USER_AGENT.to_owned(), product.to_owned()));
    }
    Ok(settings)
}
