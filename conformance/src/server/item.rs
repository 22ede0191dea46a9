//! The script of a server: the requests that must come, in order, each with its answer.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use crate::{case::read, problem::Problem};

/// One position in a script.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Exchanges of this position: several if their order is open.
    pub exchanges: Vec<Exchange>,
    /// Number of requests that must be open at once, if the case counts it: the answers wait for each other.
    pub at_once: Option<u32>,
}

/// Exchanges in any order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Group {
    any_order: Vec<Exchange>,
    at_once: Option<u32>,
}

/// A request that must come, with its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Exchange {
    /// Method, path and query.
    pub request: String,
    /// Authorization: `credentials`, `none`, or the name of a token. Default: the token that was issued last before.
    #[serde(default)]
    pub with: String,
    /// Body. Default: empty.
    #[serde(default)]
    pub body: String,
    /// Headers by their names in lower case, possibly with matchers. Null for a header that must not be there.
    #[serde(default)]
    pub headers: BTreeMap<String, Value>,
    /// Number of such requests, or minimum and maximum. Default: 1.
    #[serde(default)]
    pub times: Times,
    /// True if the client must close the connection before the end of the answer.
    #[serde(default)]
    pub canceled: bool,
    /// Name of the token that the answer issues.
    issues: Option<String>,
    /// The answer.
    pub answer: Answer,
}

/// Minimum and maximum number of requests.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Value")]
pub(crate) struct Times {
    pub min: u32,
    pub max: u32,
}

impl Default for Times {
    fn default() -> Self {
        Self { min: 1, max: 1 }
    }
}

impl TryFrom<Value> for Times {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let bounds = if value.is_number() {
            json!([value, value])
        } else {
            value
        };
        match serde_json::from_value(bounds) {
            Ok((min, max)) if min <= max && max > 0 => Ok(Self { min, max }),
            _ => Err("a number of requests, or [minimum, maximum], is expected"),
        }
    }
}

impl Item {
    /// Reads a script.
    pub(crate) fn read_all(values: Vec<Value>) -> Result<Vec<Self>, Problem> {
        let mut items = Vec::new();
        // Token that requests carry which name none.
        let mut token = String::from("none");
        for (index, value) in values.into_iter().enumerate() {
            let item = Self::read(value, &mut token);
            items.push(item.map_err(|problem| problem.within(index))?);
        }
        Ok(items)
    }

    /// Makes the bodies of the answers.
    pub(super) fn prepare(&mut self) {
        for exchange in &mut self.exchanges {
            exchange.answer.prepare();
        }
    }

    fn read(value: Value, token: &mut String) -> Result<Self, Problem> {
        let mut item = if value.get("anyOrder").is_some() {
            let Group { any_order, at_once } = read(value)?;
            if any_order.len() < 2 || at_once == Some(0) {
                return Err(Problem::new("anyOrder: two exchanges or more are expected"));
            }
            Self {
                exchanges: any_order,
                at_once,
            }
        } else {
            Self {
                exchanges: vec![read(value)?],
                at_once: None,
            }
        };
        for exchange in &mut item.exchanges {
            if exchange.with.is_empty() {
                exchange.with.clone_from(token);
            }
            let mut words = exchange.request.split(' ');
            let is_request = matches!(words.next(), Some("GET" | "POST"))
                && words.next().is_some_and(|target| target.starts_with('/'))
                && words.next().is_none();
            if !is_request {
                return Err(Problem::new(format!(
                    "request: {:?} is not `GET /path` or `POST /path`",
                    exchange.request
                )));
            }
            exchange
                .answer
                .check()
                .map_err(|problem| problem.within("answer"))?;
        }
        if let Some(issued) = item.exchanges.iter().find_map(|it| it.issues.clone()) {
            *token = issued;
        }
        Ok(item)
    }
}
