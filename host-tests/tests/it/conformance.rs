//! The conformance cases with the plugin under wasmtime.

mod from_protocol;
mod to_protocol;

use std::{env, fs, path::Path, sync::Arc, time::Duration};

use ::conformance::{Call, Cases, PlayedCase, Session, StartedCase, Verdict};
use host::InstanceOptions;
use host_tests::runtime;
use onepassword_users_protocol::{CallResult, Operation, Settings};
use tokio::{task::JoinSet, time::timeout};

use self::{from_protocol as from, to_protocol as to};

/// Variable with the file that the results are appended to, for the table of hosts.
const RESULTS_VARIABLE: &str = "CONFORMANCE_RESULTS";
/// Cases at a time. Most of them wait.
const CONCURRENCY: usize = 8;
/// Maximum time of a case.
const MAX_TIME: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn the_plugin_passes_every_conformance_case() {
    let cases = Cases::of_this_repository().unwrap_or_else(|problem| panic!("{problem}"));
    let names: Vec<_> = cases.iter().map(|case| case.name().to_owned()).collect();
    let host = format!("plugin in wasmtime {}", version_of_wasmtime());
    let session = Arc::new(Session::new(Arc::new(cases), host));
    let mut failed = Vec::new();
    for names in names.chunks(CONCURRENCY) {
        let mut played = JoinSet::new();
        for name in names {
            let (session, name) = (Arc::clone(&session), name.clone());
            played.spawn(async move {
                let verdict = timeout(MAX_TIME, play_case(&session, &name)).await;
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

async fn play_case(session: &Session, name: &str) -> Verdict {
    let started = session.start(name).await.unwrap();
    let played = play(&started).await;
    session.finish(name, played).await.unwrap()
}

async fn play(case: &StartedCase) -> PlayedCase {
    let unsupported = |reason: &str| PlayedCase {
        unsupported: Some(reason.into()),
        ..PlayedCase::default()
    };
    if case.steps.iter().any(|step| step.calls.len() > 1) {
        return unsupported("an instance runs one call at a time");
    }
    let calls: Vec<_> = case.steps.iter().flat_map(|step| &step.calls).collect();
    let is_stopped = |call: &&Call| call.abort_after_ms.or(call.drain_after_ms).is_some();
    if calls.iter().any(is_stopped) {
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

/// Calls the function of an operation.
async fn run(instance: &mut host::Instance, operation: &Operation) -> host::Result<CallResult> {
    Ok(match operation {
        Operation::ListUsers(list) => {
            let options = host::ListOptions {
                filter: list.filter.map(from::filter),
                max_page_size: list.max_page_size,
                page_token: list.page_token.clone(),
            };
            to::result(instance.list_users(&options).await?, to::page)
        }
        Operation::GetUser(user) => to::result(instance.get_user(&user.id).await?, to::one_user),
        Operation::SuspendUser(user) => {
            to::result(instance.suspend_user(&user.id).await?, to::one_user)
        }
        Operation::ReactivateUser(user) => {
            to::result(instance.reactivate_user(&user.id).await?, to::one_user)
        }
        Operation::FindUser(find) => {
            let found = instance.find_user(&find.email, find.deadline_ms).await?;
            to::result(found, to::one_user)
        }
        Operation::ListAllUsers(list) => {
            let filter = list.filter.map(from::filter);
            let listed = instance.list_all_users(filter, list.limit, list.deadline_ms);
            to::result(listed.await?, to::list)
        }
        Operation::SuspendUsers(change) => {
            let (targets, options) = from::change(change);
            let report = instance.suspend_users(&targets, &options).await?;
            to::result(report, to::report)
        }
        Operation::ReactivateUsers(change) => {
            let (targets, options) = from::change(change);
            let report = instance.reactivate_users(&targets, &options).await?;
            to::result(report, to::report)
        }
        Operation::Check(_) => to::findings(instance.check().await?),
        Operation::RevokeToken(_) => to::result(instance.revoke_token().await?, to::revoked),
    })
}

/// Version of wasmtime that this test is built with.
fn version_of_wasmtime() -> String {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
    let (_, rest) = lock
        .split_once("name = \"wasmtime\"\nversion = \"")
        .expect("wasmtime is locked");
    rest.split('"').next().unwrap_or_default().to_owned()
}
