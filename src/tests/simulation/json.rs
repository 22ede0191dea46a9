//! JSON bodies of users and pages.

use super::rng::Rng;
use crate::{User, UserPage, UserState};

pub(super) fn user(user: &User) -> String {
    let User {
        id,
        email,
        display_name,
        state,
        create_time,
        path,
    } = user;
    let state = match state {
        UserState::Active => "ACTIVE",
        UserState::Suspended => "SUSPENDED",
        UserState::Unspecified => "STATE_UNSPECIFIED",
        UserState::Other(state) => state,
    };
    format!(
        r#"{{"id":"{id}","email":"{email}","display_name":"{display_name}","state":"{state}","create_time":"{create_time}","path":"{path}"}}"#
    )
}

/// Returns a page. The last page has no token, an empty one or null, at random.
pub(super) fn page(page: &UserPage, rng: &mut Rng) -> String {
    let users: Vec<_> = page.users.iter().map(user).collect();
    let next = match &page.next_page_token {
        Some(token) => format!(r#","next_page_token":"{token}""#),
        None => {
            let variants = ["", r#","next_page_token":"""#, r#","next_page_token":null"#];
            (*rng.pick(&variants)).to_owned()
        }
    };
    format!(r#"{{"results":[{}]{next}}}"#, users.join(","))
}
