//! `GET /v1/users`: a page of the list, as its query asks for it.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use crate::{
    bindings::{
        types::StateFilter,
        users::{ListOptions, UserPage},
    },
    json::ShownUser,
    response::Problem,
    text::whole_number,
};

/// What a query may ask for.
pub(crate) const PARAMETERS: [&str; 3] = ["state", "page_size", "page_token"];

/// What it asks for, with these values for them.
pub(crate) fn options(values: [Option<String>; 3]) -> Result<ListOptions, Problem> {
    let [state, page_size, page_token] = values;
    let filter = match state.as_deref() {
        None => None,
        Some("active") => Some(StateFilter::Active),
        Some("suspended") => Some(StateFilter::Suspended),
        Some(_) => {
            return Err(Problem::bad_request(
                "`state` must be `active` or `suspended`",
            ));
        }
    };
    let max_page_size = match page_size.as_deref().map(whole_number) {
        None => None,
        Some(Some(size @ 1..=1000)) => Some(size),
        Some(_) => {
            return Err(Problem::bad_request(
                "`page_size` must be a number from 1 to 1000",
            ));
        }
    };
    Ok(ListOptions {
        filter,
        max_page_size,
        page_token,
    })
}

/// A page.
#[derive(Serialize)]
pub(crate) struct ShownPage<'a> {
    users: Vec<ShownUser<'a>>,
    next_page_token: Option<&'a str>,
}

impl<'a> From<&'a UserPage> for ShownPage<'a> {
    fn from(page: &'a UserPage) -> Self {
        Self {
            users: page.users.iter().map(ShownUser::from).collect(),
            next_page_token: page.next_page_token.as_deref(),
        }
    }
}
