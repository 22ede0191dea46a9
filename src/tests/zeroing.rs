//! Zeroing of secrets before their memory is freed.

#![allow(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "an allocator"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    future::pending,
    pin::pin,
    slice,
    task::{Context, Poll, Waker},
};

use crate::{
    Client, Secret, base64,
    platform::{Body, Duration, Instant, Platform, Request, Response, SendError},
    settings::{ApiVersion, Credentials, Origin, RawSettings, Settings},
};

const CLIENT_SECRET: &str = "zeroed-when-dropped:client-secret";
const TOKEN: &str = "zeroed-when-dropped:token-without-user";
const TOKEN_RESPONSE: &str = r#"{"access_token":"zeroed-when-dropped:token-without-user","expires_in":900,"token_type":"Bearer"}"#;
/// Base64 of a part of the client secret. Contained in the Base64 of `id:secret`, because `id:` has three bytes.
const WITHIN_BASE64: &str = "emVyb2VkLXdoZW4tZHJvcHBlZDpj";
const CLIENT_ID: &str = "id";

/// Allocator that searches freed memory for secrets, on threads that enable it.
struct LeakDetector;

thread_local! {
    static LEAKED_BLOCKS: Cell<Option<u32>> = const { Cell::new(None) };
}

#[global_allocator]
static LEAK_DETECTOR: LeakDetector = LeakDetector;

// SAFETY: all calls are forwarded to `System`. The default `realloc` frees the old memory by `dealloc`.
unsafe impl GlobalAlloc for LeakDetector {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if let Ok(Some(_)) = LEAKED_BLOCKS.try_with(Cell::get) {
            // Zeroed, so that data of an earlier owner is not found.
            unsafe { System.alloc_zeroed(layout) }
        } else {
            unsafe { System.alloc(layout) }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Ok(Some(found)) = LEAKED_BLOCKS.try_with(Cell::get) {
            let bytes = unsafe { slice::from_raw_parts(block, layout.size()) };
            let holds = |secret: &str| {
                let secret = secret.as_bytes();
                bytes.windows(secret.len()).any(|window| window == secret)
            };
            if holds(CLIENT_SECRET) || holds(TOKEN) || holds(WITHIN_BASE64) {
                LEAKED_BLOCKS.set(Some(found + 1));
            }
        }
        unsafe { System.dealloc(block, layout) };
    }
}

/// Returns the number of blocks freed during `work` that contained a secret.
fn leaked_blocks_during(work: impl FnOnce()) -> u32 {
    LEAKED_BLOCKS.set(Some(0));
    work();
    LEAKED_BLOCKS.take().unwrap()
}

/// Platform that answers at once and keeps no copies. Its server exchanges tokens and has no users.
struct ZeroCopyPlatform;

/// Body in two pieces, so that the buffer of the client has to grow.
struct Halves(Vec<&'static [u8]>);

impl Body for Halves {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        // The client owns the piece, and has to zero it.
        Ok(self.0.pop().map(<[u8]>::to_vec))
    }
}

impl Platform for ZeroCopyPlatform {
    type Body = Halves;

    async fn send(&self, request: Request<'_>) -> Result<Response<Halves>, SendError> {
        let (status, body) = match request.path_and_query {
            path if path.ends_with("/token") => (200, TOKEN_RESPONSE),
            path if path.ends_with("/revoke") => (200, ""),
            _ => (404, ""),
        };
        let (first, second) = body.as_bytes().split_at(body.len() * 2 / 3);
        Ok(Response {
            status,
            retry_after: None,
            date: None,
            content_length: None,
            body: Halves(vec![second, first]),
        })
    }

    fn sleep(&self, _: Duration) -> impl Future<Output = ()> {
        pending()
    }

    fn now(&self) -> Instant {
        Instant::from_origin(Duration::ZERO)
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the platform answers at once"),
    }
}

fn settings() -> Settings {
    Settings::new(RawSettings {
        account_id: "ACCOUNT123".into(),
        credentials: Credentials::Client {
            id: CLIENT_ID.into(),
            secret: Secret::new(CLIENT_SECRET.into()),
        },
        origin: Origin::Com,
        api_version: ApiVersion::V1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    })
    .unwrap()
}

#[test]
fn the_leak_detector_finds_memory_that_is_not_zeroed() {
    let pair = format!("{CLIENT_ID}:{CLIENT_SECRET}");
    assert!(base64::encode(&pair).expose().contains(WITHIN_BASE64));
    for text in [CLIENT_SECRET, TOKEN, TOKEN_RESPONSE, WITHIN_BASE64] {
        assert_eq!(leaked_blocks_during(|| drop(text.to_owned())), 1);
    }
}

#[test]
fn a_client_zeroes_every_secret() {
    let found = leaked_blocks_during(|| {
        let client = Client::new(ZeroCopyPlatform, Ok(settings()));
        assert!(run(client.get_user("x")).is_err());
        assert!(run(client.suspend_user("x")).is_err());
        client.configure(Ok(settings())).unwrap();
        assert!(run(client.get_user("x")).is_err());
        run(client.revoke_token()).unwrap();
        run(client.check());
    });
    assert_eq!(found, 0);
}

#[test]
fn settings_from_the_environment_zero_every_secret() {
    let variables = || {
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            owned("OP_USERS_ACCOUNT_ID", "ACCOUNT123"),
            owned("OP_USERS_CLIENT_ID", CLIENT_ID),
            owned("OP_USERS_CLIENT_SECRET", CLIENT_SECRET),
            owned("OTHER_PROGRAMS_TOKEN", TOKEN),
        ]
    };
    let found = leaked_blocks_during(|| drop(crate::settings::from_environment(variables())));
    assert_eq!(found, 0);
    // Also if the settings are wrong.
    let found = leaked_blocks_during(|| {
        let mut variables = variables();
        variables.push(("OP_USERS_BASIC".to_owned(), TOKEN.to_owned()));
        drop(crate::settings::from_environment(variables));
    });
    assert_eq!(found, 0);
}
