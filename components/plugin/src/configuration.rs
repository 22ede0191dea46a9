//! The interface `configuration`, for hosts without environments.

use onepassword_users::{
    Secret,
    settings::{ApiVersion, Credentials, Origin, RawSettings, Settings},
};

use crate::{
    Plugin,
    bindings::exports::onepassword::users::{configuration, types},
    call,
};

impl configuration::Guest for Plugin {
    fn configure(settings: configuration::Settings) -> Result<(), types::Error> {
        let settings = Settings::new(settings.into());
        call(async |client| client.configure(settings))
    }
}

impl From<configuration::Settings> for RawSettings {
    fn from(settings: configuration::Settings) -> Self {
        Self {
            account_id: settings.account_id,
            credentials: match settings.credentials {
                configuration::Credentials::Client(client) => Credentials::Client {
                    id: client.client_id,
                    secret: Secret::new(client.client_secret),
                },
                configuration::Credentials::Basic(basic) => Credentials::Basic(Secret::new(basic)),
            },
            origin: match settings.base_url {
                configuration::BaseUrl::Com => Origin::Com,
                configuration::BaseUrl::Ca => Origin::Ca,
                configuration::BaseUrl::Eu => Origin::Eu,
                configuration::BaseUrl::Origin(origin) => Origin::Other(origin),
            },
            api_version: match settings.api_version {
                configuration::ApiVersion::Auto => ApiVersion::Auto,
                configuration::ApiVersion::V1beta1 => ApiVersion::V1Beta1,
                configuration::ApiVersion::V1 => ApiVersion::V1,
            },
            token_path: settings.token_path,
            revoke_path: settings.revoke_path,
            user_agent: settings.user_agent,
            deadline_ms: settings.deadline_ms,
        }
    }
}
