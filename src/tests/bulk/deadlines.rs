//! Deadlines of a bulk change.

use super::fake_account::*;
use crate::{
    ChangeOptions, Effect, Outcome, Report, platform::Duration, tests::scripted_server::no_response,
};

const SECOND: Duration = Duration::from_secs(1);

fn effects(report: &Report) -> Vec<Option<Effect>> {
    let effect = |outcome: &Outcome| match outcome {
        Outcome::Failed(error) => Some(error.effect),
        _ => None,
    };
    let targets = report.targets.iter();
    targets.map(|target| effect(&target.outcome)).collect()
}

#[test]
fn the_deadline_leaves_finished_changes_reported() {
    // Each response takes 10 ms: the token is immediate, then one list, then four changes at a time.
    let account = FakeAccount::with_users(60);
    let client = account.client();
    let options = ChangeOptions {
        deadline_ms: Some(65),
        ..ChangeOptions::default()
    };
    let names: Vec<_> = (0..60).map(|at| format!("u{at}@acme.example")).collect();
    let report = suspend_users(&client, &names, &options).unwrap();
    let outcomes = outcomes(&report);
    assert_eq!(outcomes[..20], ["Changed"; 20]);
    assert_eq!(outcomes[20..], ["TimedOut"; 40]);
    let effects = effects(&report);
    // Four changes were in flight: the server made them, but their responses were not read.
    assert_eq!(effects[20..24], [Some(Effect::PossiblyApplied); 4]);
    assert_eq!(effects[24..], [Some(Effect::NotApplied); 36]);
    assert_eq!(account.suspended_ids().len(), 24);
    assert_eq!(client.platform().elapsed(), Duration::from_millis(65));
}

#[test]
fn a_look_up_that_never_ends_delays_only_its_own_target() {
    let account = FakeAccount::with_users(20);
    let client =
        account.client_except(|sent| (is_get(sent) && sent.url.ends_with("/U3")).then(no_response));
    let report = suspend_users(&client, ids(20), &ChangeOptions::default()).unwrap();
    let mut expected = vec!["Changed"; 20];
    expected[3] = "TimedOut";
    assert_eq!(outcomes(&report), expected);
    assert_eq!(effects(&report)[3], Some(Effect::NotApplied));
    // Look-ups by id take at most half of the deadline.
    assert!(client.platform().elapsed() < SECOND.times(16));
}

#[test]
fn a_bulk_call_obeys_a_deadline_of_its_own() {
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
