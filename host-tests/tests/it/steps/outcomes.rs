//! Results of calls, and what the observers hear of them.

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, atomic::Ordering},
};

use host::{Effect, ErrorCode, Outcome, RequestEnd, StepsOptions, StepsRuntime, UnfinishedCall};
use host_tests::{by_id, environment, first_page, unguarded};
use simulator::{Action, Endpoint, Fault};

use super::{StepsHarness, runtime};

#[tokio::test]
async fn each_function_of_the_contract_returns_its_result() {
    let harness = StepsHarness::new().await;
    let client = &harness.client;
    let [id, other] = <[String; 2]>::try_from(harness.members(2)).expect("two ids");
    let page = client.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 25);
    let user = client.get_user(&id).await.unwrap().unwrap();
    let found = client.find_user(&user.email, None).await.unwrap().unwrap();
    assert_eq!(found.id, id);
    let list = client.list_all_users(None, 100, None).await;
    assert_eq!(list.unwrap().unwrap().users.len(), 60);
    let suspended = client.suspend_user(&id).await.unwrap().unwrap();
    assert_eq!(suspended.state.name(), "suspended");
    let active = client.reactivate_user(&id).await.unwrap().unwrap();
    assert_eq!(active.state.name(), "active");
    let findings = client.check().await.unwrap();
    assert!(findings.len() > 2, "{findings:?}");
    let report = client
        .suspend_users(&[by_id(&other)], &unguarded(), |_, _| {
            ControlFlow::Continue(())
        })
        .await;
    assert_eq!(
        report.unwrap().unwrap().targets[0].outcome,
        Outcome::Changed
    );
    client.revoke_token().await.unwrap().unwrap();
    let missing = client.get_user("NOSUCHUSER").await.unwrap().unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    let sent = harness.sent.load(Ordering::Relaxed);
    assert_eq!(usize::try_from(sent).unwrap(), harness.received());
    assert_eq!(harness.records.lock().unwrap().len(), harness.received());
}

#[tokio::test]
async fn wrong_settings_are_named_by_each_call() {
    let environment = [("OP_USERS_DEADLINE_MS".to_owned(), "soon".to_owned())];
    let client = runtime().client(StepsOptions::new(environment)).unwrap();
    let error = client.get_user("A").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    for name in ["OP_USERS_ACCOUNT_ID", "OP_USERS_DEADLINE_MS"] {
        assert!(error.message.contains(name), "{}", error.message);
    }
}

#[tokio::test]
async fn a_thousand_gets_share_one_connection() {
    let harness = StepsHarness::new().await;
    let [id] = <[String; 1]>::try_from(harness.members(1)).expect("an id");
    for _ in 0..1000 {
        harness.client.get_user(&id).await.unwrap().unwrap();
    }
    assert_eq!(harness.received(), 1001);
    assert_eq!(harness.simulator.connections(), 1);
}

#[tokio::test]
async fn each_target_is_told_once_before_the_next_requests() {
    let harness = StepsHarness::new().await;
    let ids = harness.members(12);
    harness
        .simulator
        .set_state(&ids[3], simulator::State::Suspended);
    let refused = Fault::new(Action::status(403));
    let refused = refused
        .on(Endpoint::Suspend)
        .of_user(ids[5].clone())
        .always();
    harness.simulator.fault(refused);
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    let told = Arc::new(Mutex::new(Vec::new()));
    let (records, noted) = (Arc::clone(&harness.records), Arc::clone(&told));
    let options = host::ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let sent = Arc::clone(&harness.sent);
    let report = harness
        .client
        .suspend_users(&targets, &options, move |index, report| {
            // One at a time: while a change is told, no request is under way.
            let ended = records.lock().unwrap().len();
            let is_quiet = ended == usize::try_from(sent.load(Ordering::Relaxed)).unwrap();
            noted
                .lock()
                .unwrap()
                .push((index, report.clone(), is_quiet));
            ControlFlow::Continue(())
        })
        .await
        .unwrap()
        .unwrap();
    let mut told = told.lock().unwrap().clone();
    assert!(told.iter().all(|(.., is_quiet)| *is_quiet), "{told:?}");
    told.sort_by_key(|(index, ..)| *index);
    let reports: Vec<_> = told.into_iter().map(|(_, report, _)| report).collect();
    assert_eq!(reports, report.targets);
    assert_eq!(report.targets[3].outcome, Outcome::Unchanged);
    assert!(matches!(report.targets[5].outcome, Outcome::Failed(_)));
    assert_eq!(
        usize::try_from(report.requests).unwrap(),
        harness.received()
    );
}

#[tokio::test]
async fn concurrent_calls_share_one_token() {
    let harness = StepsHarness::new().await;
    let mut calls = tokio::task::JoinSet::new();
    for id in harness.members(20) {
        let client = Arc::clone(&harness.client);
        calls.spawn(async move { client.get_user(&id).await.unwrap().unwrap() });
    }
    assert_eq!(calls.join_all().await.len(), 20);
    let requests = harness.simulator.requests();
    let tokens = requests.iter().filter(|it| it.endpoint == Endpoint::Token);
    assert_eq!(tokens.count(), 1);
}

#[tokio::test]
async fn a_record_shows_path_operation_and_end() {
    let harness = StepsHarness::new().await;
    let id = harness.members(1).remove(0);
    harness.client.suspend_user(&id).await.unwrap().unwrap();
    let records = harness.records.lock().unwrap().clone();
    let last = records.last().expect("a record");
    assert_eq!(last.method, "POST");
    assert!(
        last.path_and_query
            .ends_with(&format!("/users/{id}:suspend"))
    );
    assert_eq!(last.operation, Some(host::ApiOperation::Suspend(id)));
    assert_eq!(last.end, RequestEnd::Status(200));
    assert_eq!(records[0].operation, None);
}

#[tokio::test]
async fn a_call_that_is_too_large_for_the_memory_is_refused() {
    let simulator = crate::tls::simulator().await;
    let options = StepsOptions::new(environment(&simulator)).max_memory(1 << 20);
    let client = runtime().client(options).expect("a client starts");
    let targets: Vec<_> = (0..10_000).map(|id: u32| by_id(id.to_string())).collect();
    let report = client
        .suspend_users(&targets, &unguarded(), |_, _| ControlFlow::Continue(()))
        .await
        .unwrap();
    let error = report.expect_err("it does not fit");
    assert!(error.message.contains("too little memory"), "{error:?}");
    assert!(simulator.requests().is_empty());
    let page = client.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 25);
}

#[tokio::test]
async fn a_module_that_traps_fails_this_call_and_the_next() {
    // Returns no actions for the settings, and traps at the next event.
    let module = r#"(module
        (memory (export "memory") 4)
        (data (i32.const 8) "\02\00\00\00{}")
        (global $events (mut i32) (i32.const 0))
        (func (export "version") (result i32) (i32.const 1))
        (func (export "inbox") (param i32) (result i32) (i32.const 16))
        (func (export "event") (param i32) (result i32)
            (if (global.get $events) (then (unreachable)))
            (global.set $events (i32.const 1))
            (i32.const 8)))"#;
    let module = wat::parse_str(module).expect("valid text");
    let client = StepsRuntime::with_module(&module)
        .and_then(|runtime| runtime.client(StepsOptions::new([])))
        .expect("a client starts");
    for _ in 0..2 {
        let error = client.get_user("A").await.unwrap_err();
        let unfinished = error.downcast_ref::<UnfinishedCall>();
        let effect = unfinished.expect("the context of the error").effect;
        assert_eq!(effect, Effect::NotApplied);
    }
}
