//! The client itself, natively, on a platform that answers from memory: what it costs without a host and without a network.

use std::future;

use onepassword_users::{
    Client, ListOptions, Secret,
    platform::{Body, Duration, Instant, Platform, Request, Response, SendError},
    settings::{ApiVersion, Credentials, Origin, RawSettings, Settings},
};

use crate::Result;

const TOKEN: &str =
    r#"{"access_token":"token-of-the-benchmark","token_type":"Bearer","expires_in":900}"#;

/// A client whose account has one page of users.
pub struct CoreClient(Client<Memory>);

/// A platform that answers at once, from memory.
struct Memory {
    user: String,
    page: String,
}

struct OnePiece(Option<Vec<u8>>);

impl Body for OnePiece {
    async fn next(&mut self) -> std::result::Result<Option<Vec<u8>>, SendError> {
        Ok(self.0.take())
    }
}

impl Platform for Memory {
    type Body = OnePiece;

    async fn send(
        &self,
        request: Request<'_>,
    ) -> std::result::Result<Response<OnePiece>, SendError> {
        let path = request.path_and_query;
        let body = if path.ends_with("/token") {
            TOKEN
        } else if path.contains("/users/") {
            &self.user
        } else {
            &self.page
        };
        Ok(Response {
            status: 200,
            retry_after: None,
            date: None,
            content_length: u64::try_from(body.len()).ok(),
            body: OnePiece(Some(body.into())),
        })
    }

    fn sleep(&self, _: Duration) -> impl Future<Output = ()> {
        future::pending()
    }

    fn now(&self) -> Instant {
        Instant::from_origin(Duration::ZERO)
    }
}

/// A user as the API writes one.
fn user(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","email":"{}@acme.example","display_name":"Wendy Appleseed","state":"ACTIVE","create_time":"2023-03-01T10:00:00Z","path":"accounts/ACCOUNT1/users/{id}"}}"#,
        id.to_lowercase()
    )
}

impl CoreClient {
    /// A client that has this user.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let users: Vec<_> = (0..1000)
            .map(|number| user(&format!("U{number}")))
            .collect();
        let settings = Settings::new(RawSettings {
            account_id: "ACCOUNT1".into(),
            credentials: Credentials::Client {
                id: "client-1".into(),
                secret: Secret::new("secret-of-the-benchmark".into()),
            },
            origin: Origin::Com,
            api_version: ApiVersion::V1Beta1,
            token_path: None,
            revoke_path: None,
            user_agent: None,
            deadline_ms: None,
        });
        let memory = Memory {
            user: user(id),
            page: format!(r#"{{"results":[{}]}}"#, users.join(",")),
        };
        Self(Client::new(memory, settings))
    }

    /// Reads the user.
    ///
    /// # Errors
    ///
    /// Fails if the call does.
    pub async fn get(&self, id: &str) -> Result<()> {
        let user = self.0.get_user(id).await;
        user.map(drop).map_err(|error| error.message.into())
    }

    /// Lists the page of a thousand users.
    ///
    /// # Errors
    ///
    /// Fails if the call does.
    pub async fn list(&self) -> Result<()> {
        let options = ListOptions {
            filter: None,
            max_page_size: Some(1000),
            page_token: None,
        };
        let page = self.0.list_users(&options).await;
        page.map(drop).map_err(|error| error.message.into())
    }
}
