//! `GET /v1/users`: the query, and the page of users in the response.

use alloc::string::String;

use crate::{
    bindings::{
        types::StateFilter,
        users::{ListOptions, UserPage},
    },
    json::{self, UserJson},
    problem::Problem,
    text::parse_digits,
};

/// Names of the query parameters.
pub(crate) const PARAMETERS: [&str; 3] = ["state", "page_size", "page_token"];

/// Reads the values of [`PARAMETERS`], in their order.
pub(crate) fn parse_options(values: [Option<String>; 3]) -> Result<ListOptions, Problem> {
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
    let max_page_size = match page_size.as_deref().map(parse_digits) {
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

/// Body of a response with a page of users.
pub(crate) struct UserPageBody(pub(crate) UserPage);

impl UserPageBody {
    /// Passes the JSON to `write`, piece by piece.
    pub(crate) fn write(&self, write: &mut dyn FnMut(&str)) {
        let Self(page) = self;
        write("{\"users\":[");
        json::write_items(page.users.iter().map(UserJson::from), write);
        write("],\"next_page_token\":");
        write(&json::to_string(&page.next_page_token));
        write("}");
    }
}
