//! A component over wstd: one GET, its JSON parsed.

wit_bindgen::generate!({ world: "rival", path: "../wit" });

use std::sync::OnceLock;

use bytes::Bytes;
use http_body_util::Empty;
use serde::Deserialize;
use wstd::{
    http::{Client, Request, body::Body},
    runtime::block_on,
};

use self::exports::benches::rival::users::Guest;

#[derive(Deserialize)]
struct User {
    id: String,
    email: String,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<User>,
}

struct Rival;

/// URL of the users, and the token.
static SETTINGS: OnceLock<(String, String)> = OnceLock::new();

async fn get(path: &str) -> Result<Vec<u8>, String> {
    let (users, token) = SETTINGS.get().ok_or("not configured")?;
    let request = Request::get(format!("{users}{path}"))
        .header("accept", "application/json")
        .header("user-agent", "Rival/1")
        .header("authorization", format!("Bearer {token}"))
        // Not `Body::empty()`, whose flush fails once the response has come.
        .body(Body::from_http_body(Empty::<Bytes>::new()))
        .map_err(|error| error.to_string())?;
    let response = Client::new().send(request).await;
    let mut response = response.map_err(|error| error.to_string())?;
    if response.status() != 200 {
        return Err(response.status().to_string());
    }
    let body = response.body_mut().contents().await;
    Ok(body.map_err(|error| error.to_string())?.to_vec())
}

impl Guest for Rival {
    fn configure(users: String, token: String) {
        SETTINGS.set((users, token)).ok();
    }

    fn get_user(id: String) -> Result<String, String> {
        let body = block_on(get(&format!("/{id}")))?;
        let user: User = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        if user.id == id { Ok(user.email) } else { Err("another user".into()) }
    }

    fn list_users() -> Result<u32, String> {
        let body = block_on(get("?max_page_size=1000"))?;
        let page: Page = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        Ok(page.results.len() as u32)
    }
}

export!(Rival);
