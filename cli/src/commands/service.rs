//! The service, run by this command: its settings, its start, and its end.

mod generated_key;
mod operator_log;
mod shutdown_signals;

use std::{sync::Arc, time::Duration};

use host::{
    Network, RequestEnd, RequestRecord, Service, ServiceLog, ServiceOptions, ServiceRuntime,
};

pub(super) use self::{
    generated_key::{GeneratedKey, random_bytes},
    operator_log::OperatorLog,
    shutdown_signals::ShutdownSignals,
};
use crate::{
    compiled_folder,
    environment::{self, has_prefix},
    failure::Failure,
    output::{printable::printable, stderr, text::request_line},
};

/// Variable with the callers and their keys.
pub(super) const KEYS: &str = "OP_SERVICE_KEYS";
/// Prefix of the settings' names.
const PREFIX: &str = "OP_SERVICE_";
/// Beginning of a variable of 1Password's CLI, `OP_SERVICE_ACCOUNT_TOKEN`, which holds a secret and is not a setting.
const CLI_PREFIX: &str = "OP_SERVICE_ACCOUNT";
/// Variable with the deadline of a call in milliseconds.
const DEADLINE: &str = "OP_USERS_DEADLINE_MS";
/// Deadline of a call if the variable is not set.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// Maximum deadline of a call.
const MAX_DEADLINE: Duration = Duration::from_secs(3600);
/// Time beyond the deadline that a pending request gets after a signal.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(10);

/// Reads the settings of the service from the environment.
pub(super) fn settings() -> Result<Vec<(String, String)>, Failure> {
    let settings =
        environment::variables(|name| has_prefix(name, PREFIX) && !has_prefix(name, CLI_PREFIX))?;
    // The environment filter drops them, and a guard among them would not hold.
    match settings.iter().find(|(name, _)| !name.starts_with(PREFIX)) {
        None => Ok(settings),
        Some((name, _)) => {
            let message = format!(
                "{} is not a setting: names are written in upper case",
                printable(name)
            );
            Err(Failure::usage(message))
        }
    }
}

/// Starts the service with these settings of its own and of the plugin.
///
/// # Errors
///
/// Also if the service says that it cannot work: with the names of the wrong settings, and this hint. No request is sent to the API.
pub(super) async fn start(
    environment: Vec<(String, String)>,
    network: &Network,
    log: &Arc<OperatorLog>,
    verbose: bool,
    hint: &'static str,
) -> Result<Service, Failure> {
    let options = ServiceOptions::new(environment)
        .log(Arc::clone(log) as Arc<dyn ServiceLog>)
        .network(network.clone())
        .on_request(move |record| log_failure(record, verbose));
    let runtime = ServiceRuntime::cached_in(compiled_folder::find().as_deref());
    let service = runtime?.service(options);
    // A machine that cannot run the component says so now, and not at each request.
    service.warm_up().await?;
    if let Err(cause) = service.readiness().await? {
        return Err(Failure::usage(format!("nothing is served: {cause}")).with_hint(hint));
    }
    log.start();
    Ok(service)
}

/// Returns how long pending requests may take after a signal: the deadline of a call, and some time for its response.
pub(super) fn max_shutdown_wait(environment: &[(String, String)]) -> Duration {
    let deadline = environment.iter().find(|(name, _)| name == DEADLINE);
    let deadline = deadline.and_then(|(_, value)| value.parse().ok());
    let deadline = deadline.map_or(DEFAULT_DEADLINE, Duration::from_millis);
    deadline.min(MAX_DEADLINE) + SHUTDOWN_MARGIN
}

/// The failure of requests that were ended.
pub(super) fn ended_requests(max_wait: Duration) -> Failure {
    Failure::other(format!(
        "requests were still under way after {} s and were ended: their changes may have been made",
        max_wait.as_secs()
    ))
}

/// Prints a request to the API that got no response, if the output is verbose: the service's callers do not see the cause, which
/// names hosts and proxies.
fn log_failure(record: &RequestRecord, is_verbose: bool) {
    if is_verbose && matches!(record.end, RequestEnd::Failed(_)) {
        stderr::print_line(request_line(record));
    }
}
