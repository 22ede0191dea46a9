//! Settings and arguments of the protocol, as the plugin takes them.

use host::{ChangeOptions, Selector, StateFilter, Target};
use host_tests::Environment;
use onepassword_users_protocol as protocol;

/// Environment variables for settings.
pub(super) fn environment(settings: protocol::Settings) -> Environment {
    let mut variables = vec![("ACCOUNT_ID", settings.account_id)];
    match settings.credentials {
        protocol::Credentials::Client(client) => variables.extend([
            ("CLIENT_ID", client.client_id),
            ("CLIENT_SECRET", client.client_secret),
        ]),
        protocol::Credentials::Basic(basic) => variables.push(("BASIC", basic)),
    }
    variables.push(match settings.base_url {
        protocol::BaseUrl::Com => ("REGION", "com".into()),
        protocol::BaseUrl::Ca => ("REGION", "ca".into()),
        protocol::BaseUrl::Eu => ("REGION", "eu".into()),
        protocol::BaseUrl::Origin(origin) => ("BASE_URL", origin),
    });
    let version = match settings.api_version {
        protocol::ApiVersion::Auto => "auto",
        protocol::ApiVersion::V1Beta1 => "v1beta1",
        protocol::ApiVersion::V1 => "v1",
    };
    variables.push(("API_VERSION", version.into()));
    let deadline_ms = settings.deadline_ms.map(|ms| ms.to_string());
    for (name, value) in [
        ("TOKEN_PATH", settings.token_path),
        ("REVOKE_PATH", settings.revoke_path),
        ("USER_AGENT", settings.user_agent),
        ("DEADLINE_MS", deadline_ms),
    ] {
        variables.extend(value.map(|value| (name, value)));
    }
    let variables = variables.into_iter();
    variables
        .map(|(name, value)| (format!("OP_USERS_{name}"), value))
        .collect()
}

pub(super) fn filter(filter: protocol::StateFilter) -> StateFilter {
    match filter {
        protocol::StateFilter::Active => StateFilter::Active,
        protocol::StateFilter::Suspended => StateFilter::Suspended,
    }
}

/// Targets and options of a bulk change.
pub(super) fn change(change: &protocol::ChangeUsers) -> (Vec<Target>, ChangeOptions) {
    let targets = change.targets.iter().map(|target| Target {
        who: selector(&target.who),
        expect_email: target.expect_email.clone(),
    });
    let options = &change.options;
    let options = ChangeOptions {
        dry_run: options.dry_run,
        max_changes: options.max_changes,
        protect: options.protect.iter().map(selector).collect(),
        concurrency: options.concurrency,
        stop_on_error: options.stop_on_error,
        deadline_ms: options.deadline_ms,
    };
    (targets.collect(), options)
}

fn selector(selector: &protocol::Selector) -> Selector {
    match selector {
        protocol::Selector::Id(id) => Selector::Id(id.clone()),
        protocol::Selector::Email(email) => Selector::Email(email.clone()),
    }
}
