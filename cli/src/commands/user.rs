//! The command `suspend`: asks first, where there is somebody to ask.

use std::io::{self, IsTerminal};

use host::Instance;

use crate::{
    Outcome,
    failure::Failure,
    output::{Output, json::state_name, stderr},
};

/// Suspends a user. On a terminal it shows who that is, and asks.
pub(crate) async fn suspend(
    instance: &mut Instance,
    id: &str,
    yes: bool,
    output: &mut Output,
) -> Outcome {
    if !yes && io::stdin().is_terminal() && !confirmed(instance, id).await? {
        return Err(Failure::Other(
            "not confirmed; nothing was changed".to_owned(),
        ));
    }
    let user = instance.suspend_user(id).await??;
    Ok(output.users(&[user])?)
}

async fn confirmed(instance: &mut Instance, id: &str) -> Result<bool, Failure> {
    // An application that may suspend need not be allowed to read: then the id has to do.
    let who = match instance.get_user(id).await? {
        Ok(user) => format!(
            "{} <{}>, now {}",
            user.display_name,
            user.email,
            state_name(&user.state)
        ),
        Err(_) => format!("the user {id}"),
    };
    let who: String = who.chars().filter(|letter| !letter.is_control()).collect();
    stderr::say_part(format_args!("Suspend {who}? [y/N] "));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
