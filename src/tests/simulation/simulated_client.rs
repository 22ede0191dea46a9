//! Clients that the simulation plays: the client itself, and the state machine that a host drives.

use std::rc::Rc;

use onepassword_users_protocol::{
    self as protocol, ChangeUsers, FindUser, ListAllUsers, ListUsers, NoArguments, OneUser,
    Operation,
};

use super::{
    simulated_platform::SimulatedPlatform,
    steps_client::{
        StepsClient,
        convert::{self, FromResult},
    },
};
use crate::{
    ChangeOptions, Client, Error, Finding, ListOptions, Report, StateFilter, Target, User,
    UserAction, UserList, UserPage,
    settings::{RawSettings, Settings},
    tests::fixtures::{CLIENT_SECRET, raw_settings},
};

/// Surroundings of the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shell {
    /// A platform whose futures the client awaits.
    Platform,
    /// The state machine, which its host tells events.
    Machine,
}

/// A client in the simulation.
pub(super) struct SimulatedClient {
    platform: Rc<SimulatedPlatform>,
    kind: Kind,
}

enum Kind {
    Direct(Client<Rc<SimulatedPlatform>>),
    Steps(StepsClient),
}

impl SimulatedClient {
    /// A client whose calls have this deadline.
    pub(super) fn new(platform: SimulatedPlatform, deadline_ms: u32, shell: Shell) -> Self {
        let platform = Rc::new(platform);
        let kind = match shell {
            Shell::Platform => {
                let client = Client::new(Rc::clone(&platform), settings(deadline_ms));
                Kind::Direct(client)
            }
            Shell::Machine => {
                let client = StepsClient::new(Rc::clone(&platform));
                let configured = client.configure(steps_settings(deadline_ms));
                assert_eq!(configured, Ok(()));
                Kind::Steps(client)
            }
        };
        Self { platform, kind }
    }

    pub(super) fn platform(&self) -> &SimulatedPlatform {
        &self.platform
    }

    pub(super) fn configure(&self, deadline_ms: u32) -> Result<(), Error> {
        match &self.kind {
            Kind::Direct(client) => client.configure(settings(deadline_ms)),
            Kind::Steps(client) => client
                .configure(steps_settings(deadline_ms))
                .map_err(convert::error),
        }
    }

    pub(super) async fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        match &self.kind {
            Kind::Direct(client) => client.list_users(options).await,
            Kind::Steps(client) => {
                let options = options.clone();
                let operation = Operation::ListUsers(ListUsers {
                    filter: options.filter.map(filter),
                    max_page_size: options.max_page_size,
                    page_token: options.page_token,
                });
                steps(client, operation).await
            }
        }
    }

    pub(super) async fn get_or_change(
        &self,
        action: Option<UserAction>,
        id: &str,
    ) -> Result<User, Error> {
        match &self.kind {
            Kind::Direct(client) => client.get_or_change(action, id).await,
            Kind::Steps(client) => {
                let user = OneUser { id: id.to_owned() };
                let operation = match action {
                    None => Operation::GetUser(user),
                    Some(UserAction::Suspend) => Operation::SuspendUser(user),
                    Some(UserAction::Reactivate) => Operation::ReactivateUser(user),
                };
                steps(client, operation).await
            }
        }
    }

    pub(super) async fn find_user(&self, email: &str) -> Result<User, Error> {
        match &self.kind {
            Kind::Direct(client) => client.find_user(email, None).await,
            Kind::Steps(client) => {
                let operation = Operation::FindUser(FindUser {
                    email: email.to_owned(),
                    deadline_ms: None,
                });
                steps(client, operation).await
            }
        }
    }

    pub(super) async fn list_all_users(
        &self,
        state: Option<StateFilter>,
        limit: u32,
    ) -> Result<UserList, Error> {
        match &self.kind {
            Kind::Direct(client) => client.list_all_users(state, limit, None).await,
            Kind::Steps(client) => {
                let operation = Operation::ListAllUsers(ListAllUsers {
                    filter: state.map(filter),
                    limit,
                    deadline_ms: None,
                });
                steps(client, operation).await
            }
        }
    }

    pub(super) async fn change_users(
        &self,
        action: UserAction,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        match &self.kind {
            Kind::Direct(client) => client.change_users(action, targets, options).await,
            Kind::Steps(client) => {
                let changes = ChangeUsers {
                    targets: convert::targets(targets),
                    options: convert::options(options),
                };
                let operation = match action {
                    UserAction::Suspend => Operation::SuspendUsers(changes),
                    UserAction::Reactivate => Operation::ReactivateUsers(changes),
                };
                steps(client, operation).await
            }
        }
    }

    pub(super) async fn check(&self) -> Vec<Finding> {
        match &self.kind {
            Kind::Direct(client) => client.check().await,
            Kind::Steps(client) => {
                let operation = Operation::Check(NoArguments {});
                steps(client, operation).await.unwrap()
            }
        }
    }

    pub(super) async fn revoke_token(&self) -> Result<(), Error> {
        match &self.kind {
            Kind::Direct(client) => client.revoke_token().await,
            Kind::Steps(client) => steps(client, Operation::RevokeToken(NoArguments {})).await,
        }
    }
}

async fn steps<T: FromResult>(client: &StepsClient, operation: Operation) -> Result<T, Error> {
    convert::result(client.call(operation).await)
}

/// Returns settings with this deadline, or the error for a deadline out of range.
fn settings(deadline_ms: u32) -> Result<Settings, crate::settings::SettingsError> {
    Settings::new(RawSettings {
        deadline_ms: Some(deadline_ms),
        ..raw_settings()
    })
}

/// The same settings, for the machine.
fn steps_settings(deadline_ms: u32) -> protocol::Settings {
    let raw = raw_settings();
    protocol::Settings {
        account_id: raw.account_id,
        credentials: protocol::Credentials::Client(protocol::ClientCredentials {
            client_id: "client-1".into(),
            client_secret: CLIENT_SECRET.into(),
        }),
        base_url: protocol::BaseUrl::Com,
        api_version: protocol::ApiVersion::V1Beta1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: Some(deadline_ms),
    }
}

fn filter(filter: StateFilter) -> protocol::StateFilter {
    match filter {
        StateFilter::Active => protocol::StateFilter::Active,
        StateFilter::Suspended => protocol::StateFilter::Suspended,
    }
}
