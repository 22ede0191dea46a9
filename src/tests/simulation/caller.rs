//! Simulated caller: makes random calls one after the other, and cancels some of them.

use super::{
    call_result::CallResult,
    intent::{BulkIntent, Intent},
    random_arguments,
    rng::Rng,
    route::{ListQuery, Route},
    simulated_client::SimulatedClient,
};
use crate::{
    Error, ListOptions, Operation, StateFilter, UserAction, UserState, platform::Duration,
};

/// One of several concurrent callers.
pub(super) struct Caller<'a> {
    pub client: &'a SimulatedClient,
    pub number: usize,
    /// Time after which the caller cancels a call.
    pub cancel_after: Option<Duration>,
}

impl Caller<'_> {
    /// Makes up to six random calls.
    pub(super) async fn run(mut self, mut rng: Rng) {
        let pauses = [0, 0, 0, 10, 1000, 20_000, 100_000, 900_000].map(Duration::from_millis);
        for _ in 0..1 + rng.below(6) {
            let pause = *rng.pick(&pauses);
            self.client.platform().clock.sleep(rng.up_to(pause)).await;
            let longest = *rng.pick(&[50, 2000, 30_000]);
            let cancel_after = rng.up_to(Duration::from_millis(longest));
            self.cancel_after = rng.one_in(6).then_some(cancel_after);
            // Few users, so that calls interfere with each other. The last id may not exist.
            let id = format!("USER{}", rng.below(6));
            match rng.below(24) {
                0..=2 => self.list_pages(&mut rng).await,
                3..=4 => drop(self.get(&id).await),
                5..=8 => drop(self.change(&id, UserState::Suspended).await),
                9..=11 => drop(self.change(&id, UserState::Active).await),
                12 => drop(self.revoke().await),
                13 => drop(self.check().await),
                14 => {
                    self.configure(random_arguments::any_deadline(&mut rng))
                        .await;
                }
                15 => self.make_invalid_call(&mut rng).await,
                16 => drop(self.find(&random_arguments::address(&mut rng)).await),
                17 => {
                    let (filter, limit) = random_arguments::list_all_arguments(&mut rng);
                    self.list_all_users(filter, limit).await;
                }
                18..=21 => {
                    let changes = random_arguments::changes(UserState::Suspended, &mut rng);
                    self.change_users(changes).await;
                }
                _ => {
                    let changes = random_arguments::changes(UserState::Active, &mut rng);
                    self.change_users(changes).await;
                }
            }
        }
    }

    /// Lists up to three pages.
    async fn list_pages(&self, rng: &mut Rng) {
        let filters = [
            None,
            Some(StateFilter::Active),
            Some(StateFilter::Suspended),
        ];
        let mut options = ListOptions {
            filter: *rng.pick(&filters),
            max_page_size: *rng.pick(&[None, Some(1), Some(2), Some(1000)]),
            page_token: rng.one_in(12).then(|| "CA+99/all=".into()),
        };
        for _ in 0..3 {
            let CallResult::Page(page) = self.list(&options).await else {
                return;
            };
            if page.next_page_token.is_none() {
                return;
            }
            options.page_token = page.next_page_token;
        }
    }

    pub(super) async fn list(&self, options: &ListOptions) -> CallResult {
        let intent = Intent::SingleRequest(Route::List(ListQuery {
            filter: options.filter,
            size: options.max_page_size,
            page: options.page_token.clone(),
        }));
        let call = self.client.list_users(options);
        let call = async { call_result(call.await, CallResult::Page) };
        self.observe(Operation::ListUsers, intent, call).await
    }

    pub(super) async fn get(&self, id: &str) -> CallResult {
        let call =
            async { call_result(self.client.get_or_change(None, id).await, CallResult::User) };
        let intent = Intent::SingleRequest(Route::User(id.to_owned()));
        self.observe(Operation::GetUser, intent, call).await
    }

    pub(super) async fn change(&self, id: &str, state: UserState) -> CallResult {
        let intent = Intent::SingleRequest(Route::Change(id.to_owned(), state.clone()));
        if state == UserState::Suspended {
            let call = async {
                call_result(
                    self.client
                        .get_or_change(Some(UserAction::Suspend), id)
                        .await,
                    CallResult::User,
                )
            };
            self.observe(Operation::SuspendUser, intent, call).await
        } else {
            let call = async {
                call_result(
                    self.client
                        .get_or_change(Some(UserAction::Reactivate), id)
                        .await,
                    CallResult::User,
                )
            };
            self.observe(Operation::ReactivateUser, intent, call).await
        }
    }

    pub(super) async fn find(&self, email: &str) -> CallResult {
        let call = async { call_result(self.client.find_user(email).await, CallResult::User) };
        let intent = Intent::FindUser(email.to_owned());
        self.observe(Operation::FindUser, intent, call).await
    }

    pub(super) async fn list_all_users(
        &self,
        filter: Option<StateFilter>,
        limit: u32,
    ) -> CallResult {
        let call = self.client.list_all_users(filter, limit);
        let call = async { call_result(call.await, CallResult::Users) };
        let intent = Intent::ListAll(filter, limit);
        self.observe(Operation::ListAllUsers, intent, call).await
    }

    pub(super) async fn change_users(&self, changes: BulkIntent) -> CallResult {
        let BulkIntent {
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
                UserState::Suspended => {
                    self.client
                        .change_users(UserAction::Suspend, &targets, &options)
                        .await
                }
                _ => {
                    self.client
                        .change_users(UserAction::Reactivate, &targets, &options)
                        .await
                }
            };
            call_result(result, CallResult::Report)
        };
        self.observe(operation, Intent::ChangeUsers(changes), call)
            .await
    }

    pub(super) async fn revoke(&self) -> CallResult {
        let call =
            async { call_result(self.client.revoke_token().await, |()| CallResult::Revoked) };
        self.observe(Operation::RevokeToken, Intent::Connection, call)
            .await
    }

    pub(super) async fn check(&self) -> CallResult {
        let call = async { CallResult::Checked(self.client.check().await) };
        self.observe(Operation::Check, Intent::Connection, call)
            .await
    }

    /// Replaces the settings by ones with another deadline. Running calls keep the settings they began with.
    async fn configure(&self, deadline_ms: u32) {
        let call = async {
            let result = self.client.configure(deadline_ms);
            call_result(result, |()| CallResult::Configured)
        };
        self.observe(Operation::Configure, Intent::Connection, call)
            .await;
        let deadline = Duration::from_millis(deadline_ms.into());
        self.client
            .platform()
            .simulation
            .borrow_mut()
            .configure(deadline);
    }

    /// Makes a call with invalid arguments, which must send no request.
    async fn make_invalid_call(&self, rng: &mut Rng) {
        let failed = match rng.below(7) {
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
            4 => self.list_all_users(None, 0).await,
            5 => {
                self.change_users(random_arguments::invalid_changes(rng))
                    .await
            }
            _ => {
                let call =
                    async { call_result(self.client.configure(0), |()| CallResult::Configured) };
                self.observe(Operation::Configure, Intent::Connection, call)
                    .await
            }
        };
        assert!(matches!(failed, CallResult::Failed(error) if error.requests == 0));
    }

    async fn observe(
        &self,
        operation: Operation,
        intent: Intent,
        call: impl Future<Output = CallResult>,
    ) -> CallResult {
        let platform = self.client.platform();
        platform
            .observe(self.number, operation, intent, self.cancel_after, call)
            .await
    }
}

fn call_result<T>(result: Result<T, Error>, success: impl FnOnce(T) -> CallResult) -> CallResult {
    match result {
        Ok(value) => success(value),
        Err(error) => CallResult::Failed(Box::new(error)),
    }
}
