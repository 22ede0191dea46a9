//! The handle on a running simulator.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::api::{Api, Settings};
use crate::builder::Builder;
use crate::fault::Fault;
use crate::permission::Permissions;
use crate::request_log::Recorded;
use crate::server::Server;
use crate::server::shared_state::{Observer, SharedState};
use crate::user::{Role, State, User};

/// A simulator that listens on loopback until it is stopped or dropped.
pub struct Simulator {
    shared: Arc<SharedState>,
    server: Server,
    url: String,
    account_id: String,
    client_id: String,
}

impl Simulator {
    /// A simulator with the default settings, to be changed and started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn start(
        settings: &Settings,
        port: u16,
        observer: Option<Observer>,
    ) -> io::Result<Self> {
        let api = Api::new(settings);
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

    /// `http://127.0.0.1:PORT`, the base URL of both generations.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of the account.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// The id of the OAuth application.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secret of the OAuth application as it is now; a simulated one.
    #[must_use]
    pub fn client_secret(&self) -> String {
        self.shared.api().application.client_secret.clone()
    }

    /// Replaces the secret, and returns the new one; tokens stay valid.
    pub fn rotate_secret(&self) -> String {
        self.shared.api().application.rotate_secret()
    }

    /// Changes the permissions of the OAuth application, from the next request
    /// on.
    pub fn set_permissions(&self, permissions: impl Into<Permissions>) {
        self.shared.api().application.permissions = permissions.into();
    }

    /// All users as they are now, in list order.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.shared.api().account.users().to_vec()
    }

    /// A user as it is now.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<User> {
        self.shared.api().account.user(id).cloned()
    }

    /// The only owner, `user0000`.
    #[must_use]
    pub fn owner(&self) -> User {
        self.only(Role::Owner)
    }

    /// The only externally managed administrator, `user0001`.
    #[must_use]
    pub fn externally_managed(&self) -> User {
        self.only(Role::ExternallyManagedAdministrator)
    }

    /// Sets a user's state behind the client's back, whatever the rules say.
    ///
    /// # Panics
    ///
    /// If there is no such user: a test that names one is wrong.
    pub fn set_state(&self, id: &str, state: State) {
        let found = self.shared.api().account.set_state(id, state).is_some();
        assert!(found, "the account has no user {id:?}");
    }

    /// Gives a user another e-mail address, be it somebody else's.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    pub fn set_email(&self, id: &str, email: &str) {
        let found = self.shared.api().account.set_email(id, email).is_some();
        assert!(found, "the account has no user {id:?}");
    }

    /// Puts a user at a position of the list; those from there on move by one,
    /// and show again on the next page of whoever reads the list.
    ///
    /// # Panics
    ///
    /// If the list is shorter.
    pub fn insert_user(&self, position: usize, user: User) {
        self.shared.api().account.insert(position, user);
    }

    /// Deletes a user, whatever the rules say; those after it move by one.
    ///
    /// # Panics
    ///
    /// If there is no such user.
    pub fn remove_user(&self, id: &str) {
        let found = self.shared.api().account.remove(id).is_some();
        assert!(found, "the account has no user {id:?}");
    }

    /// Every token issued so far, so that a test can look for leaks.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.shared.api().tokens.texts()
    }

    /// How many tokens are valid.
    #[must_use]
    pub fn live_tokens(&self) -> usize {
        let api = self.shared.api();
        api.tokens.live(api.clock.now())
    }

    /// Revokes every token.
    pub fn revoke_all_tokens(&self) {
        self.shared.api().tokens.revoke_all();
    }

    /// Lets every token expire.
    pub fn expire_all_tokens(&self) {
        let mut api = self.shared.api();
        let now = api.clock.now();
        api.tokens.expire_all(now);
    }

    /// Moves the simulator's clock ahead, by which tokens expire.
    pub fn advance(&self, by: Duration) {
        self.shared.api().clock.advance(by);
    }

    /// Adds a fault to the end of the script.
    pub fn fault(&self, fault: Fault) {
        self.shared.script().add(fault);
    }

    /// How many faults still wait for a request; one that never ends counts.
    #[must_use]
    pub fn pending_faults(&self) -> usize {
        self.shared.script().pending()
    }

    /// Empties the script of faults.
    pub fn clear_faults(&self) {
        self.shared.script().clear();
    }

    /// Waits until so many requests are held at once by [`Action::Hold`].
    ///
    /// [`Action::Hold`]: crate::Action::Hold
    pub async fn held(&self, requests: usize) {
        self.shared.hold.wait_until_held(requests).await;
    }

    /// Lets every request go that is held now, and none of those that come
    /// later.
    pub fn release(&self) {
        self.shared.hold.release();
    }

    /// The requests so far, faulted ones too, in order of arrival; at most the
    /// last 100,000.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.request_log().requests()
    }

    /// Forgets the requests and the maximum of those in flight.
    pub fn clear_requests(&self) {
        self.shared.request_log().clear();
    }

    /// The most requests that were ever in flight at once.
    #[must_use]
    pub fn max_in_flight(&self) -> usize {
        self.shared.request_log().max_in_flight()
    }

    /// How many connections are open. One whose client has read the answer, and
    /// keeps no connections, is not.
    #[must_use]
    pub fn connections(&self) -> usize {
        Arc::strong_count(&self.shared.open) - 1
    }

    /// Closes every connection and the listener; connections are refused
    /// afterwards. The state can still be read.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    fn only(&self, role: Role) -> User {
        let api = self.shared.api();
        let mut users = api.account.users().iter();
        let user = users.find(|user| user.role == role);
        user.expect("the population has one of each, which no test has deleted")
            .clone()
    }
}

/// Shows where, never the secret.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("url", &self.url)
            .field("account_id", &self.account_id)
            .finish_non_exhaustive()
    }
}
