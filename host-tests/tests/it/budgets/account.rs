//! An account of any size, whose responses are made up without a server.

use std::fmt::Write;

use http::Uri;

/// Maximum number of users of a page.
const PAGE: u32 = 1000;
const TOKEN: &str =
    r#"{"access_token":"token-of-the-budgets","token_type":"Bearer","expires_in":900}"#;

/// An account.
#[derive(Clone, Copy)]
pub(super) struct Account {
    /// Number of users.
    pub(super) users: u32,
}

impl Account {
    /// Id of a user: as long as those of the API.
    pub(super) fn id(number: u32) -> String {
        format!("IR7VJHJ36JHINBFAD{number:09}")
    }

    /// E-mail address of a user.
    pub(super) fn email(number: u32) -> String {
        format!("user{number:07}@acme.example")
    }

    /// Body of the response to a request.
    pub(super) fn response(self, uri: &Uri) -> String {
        let path = uri.path();
        if path.ends_with("/token") {
            return TOKEN.to_owned();
        }
        let (_, last) = path.rsplit_once('/').unwrap_or_default();
        if last == "users" {
            return self.page(uri.query().unwrap_or_default());
        }
        let (id, state) = match last.split_once(':') {
            Some((id, _)) => (id, "SUSPENDED"),
            None => (last, "ACTIVE"),
        };
        let number = id.get(17..).and_then(|number| number.parse().ok());
        user(number.expect("an id of this account"), state)
    }

    /// A page. Its token is the number of its first user.
    fn page(self, query: &str) -> String {
        let token = query
            .split('&')
            .find_map(|it| it.strip_prefix("page_token="));
        let first: u32 = token.map_or(0, |token| token.parse().expect("a token of this account"));
        let next = first.saturating_add(PAGE).min(self.users);
        let mut page = String::from(r#"{"results":["#);
        for number in first..next {
            page.push_str(if number == first { "" } else { "," });
            page.push_str(&user(number, "ACTIVE"));
        }
        page.push(']');
        if next < self.users {
            write!(page, r#","next_page_token":"{next}""#).expect("a text takes any text");
        }
        page.push('}');
        page
    }
}

fn user(number: u32, state: &str) -> String {
    let (id, email) = (Account::id(number), Account::email(number));
    format!(
        r#"{{"id":"{id}","email":"{email}","display_name":"Wendy Appleseed","state":"{state}","create_time":"2023-03-01T10:00:00Z","path":"accounts/ACCOUNT1/users/{id}"}}"#
    )
}
