//! A case: a file, and the parts that a run of it needs.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use onepassword_users_protocol::{CallResult, Operation, Settings};

use crate::{
    case_file::CaseFile,
    compare::example,
    difference::Difference,
    expand::{CLIENT_ID, CLIENT_SECRET, Form, Names},
    problem::Problem,
    server::Item,
};

/// Deadline of the calls of a case that sets none, in milliseconds.
const DEFAULT_DEADLINE_MS: u32 = 5000;

/// A case.
#[derive(Clone, Debug)]
pub struct Case(CaseFile);

/// Parts of a file that are the same for all hosts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    /// Read by `CaseFile`; here because unknown fields are refused.
    #[serde(rename = "about")]
    _about: String,
    #[serde(default)]
    settings: Map<String, Value>,
    /// Minimum and maximum time from the start to the results, in milliseconds.
    took_ms: Option<(u64, u64)>,
    server: Vec<Value>,
    steps: Vec<Step>,
    /// As above.
    #[serde(default, rename = "differs")]
    _differs: Vec<Difference>,
}

/// Calls that start together, in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// The calls.
    pub calls: Vec<Call>,
}

/// A call, with its expected result.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Call {
    /// Function and arguments.
    pub operation: Operation,
    /// Time in milliseconds after which the call is aborted at once.
    pub abort_after_ms: Option<u64>,
    /// Time in milliseconds after which the call starts nothing more.
    pub drain_after_ms: Option<u64>,
    /// Expected result, possibly with matchers.
    pub(crate) result: Value,
    /// Order in which the targets of a bulk change are settled, if there is only one. Whatever the order, each is settled once,
    /// with the report that the result contains.
    pub(crate) settled_order: Option<Vec<u32>>,
}

/// A case as one host must pass it, with the addresses of one run.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub settings: Value,
    pub took_ms: Option<(u64, u64)>,
    pub server: Vec<Item>,
    pub steps: Vec<Step>,
}

impl Case {
    /// Reads a case from the text of its file, and checks it for every host that it names.
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

    /// Reasons for which a host may differ from the case, as the case says.
    pub fn differences(&self, host: &str) -> Vec<&str> {
        let differences = self.0.differences(host);
        differences
            .filter(|difference| !difference.not_run)
            .map(|difference| difference.why.as_str())
            .collect()
    }

    /// Reason for which a host cannot run the case, as the case says.
    pub fn not_run(&self, host: &str) -> Option<&str> {
        self.0.not_run(host)
    }

    /// The case as this host must pass it.
    pub(crate) fn spec(&self, host: &str, names: &Names) -> Result<Spec, Problem> {
        spec(self.0.of_host(host)?, names)
    }
}

/// Reads a case as one host must pass it.
fn spec(mut file: Value, names: &Names) -> Result<Spec, Problem> {
    for (part, form) in [
        ("settings", Form::Api),
        ("server", Form::Api),
        ("steps", Form::Contract),
    ] {
        if let Some(value) = file.get_mut(part) {
            names
                .expand(value, form)
                .map_err(|problem| problem.within(part))?;
        }
    }
    let file: File = read(file)?;
    for (step, index) in file.steps.iter().zip(1..) {
        for (call, number) in step.calls.iter().zip(1..) {
            let place = format!("step {index}, call {number}: result");
            let result = example(&call.result).map_err(|problem| problem.within(&place))?;
            read::<CallResult>(result).map_err(|problem| problem.within(&place))?;
        }
    }
    Ok(Spec {
        settings: settings(file.settings, names)?,
        took_ms: file.took_ms,
        server: Item::read_all(file.server).map_err(|problem| problem.within("server"))?,
        steps: file.steps,
    })
}

/// Reads a value, and names the place of a mistake.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let place = error.path().to_string();
        let problem = Problem::new(error.into_inner().to_string());
        if place == "." {
            problem
        } else {
            problem.within(place)
        }
    })
}

/// Settings of a case: those of all cases, with changes. Null takes one away.
fn settings(changes: Map<String, Value>, names: &Names) -> Result<Value, Problem> {
    let mut settings = json!({
        "accountId": "ACCOUNT123",
        "credentials": {"client": {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}},
        "baseUrl": {"origin": format!("http://{}", names.host)},
        "apiVersion": "v1beta1",
        "deadlineMs": DEFAULT_DEADLINE_MS,
    });
    for (name, value) in changes {
        if let Some(fields) = settings.as_object_mut() {
            if value.is_null() {
                fields.remove(&name);
            } else {
                fields.insert(name, value);
            }
        }
    }
    read::<Settings>(settings.clone()).map_err(|problem| problem.within("settings"))?;
    Ok(settings)
}
