//! Concurrent requests of a bulk change, and pauses that hold for all of them.

use super::fake_account::*;
use crate::{
    ChangeOptions, Effect, Outcome,
    platform::Duration,
    tests::scripted_server::{SentRequest, reply},
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn concurrency_limits_the_requests_in_flight() {
    for (concurrency, max) in [(None, 4), (Some(1), 1), (Some(7), 7), (Some(16), 16)] {
        let client = FakeAccount::with_users(50).client();
        let options = ChangeOptions {
            concurrency,
            ..ChangeOptions::default()
        };
        suspend_users(&client, ids(50), &options).unwrap();
        assert_eq!(client.platform().max_open_requests(), max);
    }
}

#[test]
fn a_429_pauses_all_requests_of_the_call() {
    let mut asked = false;
    let client = FakeAccount::with_users(40).client_except(move |sent| {
        let first = is_change_of(sent, "U10") && !asked;
        asked |= first;
        first.then(|| reply(429, "").retry_after("7"))
    });
    let report = suspend_users(&client, ids(40), &ChangeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["Changed"; 40]);
    let sent = client.platform().sent();
    let paused = sent
        .iter()
        .find(|sent| is_change_of(sent, "U10"))
        .unwrap()
        .at;
    let until = paused.plus(SECOND.times(7));
    let meanwhile = sent
        .iter()
        .filter(|sent| sent.at > paused && sent.at < until);
    assert_eq!(meanwhile.count(), 0);
    // After the pause, requests are sent concurrently again.
    assert!(sent.iter().filter(|sent| sent.at == until).count() > 1);
}

#[test]
fn the_longest_of_several_pauses_applies() {
    for waits in [["7", "2"], ["2", "7"]] {
        let client = FakeAccount::with_users(40).client_except(move |sent| {
            let wait = match () {
                () if sent.at > SECOND => return None,
                () if is_change_of(sent, "U10") => waits[0],
                () if is_change_of(sent, "U11") => waits[1],
                () => return None,
            };
            Some(reply(429, "").retry_after(wait).after(LATENCY))
        });
        let report = suspend_users(&client, ids(40), &ChangeOptions::default()).unwrap();
        assert_eq!(outcomes(&report), ["Changed"; 40]);
        let sent = client.platform().sent();
        let asked = sent
            .iter()
            .find(|sent| is_change_of(sent, "U11"))
            .unwrap()
            .at;
        let paused = asked.plus(LATENCY);
        let until = paused.plus(SECOND.times(7));
        let is_meanwhile = |sent: &&SentRequest| sent.at > paused && sent.at < until;
        assert_eq!(sent.iter().filter(is_meanwhile).count(), 0, "{waits:?}");
    }
}

#[test]
fn a_pause_beyond_the_deadline_fails_the_rest_unsent() {
    let account = FakeAccount::with_users(100);
    let client = account.client_except(|sent| {
        is_change_of(sent, "U20").then(|| reply(429, "").retry_after("3600"))
    });
    let report = suspend_users(&client, ids(100), &ChangeOptions::default()).unwrap();
    let outcomes = outcomes(&report);
    let changed = outcomes.iter().filter(|&word| word == "Changed").count();
    assert!((20..24).contains(&changed), "{changed}");
    assert_eq!(account.suspended_ids().len(), changed);
    let limited = outcomes
        .iter()
        .filter(|&word| word == "RateLimited")
        .count();
    assert_eq!(changed + limited, 100);
    let Outcome::Failed(last) = &report.targets[99].outcome else {
        panic!("{report:?}");
    };
    assert_eq!(last.retry_after, Some(SECOND.times(3600)));
    assert_eq!((last.effect, last.requests), (Effect::NotApplied, 0));
}
