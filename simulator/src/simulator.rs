//! The handle of a running simulator.

use std::{
    borrow::Cow,
    fmt, io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use crate::{
    api::{ApiState, Settings},
    fault::Fault,
    permission::Permissions,
    request_log::Recorded,
    route::{Generation, ShutOff},
    server::{Observer, Server, SharedState},
    user::{Role, State, User},
};

/// A simulator that listens on loopback until it is stopped or dropped.
pub struct Simulator {
    shared: Arc<SharedState>,
    server: Server,
    url: String,
    account_id: String,
    client_id: String,
}

impl Simulator {
    pub(crate) async fn start(
        settings: &Settings,
        port: u16,
        observer: Option<Observer>,
    ) -> io::Result<Self> {
        let api = ApiState::new(settings);
        let account_id = api.account.id.clone();
        let client_id = api.application.client_id.clone();
        let shared = Arc::new(SharedState::new(api, observer));
        let server = Server::start(shared.clone(), port).await?;
        Ok(Self {
            url: format!("http://{}", server.address()),
            shared,
            server,
            account_id,
            client_id,
        })
    }

    /// Returns `http://127.0.0.1:PORT`, the base URL of both generations.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the id of the account.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// Returns the client id of the OAuth application.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the current client secret of the OAuth application.
    ///
    /// The secret is simulated: it gives no access to a real account.
    #[must_use]
    pub fn client_secret(&self) -> String {
        self.shared.api().application.client_secret.clone()
    }

    /// Replaces the client secret and returns the new one. Tokens stay valid.
    pub fn rotate_secret(&self) -> String {
        self.shared.api().application.rotate_secret()
    }

    /// Sets the permissions of the OAuth application, beginning with the next
    /// request.
    pub fn set_permissions(&self, permissions: impl Into<Permissions>) {
        self.shared.api().application.permissions = permissions.into();
    }

    /// Sets the generations of the API that are served, beginning with the next
    /// request, and the answer to the paths of the other one. Tokens stay valid.
    pub fn set_generations(
        &self,
        generations: impl IntoIterator<Item = Generation>,
        shut_off: ShutOff,
    ) {
        let mut api = self.shared.api();
        api.generations = generations.into_iter().collect();
        api.shut_off = shut_off;
    }

    /// Returns all users in their current state, in list order.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.shared
            .api()
            .account
            .users()
            .map(Cow::into_owned)
            .collect()
    }

    /// Returns one user in the current state; `None` if the id is unknown.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<User> {
        self.shared.api().account.user(id).cloned()
    }

    /// Returns the only owner, `user0000`.
    ///
    /// # Panics
    ///
    /// Panics if the test has removed the owner.
    #[must_use]
    pub fn owner(&self) -> User {
        self.first_with_role(Role::Owner)
    }

    /// Returns the only externally managed administrator, `user0001`.
    ///
    /// # Panics
    ///
    /// Panics if the test has removed that user.
    #[must_use]
    pub fn externally_managed(&self) -> User {
        self.first_with_role(Role::ExternallyManagedAdministrator)
    }

    /// Sets the state of a user without a request and without the API's rules.
    ///
    /// # Panics
    ///
    /// Panics if the account has no such user.
    pub fn set_state(&self, id: &str, state: State) {
        let found = self.shared.api().account.set_state(id, state).is_some();
        assert!(found, "the account has no user {id:?}");
    }

    /// Sets the e-mail address of a user. Another user may have the same one.
    ///
    /// # Panics
    ///
    /// Panics if the account has no such user.
    pub fn set_email(&self, id: &str, email: &str) {
        let found = self.shared.api().account.set_email(id, email).is_some();
        assert!(found, "the account has no user {id:?}");
    }

    /// Inserts a user at a position of the list.
    ///
    /// The users from that position on move by one. A client between two pages
    /// therefore gets one of them a second time.
    ///
    /// # Panics
    ///
    /// Panics if `position` is greater than the number of users.
    pub fn insert_user(&self, position: usize, user: User) {
        self.shared.api().account.insert(position, user);
    }

    /// Deletes a user without the API's rules. The users after it move by one.
    ///
    /// # Panics
    ///
    /// Panics if the account has no such user.
    pub fn remove_user(&self, id: &str) {
        let found = self.shared.api().account.remove(id).is_some();
        assert!(found, "the account has no user {id:?}");
    }

    /// Returns all tokens issued so far, for tests that search for leaks.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.shared.api().tokens.texts()
    }

    /// Returns the number of tokens that are valid now.
    #[must_use]
    pub fn live_tokens(&self) -> usize {
        let api = self.shared.api();
        api.tokens.live_count(api.clock.now())
    }

    /// Revokes all tokens.
    pub fn revoke_all_tokens(&self) {
        self.shared.api().tokens.revoke_all();
    }

    /// Makes all tokens expire now.
    pub fn expire_all_tokens(&self) {
        let mut api = self.shared.api();
        let now = api.clock.now();
        api.tokens.expire_all(now);
    }

    /// Moves the clock that expires tokens forward.
    pub fn advance(&self, by: Duration) {
        self.shared.api().clock.advance(by);
    }

    /// Adds a fault to the end of the script.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults().add(fault);
    }

    /// Returns the number of faults that still wait for a request, including
    /// those that apply always.
    #[must_use]
    pub fn pending_faults(&self) -> usize {
        self.shared.faults().pending()
    }

    /// Removes all faults from the script.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// Waits until [`Action::Hold`] holds this number of requests at the same
    /// time.
    ///
    /// [`Action::Hold`]: crate::Action::Hold
    pub async fn held(&self, requests: usize) {
        self.shared.hold.wait_until_held(requests).await;
    }

    /// Releases all requests that are held now, but none that are held later.
    pub fn release(&self) {
        self.shared.hold.release();
    }

    /// Returns the requests so far, in order of arrival, including those with
    /// a fault. Only the last 100,000 are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.request_log().requests()
    }

    /// Clears the request log and resets [`max_in_flight`](Self::max_in_flight)
    /// to the current number.
    pub fn clear_requests(&self) {
        self.shared.request_log().clear();
    }

    /// Returns the maximum number of requests that were in flight at the same
    /// time.
    #[must_use]
    pub fn max_in_flight(&self) -> usize {
        self.shared.request_log().max_in_flight()
    }

    /// Returns the number of open connections.
    #[must_use]
    pub fn connections(&self) -> usize {
        Arc::strong_count(&self.shared.connection_count) - 1
    }

    /// Returns the number of connections since the start.
    #[must_use]
    pub fn accepted_connections(&self) -> usize {
        self.shared.accepted_connections.load(Ordering::Relaxed)
    }

    /// Closes the listener and all connections. The state can still be read
    /// afterwards.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    fn first_with_role(&self, role: Role) -> User {
        let api = self.shared.api();
        api.account
            .users()
            .find(|user| user.role == role)
            .expect("the test has not removed the owner or the externally managed administrator")
            .into_owned()
    }
}

/// Omits the client secret.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("url", &self.url)
            .field("account_id", &self.account_id)
            .finish_non_exhaustive()
    }
}
