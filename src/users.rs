//! The four operations of the API: list, get, suspend, reactivate.

use alloc::string::String;

use crate::{
    call::Call,
    client::Client,
    endpoint::Endpoint,
    error::{Error, Failure, Operation},
    platform::Platform,
    request::{self, Id, LARGEST_PAGE},
    response, text,
    user::{ListOptions, User, UserPage, UserState},
};

const REPEATED: &str = "it repeats a secret";

impl<H: Platform> Client<H> {
    /// Lists users, a page at a time: `GET /accounts/{account}/users`.
    pub async fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        let call = self.begin(Operation::ListUsers)?;
        call.finish(call.list(options).await)
    }

    /// Reads one user: `GET /accounts/{account}/users/{user}`.
    pub async fn get_user(&self, id: &str) -> Result<User, Error> {
        self.one_user(OneUser::Get, id).await
    }

    /// Suspends a user: `POST /accounts/{account}/users/{user}:suspend`.
    pub async fn suspend_user(&self, id: &str) -> Result<User, Error> {
        self.one_user(OneUser::Suspend, id).await
    }

    /// Reactivates a user: `POST /accounts/{account}/users/{user}:reactivate`.
    pub async fn reactivate_user(&self, id: &str) -> Result<User, Error> {
        self.one_user(OneUser::Reactivate, id).await
    }

    /// The three operations on one user, in one: each future of its own would make the component larger.
    pub async fn one_user(&self, what: OneUser, id: &str) -> Result<User, Error> {
        let call = self.begin(what.operation())?;
        call.finish(call.one_user(what, id).await)
    }
}

/// What is done with one user.
#[derive(Clone, Copy)]
pub enum OneUser {
    /// Reads the user.
    Get,
    /// Suspends the user.
    Suspend,
    /// Reactivates the user.
    Reactivate,
}

impl OneUser {
    const fn operation(self) -> Operation {
        match self {
            Self::Get => Operation::GetUser,
            Self::Suspend => Operation::SuspendUser,
            Self::Reactivate => Operation::ReactivateUser,
        }
    }

    const fn endpoint(self) -> Endpoint {
        match self {
            Self::Get => Endpoint::User,
            Self::Suspend | Self::Reactivate => Endpoint::Change,
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Get => "",
            Self::Suspend => ":suspend",
            Self::Reactivate => ":reactivate",
        }
    }

    /// The state that the user must be in afterwards, if it is a change.
    pub(crate) const fn state(self) -> Option<UserState> {
        match self {
            Self::Get => None,
            Self::Suspend => Some(UserState::Suspended),
            Self::Reactivate => Some(UserState::Active),
        }
    }
}

impl<H: Platform> Call<'_, H> {
    pub(crate) async fn list(&self, options: &ListOptions) -> Result<UserPage, Failure> {
        let query = request::list_query(options)?;
        let path = text::concat(&[&self.users_path(None, ""), &query]);
        let answered = self.resource(Endpoint::List, &path).await?;
        let most = options.max_page_size.unwrap_or(LARGEST_PAGE);
        let page = response::page(&answered.body, most)?;
        let next = page.next_page_token.as_deref().into_iter();
        let texts = page.users.iter().flat_map(User::texts).chain(next);
        if self.is_repeated(&answered.token, texts) {
            return Err(response::malformed(REPEATED));
        }
        if page.next_page_token.is_some() && page.next_page_token == options.page_token {
            return Err(response::malformed("the next page is the same page again"));
        }
        Ok(page)
    }

    pub(crate) async fn one_user(&self, what: OneUser, id: &str) -> Result<User, Failure> {
        let id = Id::of_user(id)?;
        let path = self.users_path(Some(&id), what.verb());
        let answered = self.resource(what.endpoint(), &path).await?;
        let result = response::user(&answered.body).and_then(|user| {
            if self.is_repeated(&answered.token, user.texts().into_iter()) {
                return Err(response::malformed(REPEATED));
            }
            if user.id != id.as_str() {
                return Err(response::malformed(
                    "it is another user than the one asked for",
                ));
            }
            if what.state().is_some_and(|state| user.state != state) {
                return Err(response::malformed(
                    "the user is not in the state that was asked for",
                ));
            }
            Ok(user)
        });
        if result.is_err() && what.state().is_some() {
            self.mark_uncertain();
        }
        result
    }

    fn users_path(&self, user: Option<&Id>, verb: &str) -> String {
        let settings = self.settings();
        request::users_path(settings.api_version.prefix(), &settings.account, user, verb)
    }
}
