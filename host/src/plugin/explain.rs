//! Causes that the host knows and the component does not, added to the errors of a call.

use crate::bindings::{
    connection::{Finding, Verdict},
    containment::{Outcome, Report, UserList},
    types::{Error, ErrorCode, User},
    users::UserPage,
};

/// A result that may contain errors of the component.
pub(super) trait Explain {
    /// Adds the cause to errors about the connection. `wasi:http` has no place for it.
    fn explain(&mut self, cause: &str);
}

impl Explain for Error {
    fn explain(&mut self, cause: &str) {
        if self.code == ErrorCode::ConnectionFailed && self.status.is_none() {
            add(&mut self.message, cause);
        }
    }
}

impl<T: Explain> Explain for Result<T, Error> {
    fn explain(&mut self, cause: &str) {
        match self {
            Ok(value) => value.explain(cause),
            Err(error) => error.explain(cause),
        }
    }
}

impl Explain for Report {
    fn explain(&mut self, cause: &str) {
        for target in &mut self.targets {
            if let Outcome::Failed(error) = &mut target.outcome {
                error.explain(cause);
            }
        }
    }
}

impl Explain for Vec<Finding> {
    fn explain(&mut self, cause: &str) {
        let failed = self.iter_mut().find(|it| it.verdict == Verdict::Failed);
        if let Some(finding) = failed {
            add(&mut finding.detail, cause);
        }
    }
}

impl Explain for User {
    fn explain(&mut self, _: &str) {}
}

impl Explain for UserPage {
    fn explain(&mut self, _: &str) {}
}

impl Explain for UserList {
    fn explain(&mut self, _: &str) {}
}

impl Explain for () {
    fn explain(&mut self, _: &str) {}
}

fn add(message: &mut String, cause: &str) {
    message.push_str(&format!(" ({cause})"));
}
