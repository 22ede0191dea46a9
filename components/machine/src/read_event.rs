//! Reads an event: a line of JSON, and a piece of a body after it.

use alloc::collections::BTreeMap;

use onepassword_users::can_allocate;
use onepassword_users_protocol::{
    Answer, ApiVersion, BaseUrl, BodyPiece, ClientCredentials, Configure, Credentials, Event, Fail,
    FailureKind, Settings, SettingsSource, Start, Stop, Tick,
};

use crate::{
    json::{Field, Json, Unreadable},
    read_operation::operation,
};

/// Memory that an event may take while it is read, in multiples of its length.
const MAX_GROWTH: usize = 24;

/// Reads an event. Returns it with the bytes of the piece.
pub(crate) fn read_event(bytes: &[u8]) -> Result<(Event, &[u8]), Unreadable> {
    let line_end = bytes.iter().position(|&byte| byte == b'\n');
    let (line, piece) = match line_end.and_then(|end| bytes.split_at_checked(end)) {
        Some((line, piece)) => (line, piece.get(1..).unwrap_or_default()),
        None => (bytes, &[][..]),
    };
    if !can_allocate(line.len().saturating_mul(MAX_GROWTH)) {
        return Err(Unreadable("there is too little memory to read it".into()));
    }
    let json: Json =
        serde_json::from_slice(line).map_err(|_| Unreadable("it is not JSON".into()))?;
    let event = event(Field::root(json))?;
    if !piece.is_empty() && !matches!(event, Event::Answer(_) | Event::Body(_)) {
        return Err(Unreadable(
            "only `answer` and `body` may have a piece of a body".into(),
        ));
    }
    Ok((event, piece))
}

fn event(event: Field) -> Result<Event, Unreadable> {
    let (name, field) = event.variant()?;
    let unknown = field.unreadable("there is no such event");
    let mut fields = field.object()?;
    let now = fields.required("now")?.number()?;
    let event = match name.as_str() {
        "configure" => Event::Configure(Configure {
            now,
            from: settings_source(fields.required("from")?)?,
            seed: fields.optional_whole("seed")?.unwrap_or_default(),
        }),
        "start" => Event::Start(Start {
            now,
            call: fields.required("call")?.whole(u32::MAX)?,
            operation: operation(fields.required("operation")?)?,
        }),
        "answer" => Event::Answer(Answer {
            now,
            request: fields.required("request")?.whole(u32::MAX)?,
            status: {
                let status = fields.required("status")?.whole(u16::MAX.into())?;
                u16::try_from(status).unwrap_or(u16::MAX)
            },
            retry_after: fields.optional_text("retryAfter")?,
            date: fields.optional_text("date")?,
            content_length: fields.optional_text("contentLength")?,
            more: fields.required("more")?.bool()?,
        }),
        "body" => Event::Body(BodyPiece {
            now,
            request: fields.required("request")?.whole(u32::MAX)?,
            more: fields.required("more")?.bool()?,
        }),
        "fail" => Event::Fail(Fail {
            now,
            request: fields.required("request")?.whole(u32::MAX)?,
            kind: failure_kind(fields.required("kind")?)?,
            possibly_sent: match fields.optional("possiblySent")? {
                Some(possibly_sent) => possibly_sent.bool()?,
                None => true,
            },
            detail: fields.required("detail")?.text()?,
        }),
        "tick" => Event::Tick(Tick { now }),
        "stop" => Event::Stop(Stop {
            now,
            call: fields.optional_whole("call")?,
            at_once: fields.required("atOnce")?.bool()?,
        }),
        _ => return Err(unknown),
    };
    fields.end()?;
    Ok(event)
}

fn failure_kind(field: Field) -> Result<FailureKind, Unreadable> {
    let unknown = field.unreadable("must be denied, connection, timed-out, too-large or malformed");
    Ok(match field.text()?.as_str() {
        "denied" => FailureKind::Denied,
        "connection" => FailureKind::Connection,
        "timed-out" => FailureKind::TimedOut,
        "too-large" => FailureKind::TooLarge,
        "malformed" => FailureKind::Malformed,
        _ => return Err(unknown),
    })
}

fn settings_source(field: Field) -> Result<SettingsSource, Unreadable> {
    let unknown = field.unreadable("must have `settings` or `environment`");
    let (name, field) = field.variant()?;
    Ok(match name.as_str() {
        "settings" => SettingsSource::Settings(settings(field)?),
        "environment" => {
            let mut variables = BTreeMap::new();
            for (name, value) in field.object()?.into_entries() {
                if variables.insert(name, value.text()?).is_some() {
                    return Err(Unreadable("a variable is there twice".into()));
                }
            }
            SettingsSource::Environment(variables)
        }
        _ => return Err(unknown),
    })
}

fn settings(field: Field) -> Result<Settings, Unreadable> {
    let mut fields = field.object()?;
    let settings = Settings {
        account_id: fields.required("accountId")?.text()?,
        credentials: credentials(fields.required("credentials")?)?,
        base_url: match fields.optional("baseUrl")? {
            Some(field) => base_url(field)?,
            None => BaseUrl::Com,
        },
        api_version: match fields.optional("apiVersion")? {
            Some(field) => api_version(field)?,
            None => ApiVersion::Auto,
        },
        token_path: fields.optional_text("tokenPath")?,
        revoke_path: fields.optional_text("revokePath")?,
        user_agent: fields.optional_text("userAgent")?,
        deadline_ms: fields.optional_whole("deadlineMs")?,
    };
    fields.end()?;
    Ok(settings)
}

fn credentials(field: Field) -> Result<Credentials, Unreadable> {
    let unknown = field.unreadable("must have `client` or `basic`");
    let (name, field) = field.variant()?;
    Ok(match name.as_str() {
        "basic" => Credentials::Basic(field.text()?),
        "client" => {
            let mut fields = field.object()?;
            let client = ClientCredentials {
                client_id: fields.required("clientId")?.text()?,
                client_secret: fields.required("clientSecret")?.text()?,
            };
            fields.end()?;
            Credentials::Client(client)
        }
        _ => return Err(unknown),
    })
}

fn base_url(field: Field) -> Result<BaseUrl, Unreadable> {
    let unknown = field.unreadable("must be com, ca, eu, or an object with `origin`");
    let (name, field) = field.word_or_variant()?;
    Ok(match (name.as_str(), field) {
        ("com", None) => BaseUrl::Com,
        ("ca", None) => BaseUrl::Ca,
        ("eu", None) => BaseUrl::Eu,
        ("origin", Some(field)) => BaseUrl::Origin(field.text()?),
        _ => return Err(unknown),
    })
}

fn api_version(field: Field) -> Result<ApiVersion, Unreadable> {
    let unknown = field.unreadable("must be auto, v1beta1 or v1");
    Ok(match field.text()?.as_str() {
        "auto" => ApiVersion::Auto,
        "v1beta1" => ApiVersion::V1Beta1,
        "v1" => ApiVersion::V1,
        _ => return Err(unknown),
    })
}
