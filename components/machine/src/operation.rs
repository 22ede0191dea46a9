//! Calls of the client, from their messages.

use alloc::{boxed::Box, rc::Rc};

use onepassword_users::{Client, Error, UserAction};
use onepassword_users_protocol::{
    CallResult, ChangeUsers, FindUser, ListAllUsers, NoArguments, OneUser, Operation,
};

use crate::{convert, platform::StepsPlatform, task::CallFuture};

/// Begins a call.
pub(crate) fn start(client: Rc<Client<StepsPlatform>>, operation: Operation) -> CallFuture {
    match operation {
        Operation::GetUser(user) => one_user(client, None, user),
        Operation::SuspendUser(user) => one_user(client, Some(UserAction::Suspend), user),
        Operation::ReactivateUser(user) => one_user(client, Some(UserAction::Reactivate), user),
        Operation::SuspendUsers(changes) => change(client, UserAction::Suspend, changes),
        Operation::ReactivateUsers(changes) => change(client, UserAction::Reactivate, changes),
        Operation::ListUsers(options) => {
            let options = convert::list_options(options);
            Box::pin(async move {
                call_result(client.list_users(&options).await, |page| {
                    CallResult::Page(convert::page(page))
                })
            })
        }
        Operation::FindUser(FindUser { email, deadline_ms }) => Box::pin(async move {
            call_result(client.find_user(&email, deadline_ms).await, |user| {
                CallResult::User(convert::user(user))
            })
        }),
        Operation::ListAllUsers(ListAllUsers {
            filter,
            limit,
            deadline_ms,
        }) => {
            let filter = filter.map(convert::filter);
            Box::pin(async move {
                call_result(
                    client.list_all_users(filter, limit, deadline_ms).await,
                    |list| CallResult::List(convert::list(list)),
                )
            })
        }
        Operation::Check(NoArguments {}) => {
            Box::pin(async move { CallResult::Findings(convert::findings(client.check().await)) })
        }
        Operation::RevokeToken(NoArguments {}) => Box::pin(async move {
            call_result(client.revoke_token().await, |()| {
                CallResult::Revoked(NoArguments {})
            })
        }),
    }
}

/// Reads one user, or changes one if there is an action: one future for three operations.
fn one_user(
    client: Rc<Client<StepsPlatform>>,
    action: Option<UserAction>,
    user: OneUser,
) -> CallFuture {
    Box::pin(async move {
        call_result(client.get_or_change(action, &user.id).await, |user| {
            CallResult::User(convert::user(user))
        })
    })
}

fn change(
    client: Rc<Client<StepsPlatform>>,
    action: UserAction,
    changes: ChangeUsers,
) -> CallFuture {
    let targets = convert::targets(changes.targets);
    let options = convert::change_options(changes.options);
    Box::pin(async move {
        call_result(
            client.change_users(action, &targets, &options).await,
            |report| CallResult::Report(convert::report(report)),
        )
    })
}

fn call_result<T>(result: Result<T, Error>, success: impl FnOnce(T) -> CallResult) -> CallResult {
    match result {
        Ok(value) => success(value),
        Err(error) => CallResult::Error(convert::error(error)),
    }
}
