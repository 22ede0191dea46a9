//! A native client as a careful program has it: reqwest, serde, one token, time-outs, kept connections.

use std::time::{Duration, Instant};

use reqwest::{
    Client, Method, Request, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT},
};
use serde::Deserialize;

use crate::{Result, Settings, http_client};

/// A user of the API.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NativeUser {
    /// Id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// First and last name.
    pub display_name: String,
    /// State, as the server spells it.
    pub state: String,
    /// Time of creation.
    pub create_time: String,
    /// Path of the resource.
    pub path: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NativePage {
    results: Vec<NativeUser>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    expires_in: u64,
}

/// The client.
pub struct NativeClient {
    http: Client,
    origin: String,
    users: String,
    id: String,
    secret: String,
    token: Option<(HeaderValue, Instant)>,
}

impl NativeClient {
    /// A client with these settings.
    ///
    /// # Errors
    ///
    /// Fails if a setting is not set.
    pub fn new(settings: &Settings) -> Result<Self> {
        let account = settings.get("OP_USERS_ACCOUNT_ID")?.to_owned();
        let origin = settings.get("OP_USERS_BASE_URL")?.to_owned();
        Ok(Self {
            http: http_client()?,
            users: format!("{origin}/v1beta1/accounts/{account}/users"),
            origin,
            id: settings.get("OP_USERS_CLIENT_ID")?.to_owned(),
            secret: settings.get("OP_USERS_CLIENT_SECRET")?.to_owned(),
            token: None,
        })
    }

    /// Reads one user.
    ///
    /// # Errors
    ///
    /// Fails for any response but that user.
    pub async fn get_user(&mut self, id: &str) -> Result<NativeUser> {
        let body = self.get(&format!("{}/{id}", self.users)).await?;
        let user: NativeUser = serde_json::from_slice(&body)?;
        if user.id == id {
            Ok(user)
        } else {
            Err("another user".into())
        }
    }

    /// Lists the first page of a thousand users. Returns their number.
    ///
    /// # Errors
    ///
    /// Fails for any response but a page.
    pub async fn list_users(&mut self) -> Result<usize> {
        Ok(self.page(None).await?.results.len())
    }

    /// Finds the only user with an e-mail address, in all pages.
    ///
    /// # Errors
    ///
    /// Fails if no user has it.
    pub async fn find_user(&mut self, email: &str) -> Result<NativeUser> {
        let email = email.to_lowercase();
        let mut found = None;
        let mut next = None;
        loop {
            let page = self.page(next.as_deref()).await?;
            for user in page.results {
                if user.email.to_lowercase() == email {
                    found = Some(user);
                }
            }
            match page.next_page_token {
                Some(token) if !token.is_empty() => next = Some(token),
                _ => return found.ok_or_else(|| "no user has the address".into()),
            }
        }
    }

    async fn page(&mut self, token: Option<&str>) -> Result<NativePage> {
        let mut url = Url::parse(&self.users)?;
        let mut query = url.query_pairs_mut();
        query.append_pair("max_page_size", "1000");
        if let Some(token) = token {
            query.append_pair("page_token", token);
        }
        drop(query);
        let body = self.get(url.as_str()).await?;
        Ok(serde_json::from_slice(&body)?)
    }

    async fn get(&mut self, url: &str) -> Result<Vec<u8>> {
        let authorization = self.authorization().await?;
        let request = self.http.get(url).header(AUTHORIZATION, authorization);
        let request = request.header(ACCEPT, "application/json");
        let response = request.header(USER_AGENT, "Native/1").send().await?;
        bytes(response).await
    }

    async fn authorization(&mut self) -> Result<HeaderValue> {
        if let Some((authorization, expiry)) = &self.token
            && Instant::now() < *expiry
        {
            return Ok(authorization.clone());
        }
        let url = Url::parse(&format!("{}/v1beta1/users/oauth2/token", self.origin))?;
        let mut request = Request::new(Method::POST, url);
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("Native/1"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        *request.body_mut() = Some("grant_type=client_credentials".into());
        let request = reqwest::RequestBuilder::from_parts(self.http.clone(), request);
        let response = request.basic_auth(&self.id, Some(&self.secret)).send();
        let token: TokenResponse = serde_json::from_slice(&bytes(response.await?).await?)?;
        let authorization = HeaderValue::from_str(&format!("Bearer {}", token.access_token))?;
        let life = Duration::from_secs(token.expires_in.saturating_sub(60));
        self.token = Some((authorization.clone(), Instant::now() + life));
        Ok(authorization)
    }
}

async fn bytes(response: Response) -> Result<Vec<u8>> {
    let response = response.error_for_status()?;
    Ok(response.bytes().await?.into())
}
