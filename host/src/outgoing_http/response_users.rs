//! Users in a response of the API, read for an observer.
//!
//! Reading is lenient: a response that cannot be read contains no users. The component validates the response.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;

use crate::bindings::types::{User, UserState};

#[derive(Deserialize)]
struct PageBody {
    #[serde(default)]
    results: Vec<UserBody>,
}

#[derive(Deserialize)]
struct UserBody {
    id: String,
    email: Option<String>,
    display_name: Option<String>,
    state: Option<String>,
    create_time: Option<String>,
    path: Option<String>,
}

impl From<UserBody> for User {
    fn from(body: UserBody) -> Self {
        let state = body.state.unwrap_or_default();
        Self {
            id: body.id,
            email: body.email.unwrap_or_default(),
            display_name: body.display_name.unwrap_or_default(),
            state: match state.as_str() {
                "ACTIVE" => UserState::Active,
                "SUSPENDED" => UserState::Suspended,
                "" | "STATE_UNSPECIFIED" => UserState::Unspecified,
                _ => UserState::Other(state),
            },
            create_time: body.create_time.unwrap_or_default(),
            path: body.path.unwrap_or_default(),
        }
    }
}

/// Users of a page, without those that repeat a secret.
pub(super) fn page(body: &[u8], secrets: &[String]) -> Vec<User> {
    let page = serde_json::from_slice::<PageBody>(body);
    let users = page.map_or_else(|_| Vec::new(), |page| page.results);
    let users = users.into_iter().map(User::from);
    users.filter(|user| !leaks_secret(user, secrets)).collect()
}

/// User of a response. None if it repeats a secret.
pub(super) fn user(body: &[u8], secrets: &[String]) -> Option<User> {
    let user = User::from(serde_json::from_slice::<UserBody>(body).ok()?);
    Some(user).filter(|user| !leaks_secret(user, secrets))
}

fn leaks_secret(user: &User, secrets: &[String]) -> bool {
    let state = match &user.state {
        UserState::Other(state) => state.as_str(),
        _ => "",
    };
    [
        &user.id,
        &user.email,
        &user.display_name,
        state,
        &user.create_time,
        &user.path,
    ]
    .into_iter()
    .any(|text| secrets.iter().any(|secret| text.contains(secret.as_str())))
}

/// Secrets in the value of an `Authorization` header: the token, or base64 of `id:secret` and the secret in it.
pub(super) fn secrets(authorization: &str) -> Vec<String> {
    let Some((_, credentials)) = authorization.split_once(' ') else {
        return Vec::new();
    };
    let mut secrets = vec![credentials.to_owned()];
    if let Ok(pair) = BASE64_STANDARD.decode(credentials)
        && let Ok(pair) = String::from_utf8(pair)
        && let Some((_, secret)) = pair.split_once(':')
    {
        secrets.push(secret.to_owned());
    }
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_that_repeats_a_secret_is_left_out() {
        let secrets = [secrets("Bearer to\"ken"), secrets("Basic aWQ6czNjcjN0")].concat();
        assert_eq!(secrets, ["to\"ken", "aWQ6czNjcjN0", "s3cr3t"]);
        let body = br#"{"results":[{"id":"A"},{"id":"B","email":"a to\u0022ken"},{"id":"C","state":"xs3cr3tx"}]}"#;
        let ids: Vec<_> = page(body, &secrets)
            .into_iter()
            .map(|user| user.id)
            .collect();
        assert_eq!(ids, ["A"]);
        assert_eq!(user(br#"{"id":"A","path":"aWQ6czNjcjN0"}"#, &secrets), None);
    }

    #[test]
    fn an_unreadable_response_contains_no_users() {
        for body in [
            &b""[..],
            b"<html>",
            b"[]",
            br#"{"results":[1]}"#,
            br#"{"id":1}"#,
        ] {
            assert_eq!(page(body, &[]), []);
            assert_eq!(user(body, &[]), None);
        }
    }
}
