//! Names in cases that stand for users, tokens, secrets and addresses.

use std::{collections::BTreeMap, sync::LazyLock};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// Client id in the settings of every case.
pub(crate) const CLIENT_ID: &str = "conformance";
/// Client secret in the settings of every case.
pub(crate) const CLIENT_SECRET: &str = "correct-horse-battery-staple";

/// Users that cases name, in the form of the API.
static USERS: LazyLock<BTreeMap<String, Map<String, Value>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../users.json")).expect("users.json is a map of users")
});

/// Fields of a user: in the API, and in the contract.
const FIELDS: [(&str, &str); 6] = [
    ("id", "id"),
    ("email", "email"),
    ("display_name", "displayName"),
    ("state", "state"),
    ("create_time", "createTime"),
    ("path", "path"),
];

/// Form of the users in a part of a case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// As the API sends them.
    Api,
    /// As the contract returns them.
    Contract,
    /// As the service returns them.
    Service,
}

/// Addresses of the servers of one run of a case.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// Authority of the scripted server.
    pub host: String,
    /// Authority of a server that must receive no request.
    pub elsewhere: String,
    /// Authority of a server with TLS whose certificate no authority has signed. It must receive no request.
    pub untrusted: String,
}

impl Names {
    /// Names to check a case with that is not run.
    pub(crate) fn example() -> Self {
        Self {
            host: "127.0.0.1:1".into(),
            elsewhere: "127.0.0.1:2".into(),
            untrusted: "127.0.0.1:3".into(),
        }
    }

    /// Replaces every name in a value. A mistake is told with its place.
    pub(crate) fn expand(&self, value: &mut Value, form: Form) -> Result<(), Problem> {
        match value {
            Value::String(text) => *text = self.text(text)?,
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.expand(item, form)
                        .map_err(|problem| problem.within(index))?;
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    self.expand(field, form)
                        .map_err(|problem| problem.within(name))?;
                }
                if let Some(name) = fields.remove("$user") {
                    *value = user(&name, fields, form)?;
                } else if let Some(range) = fields.remove("$users") {
                    *value = users(&range, form)?;
                } else if let Some(name) = fields.remove("issue") {
                    *value = exchange(&name, fields)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Replaces `${name}` in a text.
    fn text(&self, text: &str) -> Result<String, Problem> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| Problem::new(format!("`${{` without an end in {text:?}")))?;
            expanded.push_str(before);
            expanded.push_str(&self.value(name)?);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn value(&self, name: &str) -> Result<String, Problem> {
        Ok(match name {
            "secret" => CLIENT_SECRET.into(),
            "basic" => basic(),
            "host" => self.host.clone(),
            "origin" => format!("http://{}", self.host),
            "elsewhere" => format!("http://{}", self.elsewhere),
            "untrusted" => format!("https://{}", self.untrusted),
            _ => match name.strip_prefix("token.") {
                Some(name) => token(name),
                None => return Err(Problem::new(format!("unknown name ${{{name}}}"))),
            },
        })
    }
}

/// Base64 of client id and secret.
pub(crate) fn basic() -> String {
    BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"))
}

/// Value of the token with this name.
pub(crate) fn token(name: &str) -> String {
    format!("{name}-token-4c9e27f0a1b35d86")
}

/// The exchange of the credentials for a token: `{"issue": NAME}`. The other fields replace those of the exchange.
fn exchange(name: &Value, other: &mut Map<String, Value>) -> Result<Value, Problem> {
    let name = name
        .as_str()
        .ok_or_else(|| Problem::new("issue: the name of a token is a text"))?;
    let mut exchange = json!({
        "request": "POST /v1beta1/users/oauth2/token",
        "with": "credentials",
        "body": "grant_type=client_credentials",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "issues": name,
        "answer": {"json": {"access_token": token(name), "token_type": "Bearer", "expires_in": 900}},
    });
    for (field, value) in core::mem::take(other) {
        exchange[field] = value;
    }
    Ok(exchange)
}

/// `{"$user": NAME}`, with fields in place of the user's own. A field that is null is left out by the server.
fn user(name: &Value, changes: &mut Map<String, Value>, form: Form) -> Result<Value, Problem> {
    let known = name.as_str().and_then(|name| USERS.get(name));
    let mut fields = known
        .cloned()
        .ok_or_else(|| Problem::new(format!("$user: there is no user {name} in users.json")))?;
    for (field, value) in core::mem::take(changes) {
        if !fields.contains_key(&field) && form != Form::Api {
            return Err(Problem::new(format!(
                "$user: a user has no field `{field}`"
            )));
        }
        fields.insert(field, value);
    }
    Ok(in_form(fields, form))
}

/// `{"$users": [FIRST, LAST]}`: as many users with numbers.
fn users(range: &Value, form: Form) -> Result<Value, Problem> {
    let (first, last): (u32, u32) = serde_json::from_value(range.clone())
        .map_err(|_| Problem::new("$users: two numbers are expected"))?;
    let users = (first..=last).map(|number| {
        let id = format!("USER{number:04}");
        let user = json!({
            "id": id, "email": format!("user{number:04}@example.com"), "display_name": format!("User {number}"),
            "state": "ACTIVE", "create_time": "2024-01-15T10:30:00Z", "path": format!("accounts/ACCOUNT123/users/{id}"),
        });
        in_form(user.as_object().cloned().unwrap_or_default(), form)
    });
    Ok(users.collect())
}

fn in_form(mut fields: Map<String, Value>, form: Form) -> Value {
    if form == Form::Api {
        fields.retain(|_, value| !value.is_null());
        return fields.into();
    }
    let field = |(api, contract): (&str, &str)| {
        let value = fields.get(api).cloned().unwrap_or_default();
        let value = match (api, value.as_str()) {
            ("state", Some("ACTIVE")) => "active".into(),
            ("state", Some("SUSPENDED")) => "suspended".into(),
            ("state", None | Some("" | "STATE_UNSPECIFIED")) => "unspecified".into(),
            ("state", Some(other)) => json!({ "other": other }),
            (_, None) => "".into(),
            _ => value,
        };
        let name = if form == Form::Service { api } else { contract };
        (name.to_owned(), value)
    };
    FIELDS.into_iter().map(field).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(mut value: Value, form: Form) -> Result<Value, String> {
        Names::example()
            .expand(&mut value, form)
            .map(|()| value)
            .map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_user_has_the_form_of_the_api_or_of_the_contract() {
        let named = json!({"$user": "carol", "email": null});
        let api = expanded(named.clone(), Form::Api).unwrap();
        assert_eq!(api["display_name"], "Carol Clark");
        assert_eq!(api["state"], "SUSPENDED");
        assert_eq!(api.get("email"), None);
        let contract = expanded(named, Form::Contract).unwrap();
        assert_eq!(contract["displayName"], "Carol Clark");
        assert_eq!(contract["state"], "suspended");
        assert_eq!(contract["email"], "");
    }

    #[test]
    fn names_in_texts_stand_for_values() {
        let value = expanded(json!(["a ${token.first} b", "${origin}/x"]), Form::Api).unwrap();
        assert_eq!(value[0], format!("a {} b", token("first")));
        assert_eq!(value[1], "http://127.0.0.1:1/x");
    }

    #[test]
    fn unknown_names_are_told_with_their_place() {
        let place = |value| expanded(value, Form::Contract).unwrap_err();
        assert_eq!(
            place(json!({"a": ["${tokn}"]})),
            "a: 0: unknown name ${tokn}"
        );
        assert_eq!(
            place(json!({"$user": "zoe"})),
            "$user: there is no user \"zoe\" in users.json"
        );
        assert_eq!(
            place(json!({"$user": "bob", "mail": 1})),
            "$user: a user has no field `mail`"
        );
    }
}
