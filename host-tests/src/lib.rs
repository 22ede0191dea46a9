//! Harness of the component tests: an instance of the built component that calls a simulator over TCP.

#![forbid(unsafe_code)]

use std::{
    env, mem,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use host::{
    ChangeOptions, ConfigurableInstance, ConfigurableRuntime, Error, Instance, InstanceOptions,
    ListOptions, Report, RequestRecord, Runtime, Selector, StateFilter, Target, User, UserList,
    UserPage,
};
use simulator::{Builder, Simulator};

/// Environment variables of an instance.
pub type Environment = Vec<(String, String)>;

/// A simulator and an instance of the component that calls it.
pub struct Harness {
    /// Server that the instance calls.
    pub simulator: Simulator,
    /// Instance of the component.
    pub instance: Instance,
    /// Records of the requests since they were last taken.
    pub records: Arc<Mutex<Vec<RequestRecord>>>,
}

impl Harness {
    /// Starts a simulator of 60 users with seed 1, and an instance configured for it.
    pub async fn new() -> Self {
        Self::with(|simulator| simulator, &[]).await
    }

    /// Starts a simulator changed by `change`, and an instance with more environment variables.
    ///
    /// A variable with an empty value is removed from the environment.
    pub async fn with(change: impl FnOnce(Builder) -> Builder, variables: &[(&str, &str)]) -> Self {
        let builder = Simulator::builder().users(60).seed(1);
        let simulator = change(builder).start().await.expect("a simulator starts");
        let mut environment = environment(&simulator);
        for &(name, value) in variables {
            environment.retain(|(known, _)| known != name);
            if !value.is_empty() {
                environment.push((name.to_owned(), value.to_owned()));
            }
        }
        let (instance, records) = instance(InstanceOptions::new(environment)).await;
        Self {
            simulator,
            instance,
            records,
        }
    }

    /// Takes the records of the requests sent since the previous call of this function.
    pub fn take_records(&self) -> Vec<RequestRecord> {
        mem::take(&mut *self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lists one page of users.
    ///
    /// Panics if the component traps, as every function below does.
    pub async fn list(&mut self, options: &ListOptions) -> Result<UserPage, Error> {
        self.instance
            .list_users(options)
            .await
            .expect("the component does not trap")
    }

    /// Reads one user.
    pub async fn get(&mut self, id: &str) -> Result<User, Error> {
        self.instance
            .get_user(id)
            .await
            .expect("the component does not trap")
    }

    /// Suspends one user.
    pub async fn suspend(&mut self, id: &str) -> Result<User, Error> {
        self.instance
            .suspend_user(id)
            .await
            .expect("the component does not trap")
    }

    /// Reactivates one user.
    pub async fn reactivate(&mut self, id: &str) -> Result<User, Error> {
        self.instance
            .reactivate_user(id)
            .await
            .expect("the component does not trap")
    }

    /// Finds a user by e-mail address, within the deadline from the settings.
    pub async fn find(&mut self, email: &str) -> Result<User, Error> {
        self.instance
            .find_user(email, None)
            .await
            .expect("the component does not trap")
    }

    /// Lists all users up to a limit, within the deadline from the settings.
    pub async fn list_all(
        &mut self,
        filter: Option<StateFilter>,
        limit: u32,
    ) -> Result<UserList, Error> {
        self.instance
            .list_all_users(filter, limit, None)
            .await
            .expect("the component does not trap")
    }

    /// Suspends several users.
    pub async fn suspend_all(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.instance
            .suspend_users(targets, options)
            .await
            .expect("the component does not trap")
    }

    /// Reactivates several users.
    pub async fn reactivate_all(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.instance
            .reactivate_users(targets, options)
            .await
            .expect("the component does not trap")
    }

    /// Revokes the token.
    pub async fn revoke(&mut self) -> Result<(), Error> {
        self.instance
            .revoke_token()
            .await
            .expect("the component does not trap")
    }

    /// Returns an active user of the role member.
    pub fn member(&self) -> simulator::User {
        self.members(1).remove(0)
    }

    /// Returns `count` active users of the role member.
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

/// Returns the environment variables that configure an instance for a simulator.
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

/// Starts an instance, and records the requests that it sends.
pub async fn instance(options: InstanceOptions) -> (Instance, Arc<Mutex<Vec<RequestRecord>>>) {
    let records = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&records);
    let options = options.on_request(move |request| {
        shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request.clone());
    });
    let instance = runtime()
        .instance(options)
        .await
        .expect("the component can be instantiated");
    (instance, records)
}

/// Folder of compiled components, in the target folder: a test runner may start a process for each test.
pub fn compiled_folder() -> Option<PathBuf> {
    let test = env::current_exe().ok()?;
    Some(test.parent()?.join("compiled-components"))
}

/// Returns the component, compiled once for all tests of the process.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Runtime::cached_in(compiled_folder().as_deref()).expect("the component can be compiled")
    })
}

/// Starts an instance of the configurable component without settings.
///
/// The component does not import the environment, so that environment variables in the options have no effect.
pub async fn configurable_instance(options: InstanceOptions) -> ConfigurableInstance {
    static RUNTIME: OnceLock<ConfigurableRuntime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        ConfigurableRuntime::cached_in(compiled_folder().as_deref())
            .expect("the component can be compiled")
    });
    runtime
        .instance(options)
        .await
        .expect("the component can be instantiated")
}

/// Options of the first page: no filter, and the page size of the server.
pub fn first_page() -> ListOptions {
    ListOptions {
        filter: None,
        max_page_size: None,
        page_token: None,
    }
}

/// A target named by its id.
pub fn by_id(id: impl Into<String>) -> Target {
    Target {
        who: Selector::Id(id.into()),
        expect_email: None,
    }
}

/// A target named by its e-mail address.
pub fn by_email(email: impl Into<String>) -> Target {
    Target {
        who: Selector::Email(email.into()),
        expect_email: None,
    }
}

/// Options of a real run without guards.
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
