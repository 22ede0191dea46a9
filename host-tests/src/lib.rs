//! The harness: an instance of the built component, over real TCP, against a simulator of its own.

use std::{
    mem,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use host::{
    ChangeOptions, Error, Instance, InstanceOptions, ListOptions, Report, RequestRecord, Runtime,
    Selector, StateFilter, Target, User, UserList, UserPage,
};
use simulator::{Builder, Simulator};

/// The settings of an instance, as the environment has them.
pub type Environment = Vec<(String, String)>;

/// A simulator, and an instance of the component that calls it.
pub struct Harness {
    /// What the instance calls.
    pub simulator: Simulator,
    /// The component.
    pub instance: Instance,
    wire: Arc<Mutex<Vec<RequestRecord>>>,
}

impl Harness {
    /// A simulator of 60 users with seed 1, and an instance whose environment names it.
    pub async fn new() -> Self {
        Self::with(|simulator| simulator, &[]).await
    }

    /// The same, with another simulator and more in the environment. An empty value takes a variable away.
    pub async fn with(change: impl FnOnce(Builder) -> Builder, more: &[(&str, &str)]) -> Self {
        let builder = Simulator::builder().users(60).seed(1);
        let simulator = change(builder).start().await.expect("a simulator starts");
        let mut environment = environment(&simulator);
        for &(name, value) in more {
            environment.retain(|(known, _)| known != name);
            if !value.is_empty() {
                environment.push((name.to_owned(), value.to_owned()));
            }
        }
        let (instance, wire) = instance(InstanceOptions::new(environment)).await;
        Self {
            simulator,
            instance,
            wire,
        }
    }

    /// The requests that went out since the last time this was asked.
    pub fn wire(&self) -> Vec<RequestRecord> {
        mem::take(&mut *self.wire.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lists users. A component that cannot be run is a failed test, here and below.
    pub async fn list(&mut self, options: &ListOptions) -> Result<UserPage, Error> {
        self.instance
            .list_users(options)
            .await
            .expect("the component runs")
    }

    /// Reads a user.
    pub async fn get(&mut self, id: &str) -> Result<User, Error> {
        self.instance
            .get_user(id)
            .await
            .expect("the component runs")
    }

    /// Suspends a user.
    pub async fn suspend(&mut self, id: &str) -> Result<User, Error> {
        self.instance
            .suspend_user(id)
            .await
            .expect("the component runs")
    }

    /// Reactivates a user.
    pub async fn reactivate(&mut self, id: &str) -> Result<User, Error> {
        self.instance
            .reactivate_user(id)
            .await
            .expect("the component runs")
    }

    /// Finds a user by e-mail address.
    pub async fn find(&mut self, email: &str) -> Result<User, Error> {
        self.instance
            .find_user(email, None)
            .await
            .expect("the component runs")
    }

    /// Lists everybody, up to a limit.
    pub async fn list_all(
        &mut self,
        filter: Option<StateFilter>,
        limit: u32,
    ) -> Result<UserList, Error> {
        self.instance
            .list_all_users(filter, limit, None)
            .await
            .expect("the component runs")
    }

    /// Suspends many users.
    pub async fn suspend_all(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.instance
            .suspend_users(targets, options)
            .await
            .expect("the component runs")
    }

    /// Reactivates many users.
    pub async fn reactivate_all(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.instance
            .reactivate_users(targets, options)
            .await
            .expect("the component runs")
    }

    /// Revokes the token.
    pub async fn revoke(&mut self) -> Result<(), Error> {
        self.instance
            .revoke_token()
            .await
            .expect("the component runs")
    }

    /// An ordinary user who is active.
    pub fn member(&self) -> simulator::User {
        self.members(1).remove(0)
    }

    /// So many ordinary users who are active.
    pub fn members(&self, count: usize) -> Vec<simulator::User> {
        let mut users = self.simulator.users();
        users.retain(|user| {
            user.role == simulator::Role::Member && user.state == simulator::State::Active
        });
        users.truncate(count);
        assert_eq!(users.len(), count, "the account has enough active members");
        users
    }
}

/// The environment that names a simulator.
pub fn environment(simulator: &Simulator) -> Environment {
    [
        ("OP_USERS_BASE_URL", simulator.url().to_owned()),
        ("OP_USERS_ACCOUNT_ID", simulator.account_id().to_owned()),
        ("OP_USERS_CLIENT_ID", simulator.client_id().to_owned()),
        ("OP_USERS_CLIENT_SECRET", simulator.client_secret()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// An instance, and the requests that it sends.
pub async fn instance(options: InstanceOptions) -> (Instance, Arc<Mutex<Vec<RequestRecord>>>) {
    let wire = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&wire);
    let options = options.on_request(move |exchange| {
        heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(exchange.clone());
    });
    let instance = runtime()
        .instance(options)
        .await
        .expect("the component can be instantiated");
    (instance, wire)
}

/// The component, compiled once for all tests of a process.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("the component can be compiled"))
}

/// The first page, as the server likes it.
pub fn first_page() -> ListOptions {
    ListOptions {
        filter: None,
        max_page_size: None,
        page_token: None,
    }
}

/// A user to be changed, by id.
pub fn by_id(id: impl Into<String>) -> Target {
    Target {
        who: Selector::Id(id.into()),
        expect_email: None,
    }
}

/// A user to be changed, by e-mail address.
pub fn by_email(email: impl Into<String>) -> Target {
    Target {
        who: Selector::Email(email.into()),
        expect_email: None,
    }
}

/// A real run without any guard.
pub fn unguarded() -> ChangeOptions {
    ChangeOptions {
        dry_run: false,
        max_changes: None,
        protect: Vec::new(),
        concurrency: None,
        stop_on_error: false,
        deadline_ms: None,
    }
}
