//! Faults in the middle of a call: whatever one answer is, everybody else is served, and nothing that was done is lost.

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
    fault_case::{BY_EMAIL, HIT, Scene, TARGETS},
    short_outcome::Fate::{self, Changed, Failed, Uncertain},
};

/// What is met, how often, and what comes of it; no code is a success after all.
type Row = (&'static str, Action, usize, Option<ErrorCode>);

const ALWAYS: usize = usize::MAX;

fn status(status: u16, (name, value): (&str, &str), body: &str) -> Action {
    Action::Status {
        status,
        headers: vec![(name.to_owned(), value.to_owned())],
        body: body.into(),
    }
}

/// A refusal that says when to try again: now.
fn again(code: u16) -> Action {
    status(code, ("retry-after", "0"), "")
}

/// What can be served on another try, once.
fn passing() -> Vec<Row> {
    vec![
        ("503, once", again(503), 1, None),
        ("500 and not when, once", Action::status(500), 1, None),
        ("429, four times", again(429), 4, None),
        ("401, once", Action::status(401), 1, None),
        ("a reset, once", Action::Reset, 1, None),
        ("half a head, once", Action::CutHead, 1, None),
        ("half a body, once", Action::CutBody { after: 20 }, 1, None),
        (
            "no answer to one that was taken, once",
            Action::after_apply(Action::Reset),
            1,
            None,
        ),
    ]
}

/// What no other try helps against, but for the refusals, whose meaning depends on what was asked.
fn lasting() -> Vec<Row> {
    let malformed = Some(MalformedResponse);
    let page = status(200, ("content-type", "text/html"), "<html>Sign in</html>");
    let redirect = status(302, ("location", "https://acme.example/"), "");
    let somebody_else = r#"{"id":"X","email":"x@acme.example","state":"SUSPENDED"}"#;
    vec![
        ("503, always", again(503), ALWAYS, Some(Unavailable)),
        ("501", Action::status(501), ALWAYS, Some(Unavailable)),
        ("a redirect", redirect, ALWAYS, malformed),
        ("a page of HTML", page, ALWAYS, malformed),
        ("an empty body", Action::json(200, ""), ALWAYS, malformed),
        (
            "half a JSON",
            Action::json(200, "{\"id\":"),
            ALWAYS,
            malformed,
        ),
        (
            "somebody else",
            Action::json(200, somebody_else),
            ALWAYS,
            malformed,
        ),
        (
            "no HTTP",
            Action::Raw(b"\0\x01\x02\r\n\r\n".to_vec()),
            ALWAYS,
            malformed,
        ),
    ]
}

/// Connections that break each time, between which every wait is waited.
fn breaking() -> Vec<Row> {
    let broken = Some(ConnectionFailed);
    let cut = Action::CutBody { after: 20 };
    vec![
        ("a reset, always", Action::Reset, ALWAYS, broken),
        ("half a body, always", cut, ALWAYS, broken),
    ]
}

/// What a refusal means to whoever asked about one user.
fn refusals() -> Vec<Row> {
    vec![
        ("429, always", again(429), ALWAYS, Some(RateLimited)),
        (
            "400",
            Action::json(400, "{}"),
            ALWAYS,
            Some(InvalidArgument),
        ),
        ("404", Action::json(404, "{}"), ALWAYS, Some(NotFound)),
        ("418", Action::status(418), ALWAYS, Some(Other)),
    ]
}

/// What becomes of each target when these ones meet what comes to this.
fn served_but(hit: &[usize], fate: Fate) -> Vec<Fate> {
    let mut fates = vec![Changed; TARGETS];
    for place in hit {
        fates[*place] = fate;
    }
    fates
}

/// Plays each row, in an account of its own.
async fn play(
    rows: Vec<Row>,
    meets: impl Fn(Fault, &Scene) -> Fault,
    expected: impl Fn(Option<ErrorCode>) -> Vec<Fate>,
) {
    let mut playing = JoinSet::new();
    for (name, action, times, code) in rows {
        let mut scene = Scene::new().await;
        let fault = meets(Fault::new(action).times(times), &scene);
        let expected = expected(code);
        playing.spawn(async move {
            let came = scene.play(fault).await;
            let (fates, changes) = came.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(fates, expected, "{name}");
            let asked = |fate: &&Fate| matches!(fate, Changed | Uncertain(_));
            assert!(changes >= fates.iter().filter(asked).count(), "{name}");
            scene.repeat().await;
        });
    }
    playing.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_one_change_is_that_targets_alone() {
    let rows = [passing(), lasting(), breaking()].concat();
    let meets = |fault: Fault, scene: &Scene| fault.on(Endpoint::Suspend).of_user(&scene.ids[HIT]);
    // Nobody knows what the server did before it failed.
    let expected = |code: Option<_>| served_but(&[HIT], code.map_or(Changed, Uncertain));
    play(rows, meets, expected).await;
    let expected = |code: Option<_>| served_but(&[HIT], code.map_or(Changed, Failed));
    play(refusals(), meets, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_one_look_up_is_that_targets_alone_and_it_is_not_changed() {
    let rows = [passing(), lasting(), breaking(), refusals()].concat();
    let meets = |fault: Fault, scene: &Scene| fault.on(Endpoint::Get).of_user(&scene.ids[HIT]);
    let expected = |code: Option<_>| served_but(&[HIT], code.map_or(Changed, Failed));
    play(rows, meets, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_the_list_is_that_of_all_who_were_named_by_e_mail_address() {
    let mut rows = [passing(), lasting()].concat();
    rows.extend([
        ("429, always", again(429), ALWAYS, Some(RateLimited)),
        ("404", Action::status(404), ALWAYS, Some(NotFound)),
    ]);
    // An answer of another kind is no list.
    rows.retain(|(name, ..)| *name != "somebody else");
    let by_email: Vec<_> = (0..BY_EMAIL).collect();
    let meets = |fault: Fault, _: &Scene| fault.on(Endpoint::List);
    let expected = |code: Option<_>| served_but(&by_email, code.map_or(Changed, Failed));
    play(rows, meets, expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_on_another_try_serves_everybody() {
    let mut rows = passing();
    rows.retain(|(name, ..)| *name != "401, once");
    let meets = |fault: Fault, _: &Scene| fault.on(Endpoint::Token);
    play(rows, meets, |_| vec![Changed; TARGETS]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_nothing_is_tried() {
    let mut rows = lasting();
    rows.extend([
        ("401", Action::status(401), ALWAYS, Some(Unauthenticated)),
        ("404", Action::status(404), ALWAYS, Some(NotConfigured)),
        ("429, always", again(429), ALWAYS, Some(RateLimited)),
    ]);
    let mut playing = JoinSet::new();
    for (name, action, times, code) in rows {
        playing.spawn(async move {
            let mut scene = Scene::new().await;
            let fault = Fault::new(action).times(times).on(Endpoint::Token);
            let error = scene.play(fault).await.unwrap_err();
            assert_eq!(Some(error.code), code, "{name}");
            assert_eq!(error.effect, Effect::NotApplied, "{name}");
            assert!(error.requests <= 5, "{name}: {error:?}");
            scene.repeat().await;
        });
    }
    playing.join_all().await;
}
