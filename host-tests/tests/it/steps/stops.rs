//! Calls that are stopped: by their caller, by a callback, or because their future is dropped.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use host::{Effect, Outcome, Report, StopMode};
use host_tests::{by_id, unguarded};
use simulator::{Action, Endpoint, Fault};
use tokio::task::JoinHandle;

use super::StepsHarness;

/// Starts to suspend twelve users, of whom the requests for the first four are held by the server.
async fn held_call(harness: &StepsHarness) -> JoinHandle<Report> {
    let targets: Vec<_> = harness.members(12).iter().map(by_id).collect();
    let hold = Fault::new(Action::Hold).on(Endpoint::Suspend).times(4);
    harness.simulator.fault(hold);
    let client = Arc::clone(&harness.client);
    let call = tokio::spawn(async move {
        client
            .suspend_users(&targets, &unguarded(), |_, _| ControlFlow::Continue(()))
            .await
            .unwrap()
            .unwrap()
    });
    harness.simulator.held(4).await;
    call
}

fn count(report: &Report, is_meant: impl Fn(&Outcome) -> bool) -> usize {
    let targets = report.targets.iter();
    targets.filter(|target| is_meant(&target.outcome)).count()
}

#[tokio::test]
async fn a_drained_call_waits_for_what_is_under_way() {
    let harness = StepsHarness::new().await;
    let call = held_call(&harness).await;
    let before = harness.received();
    harness.client.stop(StopMode::Drain);
    harness.simulator.release();
    let report = call.await.unwrap();
    assert_eq!(count(&report, |it| *it == Outcome::Changed), 4);
    assert_eq!(count(&report, |it| *it == Outcome::Skipped), 8);
    assert_eq!(harness.received(), before);
    assert_eq!(usize::try_from(report.requests).unwrap(), before);
}

#[tokio::test]
async fn a_call_that_is_stopped_at_once_tells_what_is_uncertain() {
    let harness = StepsHarness::new().await;
    let call = held_call(&harness).await;
    let before = harness.received();
    harness.client.stop(StopMode::AtOnce);
    let report = call.await.unwrap();
    let is_uncertain = |outcome: &Outcome| match outcome {
        Outcome::Failed(error) => error.effect == Effect::PossiblyApplied,
        _ => false,
    };
    assert_eq!(count(&report, is_uncertain), 4);
    assert_eq!(count(&report, |it| *it == Outcome::Skipped), 8);
    assert_eq!(harness.received(), before);
}

#[tokio::test]
async fn a_call_whose_future_is_dropped_sends_nothing_more() {
    let harness = StepsHarness::new().await;
    let call = held_call(&harness).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    harness.simulator.release();
    // The client goes on, after the stop of the other call.
    let id = harness.members(1).remove(0);
    harness.client.get_user(&id).await.unwrap().unwrap();
    let requests = harness.simulator.requests();
    let changes = requests
        .iter()
        .filter(|it| it.endpoint == Endpoint::Suspend);
    assert_eq!(changes.count(), 4);
}

#[tokio::test]
async fn a_callback_that_breaks_stops_before_the_next_request() {
    let harness = StepsHarness::new().await;
    let targets: Vec<_> = harness.members(12).iter().map(by_id).collect();
    let options = host::ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let report = harness
        .client
        .suspend_users(&targets, &options, |_, report| {
            if report.outcome == Outcome::Changed {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(count(&report, |it| *it == Outcome::Changed), 1);
    assert_eq!(count(&report, |it| *it == Outcome::Skipped), 11);
    assert_eq!(
        usize::try_from(report.requests).unwrap(),
        harness.received()
    );
}

#[tokio::test]
async fn a_call_that_waits_for_a_callback_is_stopped_too() {
    for mode in [StopMode::Drain, StopMode::AtOnce] {
        let harness = StepsHarness::new().await;
        let [first, second] = <[String; 2]>::try_from(harness.members(2)).expect("two ids");
        let (entered, has_entered) = tokio::sync::oneshot::channel();
        let (leave, may_leave) = std::sync::mpsc::channel::<()>();
        let mut entered = Some(entered);
        let client = Arc::clone(&harness.client);
        let held = tokio::spawn(async move {
            let targets = [by_id(&first)];
            let on_settled = move |_: usize, _: &_| {
                if let Some(entered) = entered.take() {
                    entered.send(()).expect("the test waits");
                    may_leave.recv().expect("the test goes on");
                }
                ControlFlow::Continue(())
            };
            client
                .suspend_users(&targets, &unguarded(), on_settled)
                .await
        });
        has_entered.await.expect("the callback is called");
        let before = harness.received();
        let client = Arc::clone(&harness.client);
        let waiting = tokio::spawn(async move {
            let targets = [by_id(&second)];
            let go_on = |_: usize, _: &_| ControlFlow::Continue(());
            client.suspend_users(&targets, &unguarded(), go_on).await
        });
        // Its start is a command that the driver has not received: the callback holds the driver.
        tokio::task::yield_now().await;
        harness.client.stop(mode);
        leave.send(()).expect("the callback waits");
        let report = held.await.unwrap().unwrap().unwrap();
        assert_eq!(count(&report, |it| *it == Outcome::Changed), 1);
        let report = waiting.await.unwrap().unwrap().unwrap();
        assert_eq!(
            count(&report, |it| *it == Outcome::Skipped),
            1,
            "{report:?}"
        );
        assert_eq!(report.requests, 0);
        assert_eq!(harness.received(), before);
    }
}

#[tokio::test]
async fn a_stop_in_a_callback_leaves_no_user_uncertain() {
    let harness = StepsHarness::new().await;
    let targets: Vec<_> = harness.members(12).iter().map(by_id).collect();
    let options = host::ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let client = Arc::clone(&harness.client);
    let stopping = Arc::clone(&harness.client);
    let report = client
        .suspend_users(&targets, &options, move |_, _| {
            stopping.stop(StopMode::AtOnce);
            ControlFlow::Continue(())
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        count(&report, |it| *it == Outcome::Changed),
        1,
        "{report:?}"
    );
    assert_eq!(
        count(&report, |it| *it == Outcome::Skipped),
        11,
        "{report:?}"
    );
    assert_eq!(
        usize::try_from(report.requests).unwrap(),
        harness.received()
    );
}

#[tokio::test]
async fn a_late_answer_to_a_change_is_possibly_applied() {
    let harness = StepsHarness::with(&[("OP_USERS_DEADLINE_MS", "500")]).await;
    let id = harness.members(1).remove(0);
    let hold = Fault::new(Action::Hold).on(Endpoint::Suspend).always();
    harness.simulator.fault(hold);
    let started = tokio::time::Instant::now();
    let error = harness.client.suspend_user(&id).await.unwrap().unwrap_err();
    assert_eq!(error.effect, Effect::PossiblyApplied);
    assert!(started.elapsed() < Duration::from_secs(3));
}
