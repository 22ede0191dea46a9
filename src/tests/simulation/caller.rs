//! What the callers of the client do: one call after the other, some of them given up.

use super::{
    check_call::Outcome,
    intent::{Changes, Wants},
    random_arguments,
    rng::Dice,
    route::{Listing, Route},
    simulated_platform::Network,
};
use crate::{
    Client, Error, ListOptions, Operation, StateFilter, UserState,
    platform::Duration,
    settings::{RawSettings, Settings, SettingsError},
    tests::scripted_server::proposal,
};

/// One of the callers.
pub(super) struct Task<'a> {
    pub client: &'a Client<Network>,
    pub number: usize,
    /// How long to wait for a call, if not to its end.
    pub patience: Option<Duration>,
}

/// Settings of the one account, with a deadline or a wrong one.
pub(super) fn settings(deadline_ms: u32) -> Result<Settings, SettingsError> {
    Settings::new(RawSettings {
        deadline_ms: Some(deadline_ms),
        ..proposal()
    })
}

/// A deadline: mostly the default one, else anything from a blink to minutes.
pub(super) fn any_deadline(dice: &mut Dice) -> u32 {
    *dice.pick(&[
        30_000, 30_000, 30_000, 1, 40, 99, 100, 101, 600, 1000, 3000, 8000, 15_001, 60_000, 600_000,
    ])
}

impl Task<'_> {
    /// Makes a few random calls.
    pub async fn run(mut self, mut dice: Dice) {
        let pauses = [0, 0, 0, 10, 1000, 20_000, 100_000, 900_000].map(Duration::from_millis);
        for _ in 0..1 + dice.below(6) {
            let pause = *dice.pick(&pauses);
            self.client.platform().clock.sleep(dice.up_to(pause)).await;
            let longest = *dice.pick(&[50, 2000, 30_000]);
            let patience = dice.up_to(Duration::from_millis(longest));
            self.patience = dice.one_in(6).then_some(patience);
            // Few users, so that calls meet each other; one of them is nobody.
            let id = format!("USER{}", dice.below(6));
            match dice.below(24) {
                0..=2 => self.list_all(&mut dice).await,
                3..=4 => drop(self.get(&id).await),
                5..=8 => drop(self.change(&id, UserState::Suspended).await),
                9..=11 => drop(self.change(&id, UserState::Active).await),
                12 => drop(self.revoke().await),
                13 => drop(self.check().await),
                14 => self.configure(any_deadline(&mut dice)).await,
                15 => self.slip(&mut dice).await,
                16 => drop(self.find(&random_arguments::address(&mut dice)).await),
                17 => {
                    let (filter, limit) = random_arguments::everybody(&mut dice);
                    self.list_everybody(filter, limit).await;
                }
                18..=21 => {
                    let changes = random_arguments::changes(UserState::Suspended, &mut dice);
                    self.change_many(changes).await;
                }
                _ => {
                    let changes = random_arguments::changes(UserState::Active, &mut dice);
                    self.change_many(changes).await;
                }
            }
        }
    }

    /// Lists page by page, a few at most.
    async fn list_all(&self, dice: &mut Dice) {
        let filters = [
            None,
            Some(StateFilter::Active),
            Some(StateFilter::Suspended),
        ];
        let mut options = ListOptions {
            filter: *dice.pick(&filters),
            max_page_size: *dice.pick(&[None, Some(1), Some(2), Some(1000)]),
            page_token: dice.one_in(12).then(|| "CA+99/all=".into()),
        };
        for _ in 0..3 {
            let Outcome::Page(page) = self.list(&options).await else {
                return;
            };
            if page.next_page_token.is_none() {
                return;
            }
            options.page_token = page.next_page_token;
        }
    }

    pub async fn list(&self, options: &ListOptions) -> Outcome {
        let wants = Wants::One(Route::List(Listing {
            filter: options.filter,
            size: options.max_page_size,
            page: options.page_token.clone(),
        }));
        let call = self.client.list_users(options);
        let call = async { outcome(call.await, Outcome::Page) };
        self.watch(Operation::ListUsers, wants, call).await
    }

    pub async fn get(&self, id: &str) -> Outcome {
        let call = async { outcome(self.client.get_user(id).await, Outcome::User) };
        let wants = Wants::One(Route::User(id.to_owned()));
        self.watch(Operation::GetUser, wants, call).await
    }

    pub async fn change(&self, id: &str, state: UserState) -> Outcome {
        let wants = Wants::One(Route::Change(id.to_owned(), state.clone()));
        if state == UserState::Suspended {
            let call = async { outcome(self.client.suspend_user(id).await, Outcome::User) };
            self.watch(Operation::SuspendUser, wants, call).await
        } else {
            let call = async { outcome(self.client.reactivate_user(id).await, Outcome::User) };
            self.watch(Operation::ReactivateUser, wants, call).await
        }
    }

    pub async fn find(&self, email: &str) -> Outcome {
        let call = async { outcome(self.client.find_user(email, None).await, Outcome::User) };
        let wants = Wants::Find(email.to_owned());
        self.watch(Operation::FindUser, wants, call).await
    }

    pub async fn list_everybody(&self, filter: Option<StateFilter>, limit: u32) -> Outcome {
        let call = self.client.list_all_users(filter, limit, None);
        let call = async { outcome(call.await, Outcome::Everybody) };
        let wants = Wants::Everybody(filter, limit);
        self.watch(Operation::ListAllUsers, wants, call).await
    }

    pub async fn change_many(&self, changes: Changes) -> Outcome {
        let Changes {
            state,
            targets,
            options,
        } = changes.clone();
        let operation = match state {
            UserState::Suspended => Operation::SuspendUsers,
            _ => Operation::ReactivateUsers,
        };
        let call = async {
            let result = match state {
                UserState::Suspended => self.client.suspend_users(&targets, &options).await,
                _ => self.client.reactivate_users(&targets, &options).await,
            };
            outcome(result, Outcome::Report)
        };
        self.watch(operation, Wants::Changes(changes), call).await
    }

    pub async fn revoke(&self) -> Outcome {
        let call = async { outcome(self.client.revoke_token().await, |()| Outcome::Revoked) };
        self.watch(Operation::RevokeToken, Wants::Connection, call)
            .await
    }

    pub async fn check(&self) -> Outcome {
        let call = async { Outcome::Checked(self.client.check().await) };
        self.watch(Operation::Check, Wants::Connection, call).await
    }

    /// The same account once more: calls that are under way keep the settings that they began with.
    async fn configure(&self, deadline_ms: u32) {
        let call = async {
            let result = self.client.configure(settings(deadline_ms));
            outcome(result, |()| Outcome::Configured)
        };
        self.watch(Operation::Configure, Wants::Connection, call)
            .await;
        let deadline = Duration::from_millis(deadline_ms.into());
        self.client
            .platform()
            .world
            .borrow_mut()
            .configure(deadline);
    }

    /// A call that is wrong before anything is sent.
    async fn slip(&self, dice: &mut Dice) {
        let failed = match dice.below(7) {
            0 => self.get("..").await,
            1 => self.change("", UserState::Suspended).await,
            2 => {
                let options = ListOptions {
                    max_page_size: Some(0),
                    ..ListOptions::default()
                };
                self.list(&options).await
            }
            3 => self.find("wendy").await,
            4 => self.list_everybody(None, 0).await,
            5 => self.change_many(random_arguments::wrong(dice)).await,
            _ => {
                let call =
                    async { outcome(self.client.configure(settings(0)), |()| Outcome::Configured) };
                self.watch(Operation::Configure, Wants::Connection, call)
                    .await
            }
        };
        assert!(matches!(failed, Outcome::Failed(error) if error.requests == 0));
    }

    async fn watch(
        &self,
        operation: Operation,
        wants: Wants,
        call: impl Future<Output = Outcome>,
    ) -> Outcome {
        let host = self.client.platform();
        host.watch(self.number, operation, wants, self.patience, call)
            .await
    }
}

fn outcome<T>(result: Result<T, Error>, success: impl FnOnce(T) -> Outcome) -> Outcome {
    match result {
        Ok(value) => success(value),
        Err(error) => Outcome::Failed(Box::new(error)),
    }
}
