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
    let mut ids = NameSet::default();
    while let Some(page) = pages.next().await? {
        let count = users.len().saturating_add(page.len());
        let size = count.saturating_mul(USER_SIZE);
        if users.try_reserve(page.len()).is_err()
            || !can_allocate(size.saturating_add(MIN_FREE_FOR_PAGE))
        {
            return Err(Failure::new(
                ErrorCode::Other,
                "the list does not fit into the instance's memory".to_owned(),
                Some("set a lower limit, or give the instance more memory"),
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
