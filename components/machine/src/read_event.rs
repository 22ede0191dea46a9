//! Reads an event: a line of JSON, and a piece of a body after it.

use onepassword_users::can_allocate;
use onepassword_users_protocol::{
    Answer, ApiVersion, BaseUrl, BodyPiece, ClientCredentials, Configure, Credentials, Event, Fail,
    FailureKind, Settings, SettingsSource, Start, Stop, Tick,
};

use crate::{
    count_targets::has_too_many_targets,
    json::{Field, Json, Unreadable},
    read_operation::operation,
};

/// Latest time of a host's clock, in milliseconds: 317 years. A later one would leave no room for deadlines, and the clock does
/// not go back.
const MAX_NOW: f64 = 1e13;
/// Memory that an event may take while it is read, in multiples of its length.
const MAX_GROWTH: usize = 24;

/// Reads an event. Returns it with the bytes of the piece.
pub(crate) fn read_event(bytes: &[u8]) -> Result<(Event, &[u8]), Unreadable> {
    let line_end = bytes.iter().position(|&byte| byte == b'\n');
    let (line, piece) = match line_end.and_then(|end| bytes.split_at_checked(end)) {
        Some((line, piece)) => (line, piece.get(1..).unwrap_or_default()),
        None => (bytes, &[][..]),
    };
    if has_too_many_targets(line) {
        return Err(Unreadable(
            "there must not be more than 10000 targets".into(),
        ));
    }
    if !can_allocate(line.len().saturating_mul(MAX_GROWTH)) {
        return Err(Unreadable("there is too little memory to read it".into()));
    }
    let json: Json<'_> =
        serde_json::from_slice(line).map_err(|_| Unreadable("it is not JSON".into()))?;
    let event = Field::root(json).variant(event)?;
    if !piece.is_empty() && !matches!(event, Event::Answer(_) | Event::Body(_)) {
        return Err(Unreadable(
            "only `answer` and `body` may have a piece of a body".into(),
        ));
    }
    Ok((event, piece))
}

fn event(name: &str, field: Field<'_, '_>) -> Result<Event, Unreadable> {
    let path = field.path;
    let mut fields = field.object()?;
    let now = fields.required("now")?.number()?;
    let event = match name {
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
        _ => return Err(path.unreadable("there is no such event")),
    };
    fields.end()?;
    if !(0.0..=MAX_NOW).contains(&now) {
        return Err(Unreadable(
            [name, ".now: must be from 0 to 10000000000000"].concat(),
        ));
    }
    Ok(event)
}

fn failure_kind(field: Field<'_, '_>) -> Result<FailureKind, Unreadable> {
    let path = field.path;
    let unknown = "must be denied, connection, timed-out, too-large or malformed";
    Ok(match &*field.word()? {
        "denied" => FailureKind::Denied,
        "connection" => FailureKind::Connection,
        "timed-out" => FailureKind::TimedOut,
        "too-large" => FailureKind::TooLarge,
        "malformed" => FailureKind::Malformed,
        _ => return Err(path.unreadable(unknown)),
    })
}

fn settings_source(field: Field<'_, '_>) -> Result<SettingsSource, Unreadable> {
    let path = field.path;
    field.variant(|name, field| match name {
        "settings" => settings(field).map(SettingsSource::Settings),
        "environment" => {
            let variables = field.object()?.texts()?;
            Ok(SettingsSource::Environment(variables))
        }
        _ => Err(path.unreadable("must have `settings` or `environment`")),
    })
}

fn settings(field: Field<'_, '_>) -> Result<Settings, Unreadable> {
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

fn credentials(field: Field<'_, '_>) -> Result<Credentials, Unreadable> {
    let path = field.path;
    field.variant(|name, field| match name {
        "basic" => field.text().map(Credentials::Basic),
        "client" => {
            let mut fields = field.object()?;
            let client = ClientCredentials {
                client_id: fields.required("clientId")?.text()?,
                client_secret: fields.required("clientSecret")?.text()?,
            };
            fields.end()?;
            Ok(Credentials::Client(client))
        }
        _ => Err(path.unreadable("must have `client` or `basic`")),
    })
}

fn base_url(field: Field<'_, '_>) -> Result<BaseUrl, Unreadable> {
    let path = field.path;
    field.word_or_variant(|name, field| match (name, field) {
        ("com", None) => Ok(BaseUrl::Com),
        ("ca", None) => Ok(BaseUrl::Ca),
        ("eu", None) => Ok(BaseUrl::Eu),
        ("origin", Some(field)) => field.text().map(BaseUrl::Origin),
        _ => Err(path.unreadable("must be com, ca, eu, or an object with `origin`")),
    })
}

fn api_version(field: Field<'_, '_>) -> Result<ApiVersion, Unreadable> {
    let path = field.path;
    Ok(match &*field.word()? {
        "auto" => ApiVersion::Auto,
        "v1beta1" => ApiVersion::V1Beta1,
        "v1" => ApiVersion::V1,
        _ => return Err(path.unreadable("must be auto, v1beta1 or v1")),
    })
}
