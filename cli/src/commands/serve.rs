//! The command `serve`: the service over HTTP, for the account in the environment or a simulated one.

mod operator_log;
mod shutdown_signals;
mod simulated_caller;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use host::{
    RequestEnd, RequestRecord, ServedRequest, Server, ServerLimits, Service, ServiceLog,
    ServiceOptions, ServiceRuntime,
};
use onepassword_users_audit::Timestamp;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tokio::{select, time::timeout};

use self::{
    operator_log::OperatorLog, shutdown_signals::ShutdownSignals, simulated_caller::SimulatedCaller,
};
use crate::{
    account::Account,
    arguments::{Arguments, ServeArguments},
    compiled_folder, core_dumps,
    environment::{self, has_prefix},
    failure::{CommandResult, Failure},
    output::{
        Output,
        printable::printable,
        stderr,
        text::{exchange_line, request_line},
    },
};

/// Prefix of the settings' names.
const PREFIX: &str = "OP_SERVICE_";
/// Beginning of a variable of 1Password's CLI, `OP_SERVICE_ACCOUNT_TOKEN`, which holds a secret and is not a setting.
const CLI_PREFIX: &str = "OP_SERVICE_ACCOUNT";
const KEYS: &str = "OP_SERVICE_KEYS";
const WEBHOOK_SECRETS: &str = "OP_SERVICE_WEBHOOK_SECRETS";
/// Variable with the deadline of a call in milliseconds.
const DEADLINE: &str = "OP_USERS_DEADLINE_MS";
/// Deadline of a call if the variable is not set.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// Maximum deadline of a call.
const MAX_DEADLINE: Duration = Duration::from_secs(3600);
/// Time beyond the deadline that a pending request gets after a signal.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(10);
/// Advice on keys.
const KEYS_HINT: &str = "a key is any long random text; `printf %s KEY | sha256sum` prints its digest, and OP_SERVICE_KEYS=NAME:contain:DIGEST (or NAME:read:DIGEST) allows it";
/// Maximum length of a method in a line, in letters.
const MAX_METHOD: usize = 16;
/// An active user of the simulated account.
const EXAMPLE_USER: &str = "user0007@acme.example";

/// Serves until Ctrl-C, SIGTERM or SIGHUP.
pub(super) async fn run(
    arguments: &Arguments,
    serve: &ServeArguments,
    output: &mut Output,
) -> CommandResult {
    if !serve.public && !serve.listen.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "other machines can reach {}, without TLS; --public allows that",
            serve.listen
        )));
    }
    core_dumps::turn_off()?;
    let account = Account::open(arguments).await?;
    let mut environment = account.settings().to_vec();
    let settings =
        environment::variables(|name| has_prefix(name, PREFIX) && !has_prefix(name, CLI_PREFIX))?;
    // The environment filter drops them, and a guard among them would not hold.
    if let Some((name, _)) = settings.iter().find(|(name, _)| !name.starts_with(PREFIX)) {
        let message = format!(
            "{} is not a setting: names are written in upper case",
            printable(name)
        );
        return Err(Failure::usage(message));
    }
    let is_set = |setting: &str| {
        settings
            .iter()
            .any(|(name, value)| name == setting && !value.trim().is_empty())
    };
    let (has_keys, has_secrets) = (is_set(KEYS), is_set(WEBHOOK_SECRETS));
    environment.extend(settings);
    let caller = if account.simulator().is_some() && !has_keys {
        let caller = SimulatedCaller::new()?;
        environment.retain(|(name, _)| name != KEYS);
        environment.push((KEYS.to_owned(), caller.keys_setting()));
        if !has_secrets {
            environment.retain(|(name, _)| name != WEBHOOK_SECRETS);
            environment.push((WEBHOOK_SECRETS.to_owned(), caller.webhook_secrets_setting()));
        }
        Some(caller)
    } else {
        None
    };

    let max_wait = max_shutdown_wait(&environment);
    let verbose = arguments.verbose;
    let (log, warning) = OperatorLog::open(serve.audit.as_deref())?;
    let log = Arc::new(log);
    let options = ServiceOptions::new(environment)
        .log(Arc::clone(&log) as Arc<dyn ServiceLog>)
        .network(account.network().clone())
        .on_request(move |record| log_failure(record, verbose));
    let runtime = ServiceRuntime::cached_in(compiled_folder::find().as_deref());
    let service = runtime?.service(options);
    // A machine that cannot run the component says so now, and not at each request.
    service.warm_up().await?;
    check_ready(&service, has_keys || has_secrets || caller.is_some()).await?;
    log.start();
    if let Some(warning) = warning {
        output.warning(&warning);
    }
    let on_request = move |request: &ServedRequest| log_request(request, verbose);
    let server = Server::start(serve.listen, service, ServerLimits::default(), on_request)
        .await
        .map_err(|error| {
            Failure::other(format!("{} cannot be listened on: {error}", serve.listen))
        })?;
    // Made before the address is printed, so that a signal after that is handled.
    let mut signals = ShutdownSignals::new()
        .map_err(|error| Failure::other(format!("signals cannot be waited for: {error}")))?;
    if !has_keys && caller.is_none() {
        output.warning(&format!(
            "{KEYS} is not set: every request except /healthz, /readyz and signed webhooks is refused. {KEYS_HINT}"
        ));
    }
    announce(server.address(), caller.as_ref(), !has_secrets, output);
    // No reader knows the address, or the key of a simulated account.
    if !output.is_open() {
        server.stop().await;
        account.close()?;
        return Err(Failure::other(
            "the address could not be written, because standard output is closed or full",
        ));
    }
    signals.next().await;
    // Waits for pending requests, unless another signal arrives.
    let stopped = select! {
        stopped = timeout(max_wait, server.stop()) => stopped.is_ok(),
        () = signals.next() => true,
    };
    account.close()?;
    let audited = log.finish();
    if stopped {
        audited
    } else {
        Err(Failure::other(format!(
            "requests were still under way after {} s and were ended: their changes may have been made",
            max_wait.as_secs()
        )))
    }
}

/// Fails if the service says that it cannot work, with the names of the wrong settings. Sends no request to the API.
async fn check_ready(service: &Service, has_callers: bool) -> CommandResult {
    let Err(cause) = service.readiness().await? else {
        return Ok(());
    };
    let failure = Failure::usage(format!("nothing is served: {cause}"));
    Err(failure.with_hint(if has_callers {
        "docs/setup.md and docs/service.md list the settings"
    } else {
        KEYS_HINT
    }))
}

/// Returns how long pending requests may take after a signal: the deadline of a call, and some time for its response.
fn max_shutdown_wait(environment: &[(String, String)]) -> Duration {
    let deadline = environment.iter().find(|(name, _)| name == DEADLINE);
    let deadline = deadline.and_then(|(_, value)| value.parse().ok());
    let deadline = deadline.map_or(DEFAULT_DEADLINE, Duration::from_millis);
    deadline.min(MAX_DEADLINE) + SHUTDOWN_MARGIN
}

/// Prints a request to the API that got no response, if the output is verbose: the service's callers do not see the cause, which
/// names hosts and proxies.
fn log_failure(record: &RequestRecord, is_verbose: bool) {
    if is_verbose && matches!(record.end, RequestEnd::Failed(_)) {
        stderr::print_line(request_line(record));
    }
}

/// Prints a request if the output is verbose, a failure that the service does not know of, and a response that was not delivered in any case: it has the only record of a
/// change.
fn log_request(request: &ServedRequest, is_verbose: bool) {
    if is_verbose {
        let status = request.status.to_string();
        let reason = request.reason.as_deref();
        let reason = reason.map_or_else(String::new, |reason| format!("  {}", printable(reason)));
        let line = exchange_line(&request.method, &request.path, &status, request.elapsed);
        stderr::print_line(format!("{line}{reason}"));
    }
    if request.is_from_server && request.status >= 500 {
        stderr::print_object(&server_line(request));
    }
    let is_change = request.method == "POST" && request.status != 401;
    if let Some(body) = request.undelivered.as_ref().filter(|_| is_change) {
        stderr::print_line(format!(
            "warning: the caller of {} disconnected before the response ({}), which was: {}",
            printable(&request.path),
            request.status,
            printable(&String::from_utf8_lossy(body)),
        ));
    }
}

/// The line of a response that the server made because the service made none, in the form of the service's own lines.
fn server_line(request: &ServedRequest) -> Value {
    let detail = if request.status == 503 {
        "too many connections; nothing was changed"
    } else {
        "the component failed; a change may have been made"
    };
    let method: String = request.method.chars().take(MAX_METHOD).collect();
    json!({
        "event": "response",
        "time": Timestamp(now_ms()),
        "method": method,
        "status": request.status,
        "detail": detail,
    })
}

/// Prints the address and, for a simulated account, the credentials of its caller.
fn announce(
    address: SocketAddr,
    caller: Option<&SimulatedCaller>,
    has_webhook_secret: bool,
    output: &mut Output,
) {
    let url = format!("http://{address}");
    let mut object = Map::new();
    let mut text = url.clone();
    object.insert("url".to_owned(), url.clone().into());
    if let Some(caller) = caller {
        let curl = curl_command(&url, &caller.key);
        text.push_str(&format!("\n\nkey             {}", caller.key));
        object.insert("key".to_owned(), caller.key.clone().into());
        if has_webhook_secret {
            text.push_str(&format!("\nwebhook secret  {}", caller.webhook_secret));
            let secret = caller.webhook_secret.clone();
            object.insert("webhook_secret".to_owned(), secret.into());
        }
        text.push_str(&format!("\n\n{curl}"));
        object.insert("curl".to_owned(), curl.into());
    }
    if output.is_json() {
        output.object(&Value::Object(object));
    } else {
        output.line(&text);
    }
}

/// A curl command that suspends a user of the simulated account.
fn curl_command(url: &str, key: &str) -> String {
    let body = json!({ "users": [EXAMPLE_USER], "reason": "an alert says that the account is compromised" });
    format!(
        "curl -sS {url}/v1/contain -H 'authorization: Bearer {key}' -H 'content-type: application/json' -d '{body}'"
    )
}

/// Present time in milliseconds since 1970.
fn now_ms() -> u64 {
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    u64::try_from(now).unwrap_or_default()
}
