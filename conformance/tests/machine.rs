//! The cases with the client as a state machine, in this process, over an HTTP client of a few lines.

mod machine_host;

use std::{sync::Arc, time::Duration};

use conformance::{Cases, PlayedCase, Session, StartedCase, Verdict};
use serde_json::{Value, json};
use tokio::{task::LocalSet, time::timeout};

use machine_host::{MachineHost, Stop};

/// Cases at a time. Most of them wait.
const CONCURRENCY: usize = 16;
/// Maximum time of a case.
const MAX_TIME: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_machine_passes_every_case() {
    let cases = Cases::of_this_repository().unwrap_or_else(|problem| panic!("{problem}"));
    let names: Vec<_> = cases.iter().map(|case| case.name().to_owned()).collect();
    let session = Arc::new(Session::new(Arc::new(cases), "state machine"));
    let mut failed = Vec::new();
    for names in names.chunks(CONCURRENCY) {
        let set = LocalSet::new();
        let played = names.iter().map(|name| {
            let (session, name) = (Arc::clone(&session), name.clone());
            set.spawn_local(async move {
                let verdict = timeout(MAX_TIME, play_case(&session, &name)).await;
                (name, verdict)
            })
        });
        let played: Vec<_> = played.collect();
        set.await;
        for task in played {
            match task.await.unwrap() {
                (_, Ok(Verdict { passed: true, .. })) => {}
                (name, Ok(verdict)) => failed.push(format!("{name}: {:#?}", verdict.differences)),
                (name, Err(_)) => failed.push(format!("{name}: takes longer than {MAX_TIME:?}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(session.results().is_success());
}

async fn play_case(session: &Session, name: &str) -> Verdict {
    let started = session.start(name).await.unwrap();
    let played = play(started).await;
    session.finish(name, played).await.unwrap()
}

async fn play(case: StartedCase) -> PlayedCase {
    let mut host = MachineHost::new(&case.settings);
    let (mut results, mut settled) = (Vec::new(), Vec::new());
    for step in &case.steps {
        let calls = step.calls.iter().map(|call| {
            let stop = match (call.abort_after_ms, call.drain_after_ms) {
                (Some(ms), _) => Some((ms, Stop::AtOnce)),
                (None, Some(ms)) => Some((ms, Stop::Drain)),
                (None, None) => None,
            };
            (json!(call.operation), stop)
        });
        for call in host.run(calls.collect()).await {
            results.push(call.result);
            settled.push(call.settled.iter().map(without_call).collect());
        }
    }
    PlayedCase {
        results,
        settled: Some(settled),
        unsupported: None,
    }
}

/// The result of a target without the number of its call.
fn without_call(settled: &Value) -> Value {
    json!({"target": settled["target"], "report": settled["report"]})
}
