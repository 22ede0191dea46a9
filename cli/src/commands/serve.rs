//! The command `serve`: the service over HTTP, for the account in the environment or a simulated one.

mod simulated_caller;

use std::{net::SocketAddr, sync::Arc};

use host::{ServedRequest, Server, ServerLimits};
use onepassword_users_audit::Timestamp;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tokio::{select, time::timeout};

use self::simulated_caller::SimulatedCaller;
use super::service::{self, KEYS, OperatorLog, ShutdownSignals};
use crate::{
    account::Account,
    arguments::{Arguments, ServeArguments},
    core_dumps,
    failure::{CommandResult, Failure},
    output::{Output, printable::printable, stderr, text::exchange_line},
};

const WEBHOOK_SECRETS: &str = "OP_SERVICE_WEBHOOK_SECRETS";
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
    let settings = service::settings()?;
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
        environment.push((KEYS.to_owned(), caller.keys_setting.clone()));
        if !has_secrets {
            environment.retain(|(name, _)| name != WEBHOOK_SECRETS);
            environment.push((WEBHOOK_SECRETS.to_owned(), caller.webhook_secrets_setting()));
        }
        Some(caller)
    } else {
        None
    };

    let max_wait = service::max_shutdown_wait(&environment);
    let verbose = arguments.verbose;
    let (log, warning) = OperatorLog::open(serve.audit.as_deref(), None)?;
    let log = Arc::new(log);
    let hint = if has_keys || has_secrets || caller.is_some() {
        "docs/setup.md and docs/service.md list the settings"
    } else {
        KEYS_HINT
    };
    let service = service::start(environment, account.network(), &log, verbose, hint).await?;
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
        Err(service::ended_requests(max_wait))
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
