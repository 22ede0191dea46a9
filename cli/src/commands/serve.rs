//! `op-users serve`: the service over HTTP, in front of the account of the environment or of a simulated one.

mod simulated_caller;

use std::{env, future::ready, net::SocketAddr, pin::pin};

use clap::{CommandFactory, error::ErrorKind};
use host::{ServedRequest, Server, ServerLimits, ServiceOptions, ServiceRuntime};
use serde_json::{Map, Value, json};
use tokio::{select, signal::ctrl_c};

use self::simulated_caller::Caller;
use crate::{
    Outcome,
    account::Account,
    arguments::{Arguments, Serve},
    failure::Failure,
    output::{Output, stderr},
};

const PREFIX: &str = "OP_SERVICE_";
/// What begins like that and is another's: with it, 1Password's CLI reads vaults.
const ANOTHERS: &str = "OP_SERVICE_ACCOUNT_TOKEN";
const KEYS: &str = "OP_SERVICE_KEYS";
const WEBHOOK_SECRETS: &str = "OP_SERVICE_WEBHOOK_SECRETS";
/// Somebody in the simulated account, who is active.
const SOMEBODY: &str = "user0007@acme.example";

/// Serves until Ctrl-C.
pub(crate) async fn serve(arguments: &Arguments, serve: &Serve, output: &mut Output) -> Outcome {
    if !serve.public && !serve.listen.ip().is_loopback() {
        let why = format!(
            "{} can be reached from elsewhere, without TLS; if that is what you want, say --public",
            serve.listen
        );
        Arguments::command()
            .error(ErrorKind::ValueValidation, why)
            .exit();
    }
    let account = Account::open(arguments).await?;
    let mut environment = account.settings().to_vec();
    let settings = settings()?;
    let is_set = |wanted: &str| {
        settings
            .iter()
            .any(|(name, value)| name == wanted && !value.trim().is_empty())
    };
    let (has_keys, has_secrets) = (is_set(KEYS), is_set(WEBHOOK_SECRETS));
    environment.extend(settings);
    let caller = if account.simulator().is_some() && !has_keys {
        let caller = Caller::new()?;
        environment.retain(|(name, _)| name != KEYS);
        environment.push((KEYS.to_owned(), caller.key_setting()));
        if !has_secrets {
            environment.retain(|(name, _)| name != WEBHOOK_SECRETS);
            environment.push((WEBHOOK_SECRETS.to_owned(), caller.secret_setting()));
        }
        Some(caller)
    } else {
        None
    };

    let service = ServiceRuntime::new()?.service(ServiceOptions::new(environment));
    let verbose = arguments.verbose;
    let hear = move |served: &ServedRequest| {
        if verbose {
            stderr::say(served_line(served));
        }
    };
    let server = Server::start(serve.listen, service, ServerLimits::default(), hear)
        .await
        .map_err(|error| {
            Failure::Other(format!("{} cannot be listened on: {error}", serve.listen))
        })?;
    // Listened for before anybody is told that there is something to end.
    let mut stop = pin!(ctrl_c());
    select! {
        biased;
        _ = stop.as_mut() => (),
        () = ready(()) => (),
    }
    if !has_keys && caller.is_none() {
        warn(has_secrets, output);
    }
    announce(server.address(), caller.as_ref(), !has_secrets, output)?;
    stop.as_mut()
        .await
        .map_err(|error| Failure::Other(format!("Ctrl-C cannot be waited for: {error}")))?;
    // What is under way ends; whoever cannot wait for that says so again.
    select! {
        () = server.stop() => (),
        _ = ctrl_c() => (),
    }
    account.close()
}

/// Tells where it is and, of a simulated account, how to call it.
fn announce(
    address: SocketAddr,
    caller: Option<&Caller>,
    with_secret: bool,
    output: &mut Output,
) -> Outcome {
    let url = format!("http://{address}");
    let mut object = Map::new();
    let mut text = url.clone();
    object.insert("url".to_owned(), url.clone().into());
    if let Some(caller) = caller {
        let curl = curl(&url, &caller.key);
        text.push_str(&format!("\n\nkey             {}", caller.key));
        object.insert("key".to_owned(), caller.key.clone().into());
        if with_secret {
            text.push_str(&format!("\nwebhook secret  {}", caller.webhook_secret));
            let secret = caller.webhook_secret.clone();
            object.insert("webhook_secret".to_owned(), secret.into());
        }
        text.push_str(&format!("\n\n{curl}"));
        object.insert("curl".to_owned(), curl.into());
    }
    if output.is_json() {
        Ok(output.object(&Value::Object(object))?)
    } else {
        Ok(output.line(&text)?)
    }
}

/// A line for the shell that contains somebody.
fn curl(url: &str, key: &str) -> String {
    let body =
        json!({ "users": [SOMEBODY], "reason": "an alert says that the account is compromised" });
    format!(
        "curl -sS {url}/v1/contain -H 'authorization: Bearer {key}' -H 'content-type: application/json' -d '{body}'"
    )
}

fn warn(has_secrets: bool, output: &mut Output) {
    let but = if has_secrets {
        "/healthz and signed webhooks"
    } else {
        "/healthz"
    };
    let warning = format!(
        "{KEYS} is not set: everything but {but} refuses. A key is any long random text; `printf %s KEY | sha256sum` makes its digest, and {KEYS}=NAME:contain:DIGEST lets it in (or NAME:read:DIGEST)"
    );
    output.remark(
        &format!("warning: {warning}"),
        &json!({ "warning": warning }),
    );
}

/// One request, for a person.
fn served_line(served: &ServedRequest) -> String {
    let milliseconds = served.elapsed.as_secs_f64() * 1000.0;
    format!(
        "{:<4} {}  {}  {milliseconds:.1} ms",
        served.method, served.path, served.status
    )
}

/// The settings of the service in the environment. The service checks them, and says in its answers what is wrong.
fn settings() -> Result<Vec<(String, String)>, Failure> {
    let mut settings = Vec::new();
    for (name, value) in env::vars_os() {
        let is_ours = |name: &&str| name.starts_with(PREFIX) && *name != ANOTHERS;
        let Some(name) = name.to_str().filter(is_ours) else {
            continue;
        };
        let value = value
            .into_string()
            .map_err(|_| Failure::Other(format!("{name} is not UTF-8")))?;
        settings.push((name.to_owned(), value));
    }
    Ok(settings)
}
