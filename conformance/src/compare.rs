//! Comparison of a result with the one that a case expects.
//!
//! A value equals itself, with all fields and no others. Three matchers stand for values that differ from run to run or from
//! host to host: `{"$between": [FROM, TO]}` for a number, `{"$starts": TEXT}` for a text, `{"$oneOf": [VALUE, …]}` for any value.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::problem::Problem;

/// Maximum length of a value in a difference, in bytes.
const MAX_SHOWN: usize = 300;

/// A matcher in place of a value.
enum Matcher<'v> {
    Between(f64, f64),
    Starts(&'v str),
    OneOf(&'v [Value]),
}

impl<'v> Matcher<'v> {
    /// The matcher that a value is, if it is one.
    fn of(value: &'v Value) -> Result<Option<Self>, Problem> {
        let Some((name, argument)) = single_field(value) else {
            return Ok(None);
        };
        let matcher = match (name.as_str(), argument) {
            ("$between", Value::Array(bounds)) => match bounds.as_slice() {
                [from, to] => from
                    .as_f64()
                    .zip(to.as_f64())
                    .map(|(from, to)| Self::Between(from, to)),
                _ => None,
            },
            ("$starts", Value::String(text)) => Some(Self::Starts(text)),
            ("$oneOf", Value::Array(values)) if !values.is_empty() => Some(Self::OneOf(values)),
            (name, _) if !name.starts_with('$') => return Ok(None),
            _ => None,
        };
        matcher
            .map(Some)
            .ok_or_else(|| Problem::new(format!("{value} is no matcher")))
    }
}

fn single_field(value: &Value) -> Option<(&String, &Value)> {
    let fields = value.as_object()?;
    let mut fields = fields.iter();
    let first = fields.next()?;
    fields.next().is_none().then_some(first)
}

/// A value that an expectation accepts, to check its form with.
pub(crate) fn example(expected: &Value) -> Result<Value, Problem> {
    Ok(match Matcher::of(expected)? {
        Some(Matcher::Between(..)) => expected["$between"][0].clone(),
        Some(Matcher::Starts(text)) => text.into(),
        Some(Matcher::OneOf(values)) => example(&values[0])?,
        None => match expected {
            Value::Array(items) => items.iter().map(example).collect::<Result<_, _>>()?,
            Value::Object(fields) => {
                let mut examples = Map::new();
                for (name, field) in fields {
                    let field = example(field).map_err(|problem| problem.within(name))?;
                    examples.insert(name.clone(), field);
                }
                examples.into()
            }
            other => other.clone(),
        },
    })
}

/// Appends the differences of a value from the expected one. `place` leads to the value.
pub(crate) fn compare(
    place: &str,
    expected: &Value,
    actual: &Value,
    differences: &mut Vec<String>,
) {
    match Matcher::of(expected) {
        Ok(Some(matcher)) => {
            let fits = match &matcher {
                Matcher::Between(from, to) => actual
                    .as_f64()
                    .is_some_and(|number| (*from..=*to).contains(&number)),
                Matcher::Starts(text) => actual
                    .as_str()
                    .is_some_and(|actual| actual.starts_with(text)),
                Matcher::OneOf(values) => values.iter().any(|value| {
                    let mut unused = Vec::new();
                    compare(place, value, actual, &mut unused);
                    unused.is_empty()
                }),
            };
            if !fits {
                let wanted = match matcher {
                    Matcher::Between(from, to) => format!("a number from {from} to {to}"),
                    Matcher::Starts(text) => format!("a text that starts with {text:?}"),
                    Matcher::OneOf(_) => format!("one of {}", shown(&expected["$oneOf"])),
                };
                differences.push(format!("{place}: is {}, not {wanted}", shown(actual)));
            }
        }
        _ => compare_plain(place, expected, actual, differences),
    }
}

fn compare_plain(place: &str, expected: &Value, actual: &Value, differences: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let names: BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
            for name in names {
                let place = format!("{place}.{name}");
                match (expected.get(name), actual.get(name)) {
                    (Some(expected), Some(actual)) => {
                        compare(&place, expected, actual, differences);
                    }
                    (Some(expected), None) => {
                        differences.push(format!("{place}: is absent, not {}", shown(expected)));
                    }
                    (_, Some(actual)) => {
                        differences.push(format!("{place}: is {}, not absent", shown(actual)));
                    }
                    (None, None) => {}
                }
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                let (is, not) = (actual.len(), expected.len());
                differences.push(format!("{place}: has {is} elements, not {not}"));
            }
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{place}[{index}]"), expected, actual, differences);
            }
        }
        _ if expected == actual => {}
        _ => differences.push(format!(
            "{place}: is {}, not {}",
            shown(actual),
            shown(expected)
        )),
    }
}

/// A value as text, cut if it is long.
fn shown(value: &Value) -> String {
    let mut text = value.to_string();
    if text.len() > MAX_SHOWN {
        text.truncate(text.floor_char_boundary(MAX_SHOWN));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(expected: Value, actual: Value) -> Vec<String> {
        let mut differences = Vec::new();
        compare("result", &expected, &actual, &mut differences);
        differences
    }

    #[test]
    fn missing_and_further_fields_are_differences() {
        assert_eq!(
            differences(
                json!({"a": {"b": 1, "c": 2}}),
                json!({"a": {"b": 1, "d": 3}})
            ),
            [
                "result.a.c: is absent, not 2",
                "result.a.d: is 3, not absent"
            ]
        );
        assert_eq!(
            differences(json!([1, 2]), json!([1])),
            ["result: has 1 elements, not 2"]
        );
    }

    #[test]
    fn an_absent_field_is_not_null() {
        assert_eq!(
            differences(json!({}), json!({"hint": null})),
            ["result.hint: is null, not absent"]
        );
    }

    #[test]
    fn matchers_accept_what_they_describe() {
        let expected = json!([{"$between": [1, 3]}, {"$starts": "get-user: "}, {"$oneOf": [1, {"$starts": "x"}]}]);
        for actual in [json!([1, "get-user: a", "xy"]), json!([3, "get-user: ", 1])] {
            assert_eq!(differences(expected.clone(), actual), [""; 0]);
        }
        assert_eq!(
            differences(expected, json!([4, "list-users: a", 2])),
            [
                "result[0]: is 4, not a number from 1 to 3",
                "result[1]: is \"list-users: a\", not a text that starts with \"get-user: \"",
                "result[2]: is 2, not one of [1,{\"$starts\":\"x\"}]",
            ]
        );
    }

    #[test]
    fn an_unknown_matcher_is_a_mistake_in_the_case() {
        let problem = example(&json!({"requests": {"$more": 1}})).unwrap_err();
        assert_eq!(problem.to_string(), "requests: {\"$more\":1} is no matcher");
    }
}
