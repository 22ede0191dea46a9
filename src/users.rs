//! The four operations of the API: list, get, suspend, reactivate.

use crate::{
    answer,
    call::{Call, Endpoint},
    client::Client,
    error::{Error, Failure, Operation},
    host::{Host, Method},
    request::{self, Id, LARGEST_PAGE},
    text,
};
use alloc::{string::String, vec::Vec};

/// A person in the account: `user` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// Opaque, and the only key that the API knows.
    pub id: String,
    /// The e-mail address.
    pub email: String,
    /// The person's name.
    pub display_name: String,
    /// Whether the user has access.
    pub state: UserState,
    /// RFC 3339, as the server sent it.
    pub create_time: String,
    /// `accounts/<account>/users/<id>`.
    pub path: String,
}

/// Whether a user has access: `user-state` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserState {
    /// `ACTIVE`
    Active,
    /// `SUSPENDED`
    Suspended,
    /// `STATE_UNSPECIFIED`, or none.
    Unspecified,
    /// Any other, as the server spelt it.
    Other(String),
}

/// Which users a list shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StateFilter {
    /// `user.isActive()`
    Active,
    /// `user.isSuspended()`
    Suspended,
}

/// What to list, and from where on.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// Which users. None shows all.
    pub filter: Option<StateFilter>,
    /// 1 to 1000. None leaves it to the server.
    pub max_page_size: Option<u32>,
    /// `next_page_token` of the page before.
    pub page_token: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserPage {
    /// In the server's order.
    pub users: Vec<User>,
    /// Where the next page starts. None after the last one.
    pub next_page_token: Option<String>,
}

impl<H: Host> Client<H> {
    /// Lists users, a page at a time: `GET /accounts/{account}/users`.
    pub async fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        let call = self.begin(Operation::ListUsers)?;
        call.finish(call.list(options).await)
    }

    /// Reads one user: `GET /accounts/{account}/users/{user}`.
    pub async fn get_user(&self, id: &str) -> Result<User, Error> {
        let call = self.begin(Operation::GetUser)?;
        call.finish(call.get(id).await)
    }

    /// Suspends a user: `POST /accounts/{account}/users/{user}:suspend`.
    pub async fn suspend_user(&self, id: &str) -> Result<User, Error> {
        let call = self.begin(Operation::SuspendUser)?;
        call.finish(call.change(id, Change::Suspend).await)
    }

    /// Reactivates a user: `POST /accounts/{account}/users/{user}:reactivate`.
    pub async fn reactivate_user(&self, id: &str) -> Result<User, Error> {
        let call = self.begin(Operation::ReactivateUser)?;
        call.finish(call.change(id, Change::Reactivate).await)
    }
}

/// The two changes that the API can make.
#[derive(Clone, Copy)]
enum Change {
    Suspend,
    Reactivate,
}

impl Change {
    const fn verb(self) -> &'static str {
        match self {
            Self::Suspend => ":suspend",
            Self::Reactivate => ":reactivate",
        }
    }

    const fn state(self) -> UserState {
        match self {
            Self::Suspend => UserState::Suspended,
            Self::Reactivate => UserState::Active,
        }
    }
}

impl<H: Host> Call<'_, H> {
    pub(crate) async fn list(&self, options: &ListOptions) -> Result<UserPage, Failure> {
        let query = request::list_query(options)?;
        let path = text::concat(&[&self.users_path(None, ""), &query]);
        let body = self.resource(Endpoint::List, Method::Get, &path).await?;
        let page = answer::page(&body, options.max_page_size.unwrap_or(LARGEST_PAGE))?;
        if page.next_page_token.is_some() && page.next_page_token == options.page_token {
            return Err(answer::malformed("the next page is the same page again"));
        }
        Ok(page)
    }

    pub(crate) async fn get(&self, id: &str) -> Result<User, Failure> {
        let id = Id::of_user(id)?;
        let path = self.users_path(Some(&id), "");
        let body = self.resource(Endpoint::User, Method::Get, &path).await?;
        user_of(&body, &id)
    }

    async fn change(&self, id: &str, change: Change) -> Result<User, Failure> {
        let id = Id::of_user(id)?;
        let path = self.users_path(Some(&id), change.verb());
        let body = self.resource(Endpoint::Change, Method::Post, &path).await?;
        let user = user_of(&body, &id).and_then(|user| {
            if user.state == change.state() {
                Ok(user)
            } else {
                Err(answer::malformed(
                    "the user is not in the state that was asked for",
                ))
            }
        });
        user.inspect_err(|_| self.mark_uncertain())
    }

    fn users_path(&self, user: Option<&Id>, verb: &str) -> String {
        let settings = self.settings();
        request::users_path(settings.api_version.prefix(), &settings.account, user, verb)
    }
}

/// The user of an answer, who must be the one that was asked about.
fn user_of(body: &[u8], id: &Id) -> Result<User, Failure> {
    let user = answer::user(body)?;
    if user.id == id.as_str() {
        Ok(user)
    } else {
        Err(answer::malformed(
            "it is another user than the one asked for",
        ))
    }
}
