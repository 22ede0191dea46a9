//! A run of the service's cases against one runtime: a process for each case.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    case::{ExpectedResponse, ServiceCase, ServiceCases, ServiceRequest},
    client::{Received, send},
    host::Runtime,
};
use crate::{
    compare::compare,
    problem::Problem,
    results::{HostResults, NotRun},
    run::Progress,
    server::Sockets,
    session::Verdict,
};

/// Headers of every response of the service.
const ALWAYS: [(&str, &str); 2] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
];
/// Length of a request id, in hexadecimal digits.
const REQUEST_ID: usize = 32;

/// A runtime of the service.
#[derive(Clone, Debug)]
pub struct ServiceHost {
    /// Name and version, for example "wasmtime serve 48.0.2".
    pub name: String,
    /// Command that starts it: gets the settings as environment variables, prints a line with its URL, and ends at SIGTERM.
    pub command: Vec<OsString>,
    /// Number of cases at once.
    pub jobs: usize,
}

/// Runs the cases against a runtime, each with a process of its own.
pub async fn run_service(
    cases: ServiceCases,
    host: &ServiceHost,
    progress: &mut impl Progress,
) -> HostResults {
    let permits = Arc::new(Semaphore::new(host.jobs));
    let mut tasks = JoinSet::new();
    for case in cases.iter().cloned() {
        let (host, permits) = (host.clone(), Arc::clone(&permits));
        tasks.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire().await;
            let verdict = judge(&case, &host).await;
            (case, verdict)
        });
    }
    let mut verdicts = BTreeMap::new();
    while let Some(judged) = tasks.join_next().await {
        // A case that panicked has no result, and is told as missing.
        if let Ok((case, verdict)) = judged {
            progress.judged(case.name(), &verdict);
            verdicts.insert(case.name().to_owned(), verdict);
        }
    }
    let mut results = HostResults {
        host: host.name.clone(),
        ..HostResults::default()
    };
    for case in cases.iter() {
        let name = case.name().to_owned();
        let has_difference = case.has_difference(&host.name);
        match verdicts.remove(&name) {
            None => results.missing.push(name),
            Some(Verdict {
                not_run: Some(why), ..
            }) => results.not_run.push(NotRun { case: name, why }),
            Some(verdict) if !verdict.passed => results.failed.push(name),
            Some(_) if has_difference => results.differ.push(name),
            Some(_) => results.passed.push(name),
        }
    }
    results
}

/// Plays a case, and judges it.
async fn judge(case: &ServiceCase, host: &ServiceHost) -> Verdict {
    let mut verdict = Verdict::default();
    if let Some(why) = case.not_run(&host.name) {
        verdict.not_run = Some(why.to_owned());
        return verdict;
    }
    match play(case, host).await {
        Ok(differences) => verdict.differences = differences,
        Err(problem) => verdict.differences.push(problem.to_string()),
    }
    verdict.passed = verdict.differences.is_empty();
    verdict
}

/// Plays a case. Returns the differences.
async fn play(case: &ServiceCase, host: &ServiceHost) -> Result<Vec<String>, Problem> {
    let failed = |error: std::io::Error| Problem::new(error.to_string());
    let sockets = Sockets::bind().await.map_err(failed)?;
    let spec = case.spec(&host.name, sockets.names())?;
    let server = sockets.serve(spec.server).await.map_err(failed)?;
    let runtime = Runtime::start(&host.command, &spec.settings).await?;
    let mut differences = Vec::new();
    for (step, index) in spec.steps.iter().zip(1..) {
        let mut exchanges = JoinSet::new();
        for (request, number) in step.requests.iter().zip(1..) {
            for _ in 0..request.times {
                let (authority, request) = (runtime.authority().to_owned(), request.clone());
                let place = format!("step {index}, request {number}");
                exchanges.spawn(async move { exchange(&authority, &request, &place).await });
            }
        }
        while let Some(found) = exchanges.join_next().await {
            differences.extend(found.unwrap_or_else(|error| vec![error.to_string()]));
        }
    }
    differences.extend(server.differences().await);
    runtime.stop().await;
    differences.sort();
    differences.dedup();
    Ok(differences)
}

/// Sends a request. Returns the differences of its response.
async fn exchange(authority: &str, request: &ServiceRequest, place: &str) -> Vec<String> {
    let start = Instant::now();
    match send(authority, request).await {
        Err(problem) => vec![format!("{place}: {problem}")],
        Ok(received) => {
            let is_head = request.request.starts_with("HEAD ");
            check(
                &request.response,
                &received,
                is_head,
                start.elapsed(),
                place,
            )
        }
    }
}

/// Compares a response with the expected one.
fn check(
    expected: &ExpectedResponse,
    received: &Received,
    is_head: bool,
    took: Duration,
    place: &str,
) -> Vec<String> {
    let mut differences = Vec::new();
    let header = |name: &str| {
        let mut values = received.headers.get_all(name).iter();
        let mut texts: Vec<Value> = values
            .by_ref()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into())
            .collect();
        match texts.len() {
            0 => Value::Null,
            1 => texts.remove(0),
            _ => texts.into(),
        }
    };
    let status = json!(received.status);
    compare(
        &format!("{place}: status"),
        &expected.status,
        &status,
        &mut differences,
    );
    for (name, value) in &expected.headers {
        let place = format!("{place}: {name}");
        compare(&place, value, &header(name), &mut differences);
    }
    for (name, value) in ALWAYS {
        let place = format!("{place}: {name}");
        compare(&place, &value.into(), &header(name), &mut differences);
    }
    if !expected.headers.contains_key("x-request-id") {
        let id = header("x-request-id");
        let is_id =
            |id: &str| id.len() == REQUEST_ID && id.bytes().all(|it| it.is_ascii_hexdigit());
        if !id.as_str().is_some_and(is_id) {
            differences.push(format!("{place}: x-request-id: is {id}, not an id"));
        }
    }
    let text = String::from_utf8_lossy(&received.body);
    let place_of_body = format!("{place}: body");
    match (&expected.json, &expected.text) {
        (Some(json), _) => match serde_json::from_slice(&received.body) {
            Ok(actual) => compare(&place_of_body, json, &actual, &mut differences),
            Err(error) => differences.push(format!("{place_of_body}: {error}: {text}")),
        },
        (None, Some(beginning)) if text.starts_with(beginning.as_str()) => {}
        (None, None) if text.is_empty() || is_head => {}
        _ => differences.push(format!("{place_of_body}: is {text:?}")),
    }
    if let Some((min, max)) = expected.took_ms {
        let took = took.as_millis();
        if !(u128::from(min)..=u128::from(max)).contains(&took) {
            differences.push(format!("{place}: took {took} ms, not {min} to {max}"));
        }
    }
    differences
}
