//! The four operations of the API: list users, get, suspend or reactivate one.

use alloc::string::String;
use core::slice;

use crate::{
    authorized_request::AuthorizedResponse,
    call::Call,
    endpoint::Endpoint,
    error::Effect,
    failure::Failure,
    platform::Platform,
    redact::leaks_secret,
    request::{self, Id, MAX_PAGE_SIZE},
    response,
    user::{ListOptions, User, UserPage},
    user_action::UserAction,
};

/// Cause of a failure: text of the response contains a secret, so that none of it may be shown.
const LEAKS_SECRET: &str = "it repeats a secret";

/// Lists users, one page per call: `GET /accounts/{account}/users`.
pub(crate) async fn list<P: Platform>(
    call: &Call<'_, P>,
    options: &ListOptions,
) -> Result<UserPage, Failure> {
    let query = request::list_query(options)?;
    let path = [users_path(call, None, "").as_str(), &query].concat();
    let response = call.authorized_request(Endpoint::List, &path, None).await?;
    let max = options.max_page_size.unwrap_or(MAX_PAGE_SIZE);
    let page = response::page(&response.body, max)?;
    check_secrets(
        call,
        &response,
        &page.users,
        page.next_page_token.as_deref(),
    )?;
    if page.next_page_token.is_some() && page.next_page_token == options.page_token {
        return Err(response::malformed(
            "the server returned the same page token again",
        ));
    }
    Ok(page)
}

/// Changes a user, or reads one if there is no action: `POST /accounts/{account}/users/{user}:suspend` or `:reactivate`,
/// `GET /accounts/{account}/users/{user}`.
///
/// One function for both, because a second future would make the component larger.
pub(crate) async fn get_or_change<P: Platform>(
    call: &Call<'_, P>,
    action: Option<UserAction>,
    id: &str,
) -> Result<User, Failure> {
    let id = Id::of_user(id)?;
    let (endpoint, suffix) = match action {
        None => (Endpoint::User, ""),
        Some(action) => (Endpoint::Change(action), action.path_suffix()),
    };
    let path = users_path(call, Some(&id), suffix);
    let response = call
        .authorized_request(endpoint, &path, Some(id.as_str()))
        .await?;
    let user = read_user(call, &response, &id, action);
    match action {
        None => user,
        // The server accepted the change, whatever its response contains.
        Some(_) => user.map_err(|failure| failure.with_effect(Effect::PossiblyApplied)),
    }
}

/// Reads the user of a response. Checks id and state against the request.
fn read_user<P: Platform>(
    call: &Call<'_, P>,
    response: &AuthorizedResponse,
    id: &Id,
    action: Option<UserAction>,
) -> Result<User, Failure> {
    let user = response::user(&response.body)?;
    check_secrets(call, response, slice::from_ref(&user), None)?;
    if user.id != id.as_str() {
        return Err(response::malformed("it is not the requested user"));
    }
    if action.is_some_and(|action| user.state != action.target_state()) {
        return Err(response::malformed(
            "the user is not in the requested state",
        ));
    }
    Ok(user)
}

/// Fails if texts of a response contain a secret of the settings or a token.
fn check_secrets<P: Platform>(
    call: &Call<'_, P>,
    response: &AuthorizedResponse,
    users: &[User],
    next_page_token: Option<&str>,
) -> Result<(), Failure> {
    let texts = users.iter().flat_map(User::texts).chain(next_page_token);
    let secrets = call.account().known_secrets(Some(&response.token.value));
    if leaks_secret(texts, &secrets.list()) {
        return Err(response::malformed(LEAKS_SECRET));
    }
    Ok(())
}

fn users_path<P: Platform>(call: &Call<'_, P>, user: Option<&Id>, suffix: &str) -> String {
    request::users_path(&call.settings().account, user, suffix)
}
