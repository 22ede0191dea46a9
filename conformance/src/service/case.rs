//! A case of the service: a file, and the parts that a run of it needs.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::client::{READER_KEY_DIGEST, RESPONDER_KEY_DIGEST, WEBHOOK_SECRET};
use crate::{
    case::read,
    case_file::CaseFile,
    cases::case_files,
    compare::example,
    difference::Difference,
    expand::{CLIENT_ID, CLIENT_SECRET, Form, Names},
    problem::Problem,
    server::Item,
};

/// A case of the service.
#[derive(Clone, Debug)]
pub struct ServiceCase(CaseFile);

/// Cases of the service, in the order of their names.
#[derive(Clone, Debug)]
pub struct ServiceCases(Vec<ServiceCase>);

/// Parts of a file that are the same for all runtimes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ServiceFile {
    /// Read by `CaseFile`; here because unknown fields are refused.
    #[serde(rename = "about")]
    _about: String,
    /// Environment variables in place of those of all cases. Null takes one away.
    #[serde(default)]
    settings: Map<String, Value>,
    /// Script of the API.
    #[serde(default)]
    server: Vec<Value>,
    steps: Vec<ServiceStep>,
    /// As above.
    #[serde(default, rename = "differs")]
    _differs: Vec<Difference>,
}

/// Requests that start together.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ServiceStep {
    pub requests: Vec<ServiceRequest>,
}

/// A request to the service, with its expected response.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ServiceRequest {
    /// Method, path and query.
    pub request: String,
    /// Credentials. Default: the key of the responder.
    #[serde(default)]
    pub with: Credentials,
    /// Further headers. Several values make several headers.
    #[serde(default)]
    pub headers: BTreeMap<String, HeaderValues>,
    /// Body: JSON, with its `Content-Type`.
    pub json: Option<Value>,
    /// Body: text, without a `Content-Type`.
    pub text: Option<String>,
    /// Body: a text, repeated.
    pub repeated: Option<(String, usize)>,
    /// Number of bytes of the body that are sent at once, and pause before the others in milliseconds.
    pub pause: Option<(usize, u64)>,
    /// Signature of a webhook, in place of other credentials.
    pub signed: Option<Signature>,
    /// Number of such requests at once. Default: 1.
    #[serde(default = "one")]
    pub times: usize,
    /// Expected response.
    pub response: ExpectedResponse,
}

fn one() -> usize {
    1
}

/// Credentials of a request.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Credentials {
    /// The key with the role `contain`.
    #[default]
    Responder,
    /// The key with the role `read`.
    Reader,
    /// The key of the responder as the password of Basic.
    Basic,
    /// A key that the service does not know.
    Wrong,
    None,
}

/// One value of a header, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum HeaderValues {
    One(String),
    Several(Vec<String>),
}

impl HeaderValues {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(value) => std::slice::from_ref(value).iter(),
            Self::Several(values) => values.iter(),
        }
        .map(String::as_str)
    }
}

/// Signature of a webhook (Standard Webhooks).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Signature {
    /// Id of the webhook.
    pub id: String,
    /// Age of the timestamp in seconds. Negative for one in the future.
    #[serde(default)]
    pub age: i64,
    /// True for the signature of another secret.
    #[serde(default)]
    pub is_forged: bool,
}

/// Expected response.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ExpectedResponse {
    /// Status, possibly with a matcher.
    pub status: Value,
    /// Headers by their names in lower case, possibly with matchers. Null for one that must not be there.
    #[serde(default)]
    pub headers: BTreeMap<String, Value>,
    /// Body, possibly with matchers. Default: no body.
    pub json: Option<Value>,
    /// Beginning of a body that is not JSON.
    pub text: Option<String>,
    /// Minimum and maximum time in milliseconds.
    pub took_ms: Option<(u64, u64)>,
}

/// A case as one runtime must pass it, with the addresses of one run.
#[derive(Clone, Debug)]
pub(super) struct ServiceSpec {
    pub settings: BTreeMap<String, String>,
    pub server: Vec<Item>,
    pub steps: Vec<ServiceStep>,
}

impl ServiceCases {
    /// The cases of this repository.
    ///
    /// # Errors
    ///
    /// The first mistake in a file, with its place.
    pub fn of_this_repository() -> Result<Self, Problem> {
        Self::of_folder(Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/service/cases"
        )))
    }

    /// The cases of a folder and the folders in it: each `.json` file is one.
    ///
    /// # Errors
    ///
    /// The first mistake in a file, with its place; a folder without cases; two cases of one name.
    pub fn of_folder(folder: &Path) -> Result<Self, Problem> {
        let mut cases = Vec::new();
        for (name, file) in case_files(folder)? {
            let text = fs::read_to_string(&file)
                .map_err(|error| Problem::new(error.to_string()).within(file.display()))?;
            cases.push(ServiceCase::read(&name, &text)?);
        }
        Ok(Self(cases))
    }

    /// The cases with a text in their names.
    ///
    /// # Errors
    ///
    /// No case has it.
    pub fn named(mut self, part: &str) -> Result<Self, Problem> {
        self.0.retain(|case| case.name().contains(part));
        if self.0.is_empty() {
            return Err(Problem::new(format!("no case has `{part}` in its name")));
        }
        Ok(self)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ServiceCase> {
        self.0.iter()
    }

    /// Number of cases: at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl ServiceCase {
    /// Reads a case from the text of its file, and checks it for every runtime that it names.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn read(name: &str, text: &str) -> Result<Self, Problem> {
        let check = |file| spec(file, &Names::example()).map(|_| ());
        CaseFile::read(name, text, check).map(Self)
    }

    /// Name: that of the file, without its end.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The behaviour, in one sentence.
    pub fn about(&self) -> &str {
        self.0.about()
    }

    /// True if the case says that this runtime differs from it.
    pub(super) fn has_difference(&self, host: &str) -> bool {
        self.0.differences(host).next().is_some()
    }

    /// Reason for which a runtime cannot run the case, as the case says.
    pub(super) fn not_run(&self, host: &str) -> Option<&str> {
        self.0.not_run(host)
    }

    /// The case as this runtime must pass it.
    pub(super) fn spec(&self, host: &str, names: &Names) -> Result<ServiceSpec, Problem> {
        spec(self.0.of_host(host)?, names)
    }
}

/// Reads a case as one runtime must pass it.
fn spec(mut file: Value, names: &Names) -> Result<ServiceSpec, Problem> {
    for (part, form) in [
        ("settings", Form::Api),
        ("server", Form::Api),
        ("steps", Form::Service),
    ] {
        if let Some(value) = file.get_mut(part) {
            names
                .expand(value, form)
                .map_err(|problem| problem.within(part))?;
        }
    }
    let file: ServiceFile = read(file)?;
    for (step, index) in file.steps.iter().zip(1..) {
        for (request, number) in step.requests.iter().zip(1..) {
            let place = format!("step {index}, request {number}: response");
            request
                .response
                .check()
                .map_err(|problem| problem.within(place))?;
        }
    }
    Ok(ServiceSpec {
        settings: settings(file.settings, names)?,
        server: Item::read_all(file.server).map_err(|problem| problem.within("server"))?,
        steps: file.steps,
    })
}

impl ExpectedResponse {
    /// Checks the matchers.
    fn check(&self) -> Result<(), Problem> {
        if self.json.is_some() && self.text.is_some() {
            return Err(Problem::new("`json` and `text`: one of both is expected"));
        }
        let status = example(&self.status)?;
        if !status.as_u64().is_some_and(|it| (200..600).contains(&it)) {
            return Err(Problem::new(format!("status: {status} is none")));
        }
        for value in self.headers.values().chain(&self.json) {
            example(value)?;
        }
        Ok(())
    }
}

/// Settings of a case: those of all cases, with changes.
fn settings(
    changes: Map<String, Value>,
    names: &Names,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut settings: BTreeMap<String, String> = [
        ("OP_USERS_ACCOUNT_ID", "ACCOUNT123".to_owned()),
        ("OP_USERS_CLIENT_ID", CLIENT_ID.to_owned()),
        ("OP_USERS_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("OP_USERS_BASE_URL", format!("http://{}", names.host)),
        ("OP_USERS_API_VERSION", "v1beta1".to_owned()),
        ("OP_USERS_DEADLINE_MS", "5000".to_owned()),
        (
            "OP_SERVICE_KEYS",
            format!("responder:contain:{RESPONDER_KEY_DIGEST},reader:read:{READER_KEY_DIGEST}"),
        ),
        (
            "OP_SERVICE_WEBHOOK_SECRETS",
            format!("siem:{WEBHOOK_SECRET}"),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    for (name, value) in changes {
        if !name.starts_with("OP_USERS_") && !name.starts_with("OP_SERVICE_") {
            return Err(Problem::new(format!("settings: {name} is none")));
        }
        match value {
            Value::Null => {
                settings.remove(&name);
            }
            Value::String(value) => {
                settings.insert(name, value);
            }
            _ => {
                return Err(Problem::new(format!(
                    "settings: {name}: a text is expected"
                )));
            }
        }
    }
    Ok(settings)
}
