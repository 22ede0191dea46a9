//! The conformance cases with the plugin and with the module without I/O, under wasmtime.

mod from_protocol;
mod in_order;
mod to_protocol;

use std::{
    env, fs,
    ops::ControlFlow,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use ::conformance::{Call, Cases, PlayedCase, Session, StartedCase, Verdict};
use host::{InstanceOptions, StepsClient, StepsOptions, StopMode, TargetReport};
use host_tests::runtime;
use onepassword_users_protocol::{CallResult, Operation, Settings};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use self::{from_protocol as from, in_order::in_order, to_protocol as to};
use crate::steps;

/// Variable with the file that the results are appended to, for the table of hosts.
const RESULTS_VARIABLE: &str = "CONFORMANCE_RESULTS";
/// Cases at a time. Most of them wait.
const CONCURRENCY: usize = 8;
/// Maximum time of a case.
const MAX_TIME: Duration = Duration::from_secs(30);

/// Build of the client that plays the cases.
#[derive(Clone, Copy)]
enum Build {
    Plugin,
    Steps,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plugin_passes_every_conformance_case() {
    let host = format!("plugin in wasmtime {}", version_of_wasmtime());
    play_all(Build::Plugin, host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_client_passes_every_conformance_case() {
    play_all(
        Build::Steps,
        format!("op-users {}", env!("CARGO_PKG_VERSION")),
    )
    .await;
}

async fn play_all(build: Build, host: String) {
    let cases = Cases::of_this_repository().unwrap_or_else(|problem| panic!("{problem}"));
    let names: Vec<_> = cases.iter().map(|case| case.name().to_owned()).collect();
    let session = Arc::new(Session::new(Arc::new(cases), host));
    let mut failed = Vec::new();
    for names in names.chunks(CONCURRENCY) {
        let mut played = JoinSet::new();
        for name in names {
            let (session, name) = (Arc::clone(&session), name.clone());
            played.spawn(async move {
                let verdict = timeout(MAX_TIME, play_case(&session, &name, build)).await;
                (name, verdict)
            });
        }
        for (name, verdict) in played.join_all().await {
            match verdict {
                Ok(verdict) if verdict.differences.is_empty() => {}
                Ok(verdict) => failed.push(format!("{name}: {:#?}", verdict.differences)),
                Err(_) => failed.push(format!("{name}: takes longer than {MAX_TIME:?}")),
            }
        }
    }
    let results = session.results();
    if let Some(file) = env::var_os(RESULTS_VARIABLE) {
        results.append_to(Path::new(&file)).unwrap();
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(results.is_success(), "{results:?}");
}

async fn play_case(session: &Session, name: &str, build: Build) -> Verdict {
    let started = session.start(name).await.unwrap();
    let played = match build {
        Build::Plugin => play(&started).await,
        Build::Steps => play_steps(&started).await,
    };
    session.finish(name, played).await.unwrap()
}

fn unsupported(reason: &str) -> PlayedCase {
    PlayedCase {
        unsupported: Some(reason.into()),
        ..PlayedCase::default()
    }
}

fn is_stopped(call: &Call) -> bool {
    call.abort_after_ms.or(call.drain_after_ms).is_some()
}

/// Plays a case on an instance of the plugin.
async fn play(case: &StartedCase) -> PlayedCase {
    if case.steps.iter().any(|step| step.calls.len() > 1) {
        return unsupported("an instance runs one call at a time");
    }
    let calls: Vec<_> = case.steps.iter().flat_map(|step| &step.calls).collect();
    if calls.iter().any(|call| is_stopped(call)) {
        return unsupported("a call cannot be stopped");
    }
    let settings: Settings = serde_json::from_value(case.settings.clone()).unwrap();
    let options = InstanceOptions::new(from::environment(settings));
    let mut instance = runtime().instance(options).await.unwrap();
    let mut results = Vec::new();
    for call in calls {
        let result = run(&mut instance, &call.operation).await.unwrap();
        results.push(serde_json::to_value(result).unwrap());
    }
    PlayedCase {
        results,
        ..PlayedCase::default()
    }
}

/// Plays a case on a client over the module without I/O.
async fn play_steps(case: &StartedCase) -> PlayedCase {
    let settings: Settings = serde_json::from_value(case.settings.clone()).unwrap();
    let options = StepsOptions::new(from::environment(settings));
    let client = steps::runtime().client(options).unwrap();
    let (mut results, mut settled) = (Vec::new(), Vec::new());
    for step in &case.steps {
        if step.calls.len() > 1 && step.calls.iter().any(is_stopped) {
            return unsupported("a stop ends all calls of a client");
        }
        let calls = step.calls.iter().map(|call| run_steps(&client, call));
        for (result, told) in in_order(calls).await {
            results.push(result);
            settled.push(told);
        }
    }
    PlayedCase {
        results,
        settled: Some(settled),
        ..PlayedCase::default()
    }
}

/// Runs a call, and stops it if the case says so. Returns its result, and what it told of its targets.
async fn run_steps(client: &StepsClient, call: &Call) -> (Value, Vec<Value>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&told);
    let on_settled = move |index: usize, report: &TargetReport| {
        let report = to::target(report.clone());
        noted
            .lock()
            .unwrap()
            .push(json!({ "target": index, "report": report }));
        ControlFlow::Continue(())
    };
    let stop = async {
        let (after, mode) = match (call.abort_after_ms, call.drain_after_ms) {
            (Some(after), _) => (after, StopMode::AtOnce),
            (None, Some(after)) => (after, StopMode::Drain),
            (None, None) => return,
        };
        sleep(Duration::from_millis(after)).await;
        client.stop(mode);
    };
    let (result, ()) = tokio::join!(run_on(client, &call.operation, on_settled), stop);
    let result = serde_json::to_value(result.unwrap()).unwrap();
    let told = told.lock().unwrap().clone();
    (result, told)
}

/// Calls the function of an operation, with more arguments for bulk changes.
macro_rules! call {
    ($client:expr, $operation:expr $(, $on_settled:expr)?) => {
        match $operation {
            Operation::ListUsers(list) => {
                let options = host::ListOptions {
                    filter: list.filter.map(from::filter),
                    max_page_size: list.max_page_size,
                    page_token: list.page_token.clone(),
                };
                to::result($client.list_users(&options).await?, to::page)
            }
            Operation::GetUser(user) => to::result($client.get_user(&user.id).await?, to::one_user),
            Operation::SuspendUser(user) => {
                to::result($client.suspend_user(&user.id).await?, to::one_user)
            }
            Operation::ReactivateUser(user) => {
                to::result($client.reactivate_user(&user.id).await?, to::one_user)
            }
            Operation::FindUser(find) => {
                let found = $client.find_user(&find.email, find.deadline_ms).await?;
                to::result(found, to::one_user)
            }
            Operation::ListAllUsers(list) => {
                let filter = list.filter.map(from::filter);
                let listed = $client.list_all_users(filter, list.limit, list.deadline_ms);
                to::result(listed.await?, to::list)
            }
            Operation::SuspendUsers(change) => {
                let (targets, options) = from::change(change);
                let report = $client.suspend_users(&targets, &options $(, $on_settled)?).await?;
                to::result(report, to::report)
            }
            Operation::ReactivateUsers(change) => {
                let (targets, options) = from::change(change);
                let report = $client.reactivate_users(&targets, &options $(, $on_settled)?).await?;
                to::result(report, to::report)
            }
            Operation::Check(_) => to::findings($client.check().await?),
            Operation::RevokeToken(_) => to::result($client.revoke_token().await?, to::revoked),
        }
    };
}

async fn run(instance: &mut host::Instance, operation: &Operation) -> host::Result<CallResult> {
    Ok(call!(instance, operation))
}

async fn run_on(
    client: &StepsClient,
    operation: &Operation,
    on_settled: impl FnMut(usize, &TargetReport) -> ControlFlow<()> + Send + 'static,
) -> host::Result<CallResult> {
    Ok(call!(client, operation, on_settled))
}

/// Version of wasmtime that this test is built with.
fn version_of_wasmtime() -> String {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
    let (_, rest) = lock
        .split_once("name = \"wasmtime\"\nversion = \"")
        .expect("wasmtime is locked");
    rest.split('"').next().unwrap_or_default().to_owned()
}
