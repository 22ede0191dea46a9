//! How many requests at once, how they wait for the server, and how the call's time runs out.

use super::fake_account::*;
use crate::{
    ChangeOptions, Effect, Outcome, Report,
    platform::Duration,
    tests::scripted_server::{SentRequest, no_response, reply},
};

const SECOND: Duration = Duration::from_secs(1);

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("U{at}")).collect()
}

fn effects(report: &Report) -> Vec<Option<Effect>> {
    let effect = |outcome: &Outcome| match outcome {
        Outcome::Failed(error) => Some(error.effect),
        _ => None,
    };
    let targets = report.targets.iter();
    targets.map(|target| effect(&target.outcome)).collect()
}

#[test]
fn so_many_requests_are_under_way_at_once_and_no_more() {
    for (concurrency, most) in [(None, 4), (Some(1), 1), (Some(7), 7), (Some(16), 16)] {
        let client = FakeAccount::with_users(50).client();
        let options = ChangeOptions {
            concurrency,
            ..ChangeOptions::default()
        };
        let names = names(50);
        suspend_users(&client, names.iter().map(String::as_str), &options).unwrap();
        assert_eq!(client.platform().max_open_requests(), most);
    }
}

#[test]
fn a_pause_that_one_request_is_asked_for_is_a_pause_of_all() {
    let mut asked = false;
    let client = FakeAccount::with_users(40).client_except(move |sent| {
        let first = is_change_of(sent, "U10") && !asked;
        asked |= first;
        first.then(|| reply(429, "").retry_after("7"))
    });
    let names = names(40);
    let report = suspend_users(
        &client,
        names.iter().map(String::as_str),
        &ChangeOptions::default(),
    )
    .unwrap();
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
    // Those who were under way go on, and then the others, together.
    assert!(sent.iter().filter(|sent| sent.at == until).count() > 1);
}

#[test]
fn of_several_pauses_the_longest_holds() {
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
        let names = names(40);
        let report = suspend_users(
            &client,
            names.iter().map(String::as_str),
            &ChangeOptions::default(),
        )
        .unwrap();
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
fn a_pause_without_room_fails_the_rest_as_rate_limited_and_sends_nothing() {
    let account = FakeAccount::with_users(100);
    let client = account.client_except(|sent| {
        is_change_of(sent, "U20").then(|| reply(429, "").retry_after("3600"))
    });
    let names = names(100);
    let report = suspend_users(
        &client,
        names.iter().map(String::as_str),
        &ChangeOptions::default(),
    )
    .unwrap();
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

#[test]
fn when_time_runs_out_what_was_done_is_told_as_done() {
    // Each answer takes 10 ms: the list, and then four changes at a time.
    let account = FakeAccount::with_users(60);
    let client = account.client();
    let options = ChangeOptions {
        deadline_ms: Some(65),
        ..ChangeOptions::default()
    };
    let names: Vec<_> = (0..60).map(|at| format!("u{at}@acme.example")).collect();
    let report = suspend_users(&client, names.iter().map(String::as_str), &options).unwrap();
    let outcomes = outcomes(&report);
    assert_eq!(outcomes[..20], ["Changed"; 20]);
    assert_eq!(outcomes[20..], ["TimedOut"; 40]);
    let effects = effects(&report);
    // Four were under way: the server has done them, and nobody here can know.
    assert_eq!(effects[20..24], [Some(Effect::PossiblyApplied); 4]);
    assert_eq!(effects[24..], [Some(Effect::NotApplied); 36]);
    assert_eq!(account.suspended_ids().len(), 24);
    assert_eq!(client.platform().elapsed(), Duration::from_millis(65));
}

#[test]
fn whose_look_up_never_ends_keeps_nobody_else_from_being_changed() {
    let account = FakeAccount::with_users(20);
    let client =
        account.client_except(|sent| (is_get(sent) && sent.url.ends_with("/U3")).then(no_response));
    let names = names(20);
    let report = suspend_users(
        &client,
        names.iter().map(String::as_str),
        &ChangeOptions::default(),
    )
    .unwrap();
    let mut expected = vec!["Changed"; 20];
    expected[3] = "TimedOut";
    assert_eq!(outcomes(&report), expected);
    assert_eq!(effects(&report)[3], Some(Effect::NotApplied));
    // Half of the time is for looking them up.
    assert!(client.platform().elapsed() < SECOND.times(16));
}

#[test]
fn the_deadline_of_a_call_takes_the_place_of_the_settings() {
    let client = FakeAccount::with_users(1).client_except(|sent| is_get(sent).then(no_response));
    let options = |deadline_ms| ChangeOptions {
        deadline_ms,
        ..ChangeOptions::default()
    };
    for (deadline_ms, took) in [(Some(50_000), 50), (None, 30)] {
        let before = client.platform().elapsed();
        let report = suspend_users(&client, ["U0"], &options(deadline_ms)).unwrap();
        assert_eq!(outcomes(&report), ["TimedOut"]);
        assert_eq!(effects(&report), [Some(Effect::NotApplied)]);
        let elapsed = client.platform().elapsed().less(before);
        assert!(elapsed <= SECOND.times(took) && elapsed > SECOND.times(took - 12));
    }
}
