//! Conversions between the messages' types and the client's, in the direction of a host.

use onepassword_users_protocol::{self as protocol, CallResult, SendRequest};

use crate::{
    ChangeOptions, Effect, Error, ErrorCode, Finding, Outcome, Report, Selector, Target,
    TargetReport, User, UserList, UserPage, UserState, Verdict,
    platform::{Duration, Method, Purpose, Request, Scheme, Timeouts},
};

/// A request of the machine, taken apart.
pub(super) struct Outgoing<'a> {
    request: &'a SendRequest,
    scheme: Scheme,
    authority: &'a str,
    path_and_query: &'a str,
    length: String,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(request: &'a SendRequest) -> Self {
        let (scheme, rest) = request.url.split_once("://").unwrap();
        let path = rest.find('/').unwrap();
        Self {
            request,
            scheme: match scheme {
                "https" => Scheme::Https,
                "http" => Scheme::Http,
                other => panic!("the scheme {other}"),
            },
            authority: &rest[..path],
            path_and_query: &rest[path..],
            length: request.body.as_ref().map_or(0, String::len).to_string(),
        }
    }

    /// Headers, with the one that the host adds.
    pub(super) fn headers(&self) -> Vec<(&'static str, &str)> {
        let names = ["accept", "user-agent", "authorization", "content-type"];
        let header = |name| Some((name, self.request.headers.get(name)?.as_str()));
        let mut headers: Vec<_> = names.into_iter().filter_map(header).collect();
        assert_eq!(headers.len(), self.request.headers.len(), "other headers");
        if self.request.method == "POST" {
            headers.push(("content-length", &self.length));
        }
        headers
    }

    pub(super) fn request<'r>(&'r self, headers: &'r [(&'static str, &'r str)]) -> Request<'r> {
        let connect = Duration::from_millis(self.request.connect_ms);
        let second = Duration::from_secs(1);
        Request {
            purpose: match self.request.purpose {
                protocol::Purpose::Token => Purpose::Token,
                protocol::Purpose::Revoke => Purpose::Revoke,
                protocol::Purpose::List => Purpose::List,
                protocol::Purpose::Get => Purpose::Get,
                protocol::Purpose::Suspend => Purpose::Suspend,
                protocol::Purpose::Reactivate => Purpose::Reactivate,
            },
            user: self.request.user.as_deref(),
            method: match self.request.method.as_str() {
                "GET" => Method::Get,
                "POST" => Method::Post,
                other => panic!("the method {other}"),
            },
            scheme: self.scheme,
            authority: self.authority,
            path_and_query: self.path_and_query,
            headers,
            body: self.request.body.as_deref(),
            // The machine ends the other phases itself. These are the times at which it does, which faults hit.
            timeouts: Timeouts {
                connect,
                first_byte: connect.times(2).plus(second),
                between_bytes: connect.plus(second),
            },
        }
    }
}

pub(in crate::tests::simulation) fn targets(targets: &[Target]) -> Vec<protocol::Target> {
    let target = |target: &Target| protocol::Target {
        who: selector(&target.who),
        expect_email: target.expect_email.clone(),
    };
    targets.iter().map(target).collect()
}

fn selector(selector: &Selector) -> protocol::Selector {
    match selector.clone() {
        Selector::Id(id) => protocol::Selector::Id(id),
        Selector::Email(email) => protocol::Selector::Email(email),
    }
}

pub(in crate::tests::simulation) fn options(options: &ChangeOptions) -> protocol::ChangeOptions {
    protocol::ChangeOptions {
        dry_run: options.dry_run,
        max_changes: options.max_changes,
        protect: options.protect.iter().map(selector).collect(),
        concurrency: options.concurrency,
        stop_on_error: options.stop_on_error,
        deadline_ms: options.deadline_ms,
    }
}

/// Value of a result, or its error.
pub(in crate::tests::simulation) trait FromResult: Sized {
    fn from_result(result: CallResult) -> Self;
}

/// Reads a result of the expected kind.
pub(in crate::tests::simulation) fn result<T: FromResult>(result: CallResult) -> Result<T, Error> {
    match result {
        CallResult::Error(failed) => Err(error(failed)),
        other => Ok(T::from_result(other)),
    }
}

impl FromResult for User {
    fn from_result(result: CallResult) -> Self {
        match result {
            CallResult::User(found) => user(found),
            other => panic!("{other:?}"),
        }
    }
}

impl FromResult for UserPage {
    fn from_result(result: CallResult) -> Self {
        match result {
            CallResult::Page(page) => Self {
                users: page.users.into_iter().map(user).collect(),
                next_page_token: page.next_page_token,
            },
            other => panic!("{other:?}"),
        }
    }
}

impl FromResult for UserList {
    fn from_result(result: CallResult) -> Self {
        match result {
            CallResult::List(list) => Self {
                users: list.users.into_iter().map(user).collect(),
                complete: list.complete,
            },
            other => panic!("{other:?}"),
        }
    }
}

impl FromResult for Report {
    fn from_result(result: CallResult) -> Self {
        match result {
            CallResult::Report(report) => Self {
                targets: report.targets.into_iter().map(target_report).collect(),
                refused: report.refused.map(error),
                requests: report.requests,
                warnings: report.warnings,
            },
            other => panic!("{other:?}"),
        }
    }
}

impl FromResult for Vec<Finding> {
    fn from_result(result: CallResult) -> Self {
        match result {
            CallResult::Findings(findings) => findings.into_iter().map(finding).collect(),
            other => panic!("{other:?}"),
        }
    }
}

impl FromResult for () {
    fn from_result(result: CallResult) -> Self {
        match result {
            CallResult::Revoked(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn user(user: protocol::User) -> User {
    User {
        id: user.id,
        email: user.email,
        display_name: user.display_name,
        state: state(user.state),
        create_time: user.create_time,
        path: user.path,
    }
}

fn state(state: protocol::UserState) -> UserState {
    match state {
        protocol::UserState::Active => UserState::Active,
        protocol::UserState::Suspended => UserState::Suspended,
        protocol::UserState::Unspecified => UserState::Unspecified,
        protocol::UserState::Other(other) => UserState::Other(other),
    }
}

fn target_report(report: protocol::TargetReport) -> TargetReport {
    TargetReport {
        outcome: match (report.outcome, report.error) {
            (protocol::OutcomeName::Changed, None) => Outcome::Changed,
            (protocol::OutcomeName::Unchanged, None) => Outcome::Unchanged,
            (protocol::OutcomeName::WouldChange, None) => Outcome::WouldChange,
            (protocol::OutcomeName::Skipped, None) => Outcome::Skipped,
            (protocol::OutcomeName::Failed, Some(failed)) => Outcome::Failed(error(failed)),
            (outcome, error) => panic!("{outcome:?} with {error:?}"),
        },
        user: report.user.map(user),
        previous_state: report.previous_state.map(state),
    }
}

fn finding(finding: protocol::Finding) -> Finding {
    Finding {
        check: finding.check.leak(),
        verdict: match finding.verdict {
            protocol::Verdict::Passed => Verdict::Passed,
            protocol::Verdict::Failed => Verdict::Failed,
            protocol::Verdict::Unknown => Verdict::Unknown,
        },
        detail: finding.detail,
    }
}

/// Reads an error.
pub(in crate::tests::simulation) fn error(error: protocol::Error) -> Error {
    let code = code(error.code);
    assert_eq!(error.retryable, code.is_retryable());
    Error {
        code,
        message: error.message,
        hint: error.hint.map(|hint| &*hint.leak()),
        effect: match error.effect {
            protocol::Effect::NotApplied => Effect::NotApplied,
            protocol::Effect::PossiblyApplied => Effect::PossiblyApplied,
        },
        retry_after: error.retry_after_ms.map(Duration::from_millis),
        status: error.status,
        api_code: error.api_code,
        api_message: error.api_message,
        candidates: error.candidates,
        requests: error.requests,
    }
}

fn code(code: protocol::ErrorCode) -> ErrorCode {
    use protocol::ErrorCode as From;

    match code {
        From::InvalidArgument => ErrorCode::InvalidArgument,
        From::NotConfigured => ErrorCode::NotConfigured,
        From::Unauthenticated => ErrorCode::Unauthenticated,
        From::PermissionDenied => ErrorCode::PermissionDenied,
        From::LastOwner => ErrorCode::LastOwner,
        From::ExternallyManaged => ErrorCode::ExternallyManaged,
        From::NotFound => ErrorCode::NotFound,
        From::Ambiguous => ErrorCode::Ambiguous,
        From::Protected => ErrorCode::Protected,
        From::PreconditionFailed => ErrorCode::PreconditionFailed,
        From::RateLimited => ErrorCode::RateLimited,
        From::Unavailable => ErrorCode::Unavailable,
        From::TimedOut => ErrorCode::TimedOut,
        From::ConnectionFailed => ErrorCode::ConnectionFailed,
        From::MalformedResponse => ErrorCode::MalformedResponse,
        From::Other => ErrorCode::Other,
    }
}
