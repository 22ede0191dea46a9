//! A client of one account: the functions of the contract, on an instance of the steps module.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use onepassword_users_protocol::{
    self as protocol, CallResult, ChangeUsers, NoArguments, OneUser, Operation,
};
use tokio::sync::oneshot;
use wasmtime::format_err;

use super::{
    call::{NewCall, OnSettled},
    convert,
    driver::{Command, Commands},
};
use crate::{
    bindings::{
        connection::Finding,
        containment::{ChangeOptions, Report, Target, TargetReport, UserList},
        types::{Error, StateFilter, User},
        users::{ListOptions, UserPage},
    },
    error::{HostError, Result},
    outgoing_http::HttpClients,
    plugin::Explain,
};

/// A client of one account. Its calls may run at the same time, and share a token and connections.
///
/// A call whose future is dropped ends at once. Dropping the client cancels its requests.
///
/// The outer result of a call is wasmtime's: it fails if the module could not be run, and then for each further call too.
pub struct StepsClient {
    commands: Commands,
    http: Arc<HttpClients>,
    last_call: AtomicU32,
}

/// Manner in which calls are stopped. Either way, nothing new is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StopMode {
    /// Waits for the responses to requests under way.
    Drain,
    /// Cancels requests under way. Changes among them may have been made.
    AtOnce,
}

impl StepsClient {
    pub(super) const fn new(commands: Commands, http: Arc<HttpClients>) -> Self {
        Self {
            commands,
            http,
            last_call: AtomicU32::new(0),
        }
    }

    /// Stops all calls under way, which then end with their results. Targets of a bulk change for which no change was sent are
    /// skipped.
    pub fn stop(&self, mode: StopMode) {
        let at_once = mode == StopMode::AtOnce;
        let call = None;
        // Fails if the driver ended, which also ended the calls.
        self.commands.send(Command::Stop { call, at_once }).ok();
    }

    /// `users.list-users`
    pub async fn list_users(&self, options: &ListOptions) -> Result<Result<UserPage, Error>> {
        let operation = Operation::ListUsers(convert::list_options(options));
        match self.call(operation).await? {
            CallResult::Page(page) => Ok(Ok(convert::page(page))),
            other => self.unexpected(other),
        }
    }

    /// `users.get-user`
    pub async fn get_user(&self, id: &str) -> Result<Result<User, Error>> {
        self.user(Operation::GetUser(one_user(id))).await
    }

    /// `users.suspend-user`
    pub async fn suspend_user(&self, id: &str) -> Result<Result<User, Error>> {
        self.user(Operation::SuspendUser(one_user(id))).await
    }

    /// `users.reactivate-user`
    pub async fn reactivate_user(&self, id: &str) -> Result<Result<User, Error>> {
        self.user(Operation::ReactivateUser(one_user(id))).await
    }

    /// `containment.find-user`
    pub async fn find_user(
        &self,
        email: &str,
        deadline_ms: Option<u32>,
    ) -> Result<Result<User, Error>> {
        let arguments = protocol::FindUser {
            email: email.to_owned(),
            deadline_ms,
        };
        self.user(Operation::FindUser(arguments)).await
    }

    /// `containment.list-all-users`
    pub async fn list_all_users(
        &self,
        filter: Option<StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<Result<UserList, Error>> {
        let arguments = protocol::ListAllUsers {
            filter: filter.map(convert::filter),
            limit,
            deadline_ms,
        };
        match self.call(Operation::ListAllUsers(arguments)).await? {
            CallResult::List(list) => Ok(Ok(convert::list(list))),
            other => self.unexpected(other),
        }
    }

    /// `containment.suspend-users`
    ///
    /// Calls `on_settled` with the index and the report of each target as soon as it is decided, in a thread that may block.
    /// No request is sent before it returns. `Break` stops the call: nothing more is sent.
    pub async fn suspend_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
        on_settled: impl FnMut(usize, &TargetReport) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Result<Report, Error>> {
        let operation = Operation::SuspendUsers(change_users(targets, options));
        self.change(operation, Box::new(on_settled)).await
    }

    /// `containment.reactivate-users`, with `on_settled` as in [`suspend_users`](Self::suspend_users).
    pub async fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
        on_settled: impl FnMut(usize, &TargetReport) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Result<Report, Error>> {
        let operation = Operation::ReactivateUsers(change_users(targets, options));
        self.change(operation, Box::new(on_settled)).await
    }

    /// `connection.check`
    pub async fn check(&self) -> Result<Vec<Finding>> {
        match self.call(Operation::Check(NoArguments {})).await? {
            CallResult::Findings(findings) => {
                let mut findings = convert::findings(findings);
                findings.explain(&self.http.causes());
                Ok(findings)
            }
            _ => Err(other_function()),
        }
    }

    /// `connection.revoke-token`
    pub async fn revoke_token(&self) -> Result<Result<(), Error>> {
        match self.call(Operation::RevokeToken(NoArguments {})).await? {
            CallResult::Revoked(_) => Ok(Ok(())),
            other => self.unexpected(other),
        }
    }

    async fn user(&self, operation: Operation) -> Result<Result<User, Error>> {
        match self.call(operation).await? {
            CallResult::User(user) => Ok(Ok(convert::user(user))),
            other => self.unexpected(other),
        }
    }

    async fn change(
        &self,
        operation: Operation,
        on_settled: OnSettled,
    ) -> Result<Result<Report, Error>> {
        match self.call_with(operation, Some(on_settled)).await? {
            CallResult::Report(report) => {
                let mut report = convert::report(report);
                report.explain(&self.http.causes());
                Ok(Ok(report))
            }
            other => self.unexpected(other),
        }
    }

    /// Error of a call, or of the host if the result is that of another call.
    fn unexpected<T>(&self, result: CallResult) -> Result<Result<T, Error>> {
        match result {
            CallResult::Error(error) => {
                let mut error = convert::error(error);
                error.explain(&self.http.causes());
                Ok(Err(error))
            }
            _ => Err(other_function()),
        }
    }

    async fn call(&self, operation: Operation) -> Result<CallResult> {
        self.call_with(operation, None).await
    }

    async fn call_with(
        &self,
        operation: Operation,
        on_settled: Option<OnSettled>,
    ) -> Result<CallResult> {
        let number = self.last_call.fetch_add(1, Ordering::Relaxed);
        let (result, ended) = oneshot::channel();
        let call = NewCall {
            operation,
            on_settled,
            result,
        };
        let driver_ended = || format_err!("the client has ended");
        let start = Command::Start(number, call);
        self.commands.send(start).map_err(|_| driver_ended())?;
        let mut guard = StopOnDrop {
            commands: &self.commands,
            number: Some(number),
        };
        let ended = ended.await;
        guard.number = None;
        ended.map_err(|_| driver_ended())?
    }
}

/// Stops a call at once if it is dropped before the call ended.
struct StopOnDrop<'a> {
    commands: &'a Commands,
    number: Option<u32>,
}

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        if self.number.is_some() {
            let stop = Command::Stop {
                call: self.number,
                at_once: true,
            };
            self.commands.send(stop).ok();
        }
    }
}

fn other_function() -> HostError {
    format_err!("the module returned the result of another function")
}

fn one_user(id: &str) -> OneUser {
    OneUser { id: id.to_owned() }
}

fn change_users(targets: &[Target], options: &ChangeOptions) -> ChangeUsers {
    ChangeUsers {
        targets: targets.iter().map(convert::target).collect(),
        options: convert::change_options(options),
    }
}
