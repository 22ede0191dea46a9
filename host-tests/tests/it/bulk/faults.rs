//! Faults in the middle of a bulk call: one faulty response leaves the other targets unaffected.

use host::{
    Effect,
    ErrorCode::{
        self, ConnectionFailed, InvalidArgument, MalformedResponse, NotConfigured, NotFound, Other,
        RateLimited, Unauthenticated, Unavailable,
    },
};
use simulator::{Action, Endpoint, Fault};
use tokio::task::JoinSet;

use super::{
    fault_case::{BY_EMAIL, FAULTY_TARGET, FaultCase, TARGETS},
    short_outcome::ShortOutcome::{self, Changed, Failed, PossiblyApplied},
};

/// Name of a fault, the action of the server, the number of affected requests, and the error code: none for a success.
type FaultRow = (&'static str, Action, usize, Option<ErrorCode>);

const ALWAYS: usize = usize::MAX;

fn status(status: u16, (name, value): (&str, &str), body: &str) -> Action {
    Action::Status {
        status,
        headers: vec![(name.to_owned(), value.to_owned())],
        body: body.into(),
    }
}

/// Response with a status that asks for a retry without a wait.
fn retry_now(code: u16) -> Action {
    status(code, ("retry-after", "0"), "")
}

/// Faults that end after some retries.
fn temporary_faults() -> Vec<FaultRow> {
    vec![
        ("503, once", retry_now(503), 1, None),
        (
            "500 without retry-after, once",
            Action::status(500),
            1,
            None,
        ),
        ("429, four times", retry_now(429), 4, None),
        ("401, once", Action::status(401), 1, None),
        ("a reset, once", Action::Reset, 1, None),
        ("half a head, once", Action::CutHead, 1, None),
        ("half a body, once", Action::CutBody { after: 20 }, 1, None),
        (
            "applied without a response, once",
            Action::after_apply(Action::Reset),
            1,
            None,
        ),
    ]
}

/// Faults that last, except those whose meaning depends on the endpoint.
fn permanent_faults() -> Vec<FaultRow> {
    let malformed = Some(MalformedResponse);
    let page = status(200, ("content-type", "text/html"), "<html>Sign in</html>");
    let redirect = status(302, ("location", "https://acme.example/"), "");
    let other_user = r#"{"id":"X","email":"x@acme.example","state":"SUSPENDED"}"#;
    vec![
        ("503, always", retry_now(503), ALWAYS, Some(Unavailable)),
        ("501", Action::status(501), ALWAYS, Some(Unavailable)),
        ("a redirect", redirect, ALWAYS, malformed),
        ("an HTML page", page, ALWAYS, malformed),
        ("an empty body", Action::json(200, ""), ALWAYS, malformed),
        (
            "half of a JSON document",
            Action::json(200, "{\"id\":"),
            ALWAYS,
            malformed,
        ),
        (
            "another user",
            Action::json(200, other_user),
            ALWAYS,
            malformed,
        ),
        (
            "not HTTP",
            Action::Raw(b"\0\x01\x02\r\n\r\n".to_vec()),
            ALWAYS,
            malformed,
        ),
    ]
}

/// Connections that break in every attempt, so that the call waits between all of them.
fn broken_connections() -> Vec<FaultRow> {
    let broken = Some(ConnectionFailed);
    let cut = Action::CutBody { after: 20 };
    vec![
        ("a reset, always", Action::Reset, ALWAYS, broken),
        ("half a body, always", cut, ALWAYS, broken),
    ]
}

/// Error responses about one user.
fn error_responses() -> Vec<FaultRow> {
    vec![
        ("429, always", retry_now(429), ALWAYS, Some(RateLimited)),
        (
            "400",
            Action::json(400, r#"{"code":3,"message":"bad","details":[]}"#),
            ALWAYS,
            Some(InvalidArgument),
        ),
        (
            "404",
            Action::json(404, r#"{"code":5,"message":"no"}"#),
            ALWAYS,
            Some(NotFound),
        ),
        (
            "404 of a proxy",
            Action::json(404, "{}"),
            ALWAYS,
            Some(NotConfigured),
        ),
        ("418", Action::status(418), ALWAYS, Some(Other)),
    ]
}

/// Returns the outcomes of all targets: `outcome` for those in `faulty`, changed for the others.
fn changed_except(faulty: &[usize], outcome: ShortOutcome) -> Vec<ShortOutcome> {
    let mut outcomes = vec![Changed; TARGETS];
    for index in faulty {
        outcomes[*index] = outcome;
    }
    outcomes
}

/// Runs each fault in an account of its own, and asserts the outcomes.
async fn run(
    rows: Vec<FaultRow>,
    place: impl Fn(Fault, &FaultCase) -> Fault,
    expected: impl Fn(Option<ErrorCode>) -> Vec<ShortOutcome>,
) {
    let mut running = JoinSet::new();
    for (name, action, times, code) in rows {
        let mut case = FaultCase::new().await;
        let fault = place(Fault::new(action).times(times), &case);
        let expected = expected(code);
        running.spawn(async move {
            let result = case.run(fault).await;
            let (outcomes, changes) = result.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(outcomes, expected, "{name}");
            let is_sent = |outcome: &&ShortOutcome| matches!(outcome, Changed | PossiblyApplied(_));
            assert!(changes >= outcomes.iter().filter(is_sent).count(), "{name}");
            case.repeat().await;
        });
    }
    running.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_one_change_fails_one_target() {
    let rows = [temporary_faults(), permanent_faults(), broken_connections()].concat();
    let place = |fault: Fault, case: &FaultCase| {
        fault
            .on(Endpoint::Suspend)
            .of_user(&case.ids[FAULTY_TARGET])
    };
    // The server may have applied the change before it failed.
    let expected =
        |code: Option<_>| changed_except(&[FAULTY_TARGET], code.map_or(Changed, PossiblyApplied));
    run(rows, place, expected).await;
    let expected = |code: Option<_>| {
        let outcome = match code {
            // Only an answer in the API's own form proves that the change was rejected.
            Some(code @ (InvalidArgument | NotFound)) => Failed(code),
            code => code.map_or(Changed, PossiblyApplied),
        };
        changed_except(&[FAULTY_TARGET], outcome)
    };
    run(error_responses(), place, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_one_look_up_fails_one_target_unchanged() {
    let rows = [
        temporary_faults(),
        permanent_faults(),
        broken_connections(),
        error_responses(),
    ]
    .concat();
    let place =
        |fault: Fault, case: &FaultCase| fault.on(Endpoint::Get).of_user(&case.ids[FAULTY_TARGET]);
    let expected = |code: Option<_>| changed_except(&[FAULTY_TARGET], code.map_or(Changed, Failed));
    run(rows, place, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_the_list_fails_targets_named_by_email() {
    let mut rows = [temporary_faults(), permanent_faults()].concat();
    rows.extend([
        ("429, always", retry_now(429), ALWAYS, Some(RateLimited)),
        (
            "404",
            Action::json(404, r#"{"code":5,"message":"no"}"#),
            ALWAYS,
            Some(NotFound),
        ),
        (
            "404 of a proxy",
            Action::status(404),
            ALWAYS,
            Some(NotConfigured),
        ),
    ]);
    // A response with a single user is not a list.
    rows.retain(|(name, ..)| *name != "another user");
    let by_email: Vec<_> = (0..BY_EMAIL).collect();
    let place = |fault: Fault, _: &FaultCase| fault.on(Endpoint::List);
    let expected = |code: Option<_>| changed_except(&by_email, code.map_or(Changed, Failed));
    run(rows, place, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_exchange_that_is_retried_serves_every_target() {
    let mut rows = temporary_faults();
    rows.retain(|(name, ..)| *name != "401, once");
    let place = |fault: Fault, _: &FaultCase| fault.on(Endpoint::Token);
    run(rows, place, |_| vec![Changed; TARGETS]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_token_exchange_fails_the_call() {
    let mut rows = permanent_faults();
    rows.extend([
        ("401", Action::status(401), ALWAYS, Some(Unauthenticated)),
        ("404", Action::status(404), ALWAYS, Some(NotConfigured)),
        ("429, always", retry_now(429), ALWAYS, Some(RateLimited)),
    ]);
    let mut running = JoinSet::new();
    for (name, action, times, code) in rows {
        running.spawn(async move {
            let mut case = FaultCase::new().await;
            let fault = Fault::new(action).times(times).on(Endpoint::Token);
            let error = case.run(fault).await.unwrap_err();
            assert_eq!(Some(error.code), code, "{name}");
            assert_eq!(error.effect, Effect::NotApplied, "{name}");
            assert!(error.requests <= 5, "{name}: {error:?}");
            // Refused credentials are remembered for a short time.
            if code != Some(Unauthenticated) {
                case.repeat().await;
            }
        });
    }
    running.join_all().await;
}
