//! Causes that the host knows and the component does not, added to the errors of a call.

use crate::bindings::{
    connection::{Finding, Verdict},
    containment::{Outcome, Report, TargetReport, UserList},
    types::{Error, ErrorCode, User},
    users::UserPage,
};
use crate::outgoing_http::Causes;

/// A result that may contain errors of the component.
pub(crate) trait Explain {
    /// Adds the cause to errors about the connection, for which `wasi:http` has no place, and the proxy to responses that are
    /// not in the API's form.
    fn explain(&mut self, causes: &Causes);
}

impl Explain for Error {
    fn explain(&mut self, causes: &Causes) {
        let is_connection = matches!(self.code, ErrorCode::ConnectionFailed | ErrorCode::TimedOut);
        let cause = match self.status {
            None if is_connection => &causes.connection,
            None if self.code == ErrorCode::MalformedResponse => &causes.response,
            Some(_) if self.api_code.is_none() => &causes.response,
            _ => return,
        };
        if let Some(cause) = cause {
            add(&mut self.message, cause);
        }
    }
}

impl<T: Explain> Explain for Result<T, Error> {
    fn explain(&mut self, causes: &Causes) {
        match self {
            Ok(value) => value.explain(causes),
            Err(error) => error.explain(causes),
        }
    }
}

impl Explain for Report {
    fn explain(&mut self, causes: &Causes) {
        for target in &mut self.targets {
            target.explain(causes);
        }
    }
}

impl Explain for Vec<Finding> {
    fn explain(&mut self, causes: &Causes) {
        let failed = self.iter_mut().find(|it| it.verdict == Verdict::Failed);
        let cause = causes.connection.as_ref().or(causes.response.as_ref());
        if let (Some(finding), Some(cause)) = (failed, cause) {
            add(&mut finding.detail, cause);
        }
    }
}

impl Explain for TargetReport {
    fn explain(&mut self, causes: &Causes) {
        if let Outcome::Failed(error) = &mut self.outcome {
            error.explain(causes);
        }
    }
}

impl Explain for User {
    fn explain(&mut self, _: &Causes) {}
}

impl Explain for UserPage {
    fn explain(&mut self, _: &Causes) {}
}

impl Explain for UserList {
    fn explain(&mut self, _: &Causes) {}
}

impl Explain for () {
    fn explain(&mut self, _: &Causes) {}
}

fn add(message: &mut String, cause: &str) {
    message.push_str(&format!(" ({cause})"));
}
