//! The whole list of users in one result, up to a limit.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{name_set::NameSet, pages::Pages, types::UserList};
use crate::{
    call::Call,
    error::ErrorCode,
    failure::Failure,
    memory::can_allocate,
    platform::Platform,
    request::MAX_PAGE_SIZE,
    user::{ListOptions, StateFilter},
};

/// Bytes that a user takes while the list is returned.
const USER_SIZE: usize = 160;
/// Maximum size of a list as hosts count it, in bytes: wasmtime copies no more from one call, and ends the instance instead.
const MAX_LIST: usize = 128 << 20;
/// Size of a user in a host beside its texts, in bytes: 330 where each value is an object of its own.
const HOST_USER_SIZE: usize = 400;
/// Memory that must stay free for the next page, in bytes.
const MIN_FREE_FOR_PAGE: usize = 1 << 20;

/// Lists users up to a limit: reads pages until the limit or the end of the list is reached.
pub(crate) async fn list_all_users<P: Platform>(
    call: &Call<'_, P>,
    filter: Option<StateFilter>,
    limit: u32,
) -> Result<UserList, Failure> {
    if limit == 0 {
        return Err(Failure::new(
            ErrorCode::InvalidArgument,
            "the limit must be 1 or more".to_owned(),
            None,
        ));
    }
    let options = ListOptions {
        filter,
        max_page_size: Some(limit.min(MAX_PAGE_SIZE)),
        page_token: None,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut pages = Pages::new(call, options);
    let mut users = Vec::new();
    let mut host_size = 0_usize;
    let mut ids = NameSet::default();
    while let Some(page) = pages.next().await? {
        let count = users.len().saturating_add(page.len());
        let size = count.saturating_mul(USER_SIZE);
        if users.try_reserve(page.len()).is_err()
            || !can_allocate(size.saturating_add(MIN_FREE_FOR_PAGE))
        {
            return Err(too_large(
                "the list does not fit into the instance's memory",
                "set a lower limit, or give the instance more memory",
            ));
        }
        for user in page {
            // The server lists a user twice if the list changes between two pages.
            if ids.contains(&user.id) {
                continue;
            }
            if users.len() >= limit {
                let complete = false;
                return Ok(UserList { users, complete });
            }
            let user_size = HOST_USER_SIZE.saturating_add(user.size());
            host_size = host_size.saturating_add(user_size);
            if host_size > MAX_LIST {
                return Err(too_large(
                    "the list is larger than the 128 MiB that a call can return",
                    "set a lower limit, or list the users page by page",
                ));
            }
            ids.insert(&user.id);
            users.push(user);
        }
        if users.len() >= limit {
            let complete = pages.is_at_end();
            return Ok(UserList { users, complete });
        }
    }
    Ok(UserList {
        users,
        complete: true,
    })
}

fn too_large(cause: &str, hint: &'static str) -> Failure {
    Failure::new(ErrorCode::Other, cause.to_owned(), Some(hint))
}
