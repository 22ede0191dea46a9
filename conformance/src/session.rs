//! The cases of one host under way: starts their servers, and judges their results.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use onepassword_users_protocol::{CallResult, Report};

use crate::{
    case::{Call, Case, Spec, Step, read},
    cases::Cases,
    compare::compare,
    problem::Problem,
    results::{HostResults, NotRun},
    server::{Server, Sockets},
};

/// The cases of one host under way.
pub struct Session {
    cases: Arc<Cases>,
    host: String,
    state: Mutex<SessionState>,
}

#[derive(Default)]
struct SessionState {
    started: BTreeMap<String, Started>,
    verdicts: BTreeMap<String, Verdict>,
}

/// A case whose results are awaited.
struct Started {
    spec: Spec,
    server: Server,
    since: Instant,
}

/// A case for an adapter to play: settings and steps.
#[derive(Clone, Debug)]
pub struct StartedCase {
    /// Settings in the form of the protocol.
    pub settings: Value,
    /// The steps.
    pub steps: Vec<Step>,
}

/// An adapter's report on a case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlayedCase {
    /// Results of all calls, in order, in the form of the protocol.
    #[serde(default)]
    pub results: Vec<Value>,
    /// Results of the targets of each call one by one, in the order in which the host told them.
    #[serde(default)]
    pub settled: Option<Vec<Vec<Value>>>,
    /// Reason for which the host cannot run the case, in place of results.
    #[serde(default)]
    pub unsupported: Option<String>,
}

/// The judgement on a case.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// True if nothing differs from the case, as it stands for this host.
    pub passed: bool,
    /// Differences, for people.
    pub differences: Vec<String>,
    /// Reason for which the case was not run, if the case says that this host cannot run it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
}

impl Session {
    /// A session for a host with this name and version, in which no case has been played.
    pub fn new(cases: Arc<Cases>, host: impl Into<String>) -> Self {
        Self {
            cases,
            host: host.into(),
            state: Mutex::default(),
        }
    }

    /// The cases.
    pub fn cases(&self) -> &Cases {
        &self.cases
    }

    fn state(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn case(&self, name: &str) -> Result<&Case, Problem> {
        let case = self.cases.get(name);
        case.ok_or_else(|| Problem::new(format!("there is no case `{name}`")))
    }

    /// Starts the server of a case.
    ///
    /// # Errors
    ///
    /// There is no such case, it contains a mistake, or no port is free.
    pub async fn start(&self, name: &str) -> Result<StartedCase, Problem> {
        let case = self.case(name)?;
        let failed = |error: io::Error| Problem::new(error.to_string());
        let sockets = Sockets::bind().await.map_err(failed)?;
        let spec = case.spec(&self.host, sockets.names())?;
        let server = sockets.serve(spec.server.clone()).await.map_err(failed)?;
        let started = StartedCase {
            settings: spec.settings.clone(),
            steps: spec.steps.clone(),
        };
        let since = Instant::now();
        self.state().started.insert(
            name.into(),
            Started {
                spec,
                server,
                since,
            },
        );
        Ok(started)
    }

    /// Judges the results of a case, and ends its server.
    ///
    /// # Errors
    ///
    /// There is no such case, or it was not started.
    pub async fn finish(&self, name: &str, played: PlayedCase) -> Result<Verdict, Problem> {
        let case = self.case(name)?;
        let started = self.state().started.remove(name);
        let started =
            started.ok_or_else(|| Problem::new(format!("the case `{name}` was not started")))?;
        let took = started.since.elapsed();
        let mut verdict = Verdict::default();
        if let Some(reason) = played.unsupported {
            match case.not_run(&self.host) {
                Some(written) => verdict.not_run = Some(written.into()),
                None => verdict.differences.push(format!(
                    "the host cannot run it ({reason}), and the case does not say so in `differs`"
                )),
            }
        } else {
            if case.not_run(&self.host).is_some() {
                let difference = "the host ran it, and the case says in `differs` that it cannot";
                verdict.differences.push(difference.into());
            }
            let settled = played.settled.as_deref();
            self.compare(&started.spec, &played.results, settled, &mut verdict);
            check_time(&started.spec, took, &mut verdict.differences);
            verdict
                .differences
                .extend(started.server.differences().await);
        }
        verdict.passed = verdict.differences.is_empty() && verdict.not_run.is_none();
        self.state().verdicts.insert(name.into(), verdict.clone());
        Ok(verdict)
    }

    fn compare(
        &self,
        spec: &Spec,
        results: &[Value],
        settled: Option<&[Vec<Value>]>,
        verdict: &mut Verdict,
    ) {
        let calls: Vec<_> = spec.steps.iter().flat_map(|step| &step.calls).collect();
        let differences = &mut verdict.differences;
        if results.len() != calls.len() {
            let (is, not) = (results.len(), calls.len());
            differences.push(format!("{is} results, not {not}"));
        }
        if settled.is_some_and(|settled| settled.len() != calls.len()) {
            differences.push(format!("`settled` does not have {} elements", calls.len()));
        }
        let is_settled_told = self.cases.without_settled(&self.host).is_none();
        for (index, (call, result)) in calls.iter().zip(results).enumerate() {
            let place = format!("result {}", index + 1);
            match read::<CallResult>(result.clone()) {
                Err(problem) => {
                    let problem = problem.within(&place);
                    differences.push(format!("{problem}: not a result of the protocol: {result}"));
                }
                Ok(actual) => {
                    compare(&place, &call.result, result, differences);
                    let settled = settled.and_then(|settled| settled.get(index));
                    match (actual, settled) {
                        (CallResult::Report(report), None) if is_settled_told => {
                            let count = report.targets.len();
                            differences.push(format!("{place}: {count} targets, none settled"));
                        }
                        (CallResult::Report(report), Some(settled)) => {
                            check_settled(&place, call, &report, settled, differences);
                        }
                        (_, Some(settled)) if !settled.is_empty() => {
                            let count = settled.len();
                            differences.push(format!("{place}: {count} settled without a report"));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Results of the host so far. Cases that were not played count as failed.
    pub fn results(&self) -> HostResults {
        let state = self.state();
        let mut results = HostResults {
            host: self.host.clone(),
            ..HostResults::default()
        };
        for case in self.cases.iter() {
            let name = case.name().to_owned();
            match state.verdicts.get(&name) {
                Some(verdict) => match &verdict.not_run {
                    Some(why) => results.not_run.push(NotRun {
                        case: name,
                        why: why.clone(),
                    }),
                    None if !verdict.passed => results.failed.push(name),
                    None if case.differences(&self.host).is_empty() => results.passed.push(name),
                    None => results.differ.push(name),
                },
                None => results.missing.push(name),
            }
        }
        results
    }
}

/// Checks that each target was settled once, with the report that the result contains.
fn check_settled(
    place: &str,
    call: &Call,
    report: &Report,
    settled: &[Value],
    differences: &mut Vec<String>,
) {
    let mut order = Vec::new();
    for event in settled {
        let target = event["target"]
            .as_u64()
            .and_then(|it| u32::try_from(it).ok());
        let known = target.and_then(|target| report.targets.get(target as usize));
        let (Some(target), Some(known)) = (target, known) else {
            differences.push(format!("{place}: settled {event}, which is no target"));
            continue;
        };
        order.push(target);
        let expected = json!({"target": target, "report": known});
        compare(
            &format!("{place}: settled target {target}"),
            &expected,
            event,
            differences,
        );
    }
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..report.targets.len() as u32) {
        let count = report.targets.len();
        differences.push(format!(
            "{place}: the targets {order:?} were settled, not each of {count} once"
        ));
    }
    if let Some(expected) = &call.settled_order
        && *expected != order
    {
        differences.push(format!(
            "{place}: settled in the order {order:?}, not {expected:?}"
        ));
    }
}

fn check_time(spec: &Spec, took: Duration, differences: &mut Vec<String>) {
    if let Some((min, max)) = spec.took_ms {
        let took = took.as_millis();
        if !(u128::from(min)..=u128::from(max)).contains(&took) {
            differences.push(format!("took {took} ms, not {min} to {max}"));
        }
    }
}
