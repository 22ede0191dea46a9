//! Tokens of a bulk change: failed, concurrent and slow exchanges.

use super::fake_account::*;
use crate::{
    ChangeOptions, Effect, Outcome,
    platform::Duration,
    tests::{
        fixtures::{TOKEN, client},
        scripted_server::{reply, with_tokens},
        virtual_clock::Task,
    },
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_403_of_the_token_endpoint_is_no_missing_permission() {
    let account = FakeAccount::with_users(1);
    let mut tokens = 0;
    let server = account.clone();
    let client = client(move |sent| {
        if sent.is_token() {
            tokens += 1;
            return match tokens {
                1 => reply(200, TOKEN),
                _ => reply(403, "no"),
            };
        }
        if is_get(sent) {
            return reply(401, "");
        }
        server.answer(sent)
    });
    // The error must not be that of a guard that needs the permission to get users.
    let options = ChangeOptions {
        protect: vec![selector("ceo@acme.example")],
        ..ChangeOptions::default()
    };
    let report = suspend_users(&client, ["U0"], &options).unwrap();
    assert_eq!(outcomes(&report), ["Other"]);
    assert_eq!(client.platform().count(is_change), 0);
}

#[test]
fn a_paused_bulk_call_does_not_block_token_exchanges() {
    let account = FakeAccount::with_users(4);
    let client = account.client_except(|sent| {
        let is_early = sent.at < SECOND;
        let is_old = sent.authorization() == "Bearer stub-token-1";
        match () {
            // One look-up is asked to wait, and another one needs a new token.
            () if is_early && is_get(sent) && sent.url.ends_with("/U0") => {
                Some(reply(429, "").retry_after("9").after(LATENCY))
            }
            () if is_get(sent) && is_old && sent.url.ends_with("/U1") => {
                Some(reply(401, "").after(LATENCY.times(2)))
            }
            () => None,
        }
    });
    let platform = client.platform();
    let targets = targets(["U0", "U1"]);
    let options = ChangeOptions::default();
    let bulk: Task<'_, Option<Duration>> = Box::pin(async {
        client.suspend_users(&targets, &options).await.unwrap();
        None
    });
    let other: Task<'_, Option<Duration>> = Box::pin(async {
        crate::platform::Platform::sleep(platform, SECOND).await;
        client.get_user("U2").await.unwrap();
        Some(platform.elapsed())
    });
    let ended = platform.join([bulk, other]);
    assert!(ended[1] < Some(SECOND.times(2)), "{ended:?}");
}

#[test]
fn a_slow_token_exchange_fails_only_pending_look_ups() {
    let account = FakeAccount::with_users(2);
    let mut tokens = 0;
    let server = account.clone();
    let mut server = with_tokens(move |sent| {
        let is_old = sent.authorization() == "Bearer stub-token-1";
        if is_get(sent) && is_old {
            return reply(401, "");
        }
        server.answer(sent)
    });
    let client = client(move |sent| {
        tokens += usize::from(sent.is_token());
        let reply = server(sent);
        // The second token exchange takes more than half of the deadline.
        if sent.is_token() && tokens == 2 {
            reply.after(SECOND.times(9))
        } else {
            reply
        }
    });
    let options = ChangeOptions {
        deadline_ms: Some(16_000),
        ..ChangeOptions::default()
    };
    let report = suspend_users(&client, ["u0@acme.example", "U1"], &options).unwrap();
    assert_eq!(outcomes(&report), ["Changed", "TimedOut"]);
    let Outcome::Failed(error) = &report.targets[1].outcome else {
        panic!("{report:?}");
    };
    assert_eq!(error.effect, Effect::NotApplied);
    assert_eq!(account.suspended_ids(), ["U0"]);
}
