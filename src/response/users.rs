//! Users and pages of users, from JSON.

use alloc::{string::String, vec::Vec};

use super::{
    json::{Object, Schema, Value},
    object::{malformed, optional, read},
};
use crate::{
    failure::Failure,
    request::MAX_PAGE_TOKEN,
    user::{User, UserPage, UserState},
};

const USER: Schema = Schema {
    fields: &[
        "id",
        "email",
        "display_name",
        "state",
        "create_time",
        "path",
    ],
    list: None,
};

/// Reads one user.
pub(crate) fn user(body: &[u8]) -> Result<User, Failure> {
    user_of(read(body, USER)?)
}

/// Reads a page of users, up to a maximum number.
pub(crate) fn page(body: &[u8], max_users: u32) -> Result<UserPage, Failure> {
    let schema = Schema {
        fields: &["results", "next_page_token"],
        list: Some((&USER, max_users)),
    };
    let page = read(body, schema)?;
    let [results, next_page_token, ..] = page.values;
    let next_page_token = optional(next_page_token)?.filter(|token| !token.is_empty());
    if next_page_token
        .as_ref()
        .is_some_and(|token| token.len() > MAX_PAGE_TOKEN)
    {
        return Err(malformed("the next page token is longer than 4096 bytes"));
    }
    let results = match results {
        Value::Objects(results) => results,
        // Protobuf leaves out default values. But a body with other fields only is not an empty list.
        Value::Null => Vec::new(),
        Value::Missing if next_page_token.is_some() || !page.has_others => Vec::new(),
        Value::Missing => return Err(malformed("the list has no `results`")),
        _ => {
            return Err(malformed(
                "`results` is not a list of users, or is longer than requested",
            ));
        }
    };
    let mut users = Vec::with_capacity(results.len());
    for user in results {
        users.push(user_of(user)?);
    }
    Ok(UserPage {
        users,
        next_page_token,
    })
}

/// User from the fields of an object.
fn user_of(user: Object) -> Result<User, Failure> {
    if user.is_mismatch {
        return Err(malformed("a user has an unexpected structure"));
    }
    let mut texts = [const { String::new() }; 6];
    for (text, value) in texts.iter_mut().zip(user.values) {
        *text = optional(value)?.unwrap_or_default();
    }
    let [id, email, display_name, state, create_time, path] = texts;
    if id.is_empty() {
        return Err(malformed("a user has no id"));
    }
    Ok(User {
        id,
        email,
        display_name,
        state: match state.as_str() {
            "ACTIVE" => UserState::Active,
            "SUSPENDED" => UserState::Suspended,
            "" | "STATE_UNSPECIFIED" => UserState::Unspecified,
            _ => UserState::Other(state),
        },
        create_time,
        path,
    })
}
