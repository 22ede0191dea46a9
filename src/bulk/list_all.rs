//! The whole list at once, up to a limit.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{UserList, name_set::Index, pages::Pages};
use crate::{
    call::Call,
    client::Client,
    error::{Error, ErrorCode, Operation},
    failure::Failure,
    memory::is_spare,
    platform::Platform,
    request::MAX_PAGE_SIZE,
    user::{ListOptions, StateFilter},
};

/// What a user takes while a list of them is handed over, in bytes.
const LARGEST_USER: usize = 160;
/// What is left free in memory beside that, for the next page, in bytes.
const PAGE_ROOM: usize = 1 << 20;

impl<H: Platform> Client<H> {
    /// Lists users, at most so many: every page until then.
    pub async fn list_all_users(
        &self,
        filter: Option<StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<UserList, Error> {
        let call = self
            .begin(Operation::ListAllUsers)?
            .with_deadline(deadline_ms)?;
        call.finish(list_all(&call, filter, limit).await)
    }
}

async fn list_all<P: Platform>(
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
    let mut ids = Index::default();
    let mut complete = true;
    while let Some(page) = pages.next().await? {
        let all = users.len().saturating_add(page.len());
        let later = all.saturating_mul(LARGEST_USER).saturating_add(PAGE_ROOM);
        if users.try_reserve(page.len()).is_err() || !is_spare(later) {
            return Err(Failure::new(
                ErrorCode::Other,
                "the list does not fit into the instance's memory".to_owned(),
                Some("set a lower limit, or give the instance more memory"),
            ));
        }
        for user in page {
            if ids.get(&user.id).is_some() {
                continue;
            }
            if users.len() >= limit {
                complete = false;
                break;
            }
            ids.place(&user.id, users.len());
            users.push(user);
        }
        if !complete || users.len() >= limit && !pages.are_over() {
            complete = false;
            break;
        }
    }
    Ok(UserList { users, complete })
}
