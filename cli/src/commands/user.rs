//! The commands for one user: `get`, `suspend` and `reactivate`.

use std::io::{self, IsTerminal};

use host::Instance;

use crate::{
    failure::{CommandResult, Failure},
    output::{Output, stderr},
};

/// Shows a user, named by id or e-mail address.
pub(super) async fn get(instance: &mut Instance, user: &str, output: &mut Output) -> CommandResult {
    let user = if user.contains('@') {
        instance.find_user(user, None).await??
    } else {
        instance.get_user(user).await??
    };
    Ok(output.users(&[user])?)
}

/// Suspends a user. On a terminal it shows the user and asks, unless `yes`.
pub(super) async fn suspend(
    instance: &mut Instance,
    id: &str,
    yes: bool,
    output: &mut Output,
) -> CommandResult {
    if !yes && io::stdin().is_terminal() && !is_confirmed(instance, id).await? {
        return Err(Failure::other("not confirmed; nothing was changed"));
    }
    let user = instance.suspend_user(id).await??;
    Ok(output.users(&[user])?)
}

/// Reactivates a user.
pub(super) async fn reactivate(
    instance: &mut Instance,
    id: &str,
    output: &mut Output,
) -> CommandResult {
    let user = instance.reactivate_user(id).await??;
    Ok(output.users(&[user])?)
}

async fn is_confirmed(instance: &mut Instance, id: &str) -> Result<bool, Failure> {
    // The application may be permitted to suspend users and not to read them: then only the id is known.
    let user = match instance.get_user(id).await? {
        Ok(user) => format!(
            "{} <{}>, now {}",
            user.display_name,
            user.email,
            user.state.name()
        ),
        Err(_) => format!("the user {id}"),
    };
    let user: String = user.chars().filter(|letter| !letter.is_control()).collect();
    stderr::print(format_args!("Suspend {user}? [y/N] "));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
