//! Random events of a host that keeps the rules: limits, rejected tokens and stops in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use onepassword_users_protocol::{
    Actions, CallResult, Done, Effect, OutcomeName, Purpose, SendRequest,
};
use proptest::{prelude::*, sample::Index};

use super::host::{Host, TOKEN, user};

/// A step of the host.
#[derive(Clone, Debug)]
enum Step {
    /// Starts a call.
    Start(Call),
    /// Answers an open request with a status; of a 200, the body fits the request.
    Answer(Index, u16),
    /// Lets a request fail, with `possiblySent`.
    Fail(Index, bool),
    /// Lets this many milliseconds pass.
    Wait(u16),
    /// Stops the call with this index among those under way, or all; true for at once.
    Stop(Option<Index>, bool),
}

/// A call.
#[derive(Clone, Copy, Debug)]
enum Call {
    Get,
    Suspend,
    Contain(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let call = prop_oneof![
        Just(Call::Get),
        Just(Call::Suspend),
        (1..6_u8).prop_map(Call::Contain),
    ];
    let status = proptest::sample::select(&[200, 200, 200, 200, 401, 429, 429, 503, 404, 421][..]);
    let wait = proptest::sample::select(&[0, 1, 100, 700, 5000, 16_000][..]);
    prop_oneof![
        2 => call.prop_map(Step::Start),
        9 => (any::<Index>(), status).prop_map(|(request, status)| Step::Answer(request, status)),
        1 => any::<(Index, bool)>().prop_map(|(request, sent)| Step::Fail(request, sent)),
        3 => wait.prop_map(Step::Wait),
        2 => any::<(Option<Index>, bool)>().prop_map(|(call, at_once)| Step::Stop(call, at_once)),
    ]
}

/// A host, and what it knows about its calls.
struct RandomHost {
    host: Host,
    open: Vec<SendRequest>,
    calls: BTreeSet<u32>,
    stopped: BTreeSet<u32>,
    /// Changes that a server may have made: call and user.
    possibly_made: BTreeSet<(u32, String)>,
    settled: BTreeMap<(u32, u32), OutcomeName>,
}

impl RandomHost {
    fn new() -> Self {
        Self {
            host: Host::new(),
            open: Vec::new(),
            calls: BTreeSet::new(),
            stopped: BTreeSet::new(),
            possibly_made: BTreeSet::new(),
            settled: BTreeMap::new(),
        }
    }

    fn play(&mut self, step: &Step, number: u32) {
        match step {
            Step::Start(call) => {
                self.calls.insert(number);
                let operation = operation(*call);
                let actions = self.host.start(number, &operation);
                self.take(actions);
            }
            Step::Answer(request, status) => self.answer(*request, *status),
            Step::Fail(request, possibly_sent) => {
                if let Some(request) = self.take_open(*request) {
                    if *possibly_sent {
                        self.note_possible(&request);
                    }
                    let actions = self.host.fail(request.id, "connection", *possibly_sent);
                    self.take(actions);
                }
            }
            Step::Wait(time) => {
                self.host.now += f64::from(*time);
                let actions = self.host.tick();
                self.take(actions);
            }
            Step::Stop(call, at_once) => self.stop(*call, *at_once),
        }
    }

    fn take_open(&mut self, index: Index) -> Option<SendRequest> {
        (!self.open.is_empty()).then(|| self.open.remove(index.index(self.open.len())))
    }

    fn note_possible(&mut self, request: &SendRequest) {
        if request.purpose == Purpose::Suspend {
            let user = request.user.clone().unwrap();
            self.possibly_made.insert((request.call, user));
        }
    }

    fn answer(&mut self, request: Index, status: u16) {
        let Some(request) = self.take_open(request) else {
            return;
        };
        let id = request.user.as_deref().unwrap_or_default();
        let body = match (status, request.purpose) {
            (200, Purpose::Token) => TOKEN.into(),
            (200, Purpose::Suspend) => user(id, "SUSPENDED"),
            (200, _) => user(id, "ACTIVE"),
            _ => String::new(),
        };
        if matches!(status, 200 | 429 | 503 | 404) {
            self.note_possible(&request);
        }
        let actions = self.host.answer(request.id, status, &body);
        self.take(actions);
    }

    fn stop(&mut self, call: Option<Index>, at_once: bool) {
        if self.calls.is_empty() {
            return;
        }
        let all: Vec<u32> = self.calls.iter().copied().collect();
        let now = self.host.now;
        let (stopped, call) = match call {
            None => (all, String::new()),
            Some(index) => {
                let call = *index.get(&all);
                ([call].to_vec(), format!(r#""call":{call},"#))
            }
        };
        self.stopped.extend(&stopped);
        let event = format!(r#"{{"stop":{{"now":{now},{call}"atOnce":{at_once}}}}}"#);
        let actions = self.host.tell(&event);
        self.take(actions);
        for call in stopped {
            assert!(!at_once || !self.calls.contains(&call), "a call goes on");
        }
    }

    fn take(&mut self, actions: Actions) {
        assert_eq!(actions.error, None);
        for cancel in actions.cancel {
            let position = self.open.iter().position(|open| open.id == cancel.id);
            let request = self
                .open
                .remove(position.expect("a cancel of no open request"));
            self.note_possible(&request);
        }
        for request in actions.send {
            assert!(self.calls.contains(&request.call), "{request:?}");
            assert!(!self.stopped.contains(&request.call), "{request:?}");
            self.open.push(request);
        }
        for settled in actions.settled {
            let target = (settled.call, settled.target);
            let earlier = self.settled.insert(target, settled.report.outcome);
            assert_eq!(earlier, None, "told twice");
        }
        for done in actions.done {
            assert!(self.calls.remove(&done.call));
            assert!(self.open.iter().all(|request| request.call != done.call));
            self.check_result(&done);
        }
        if let Some(wake) = actions.wake {
            assert!(wake as f64 >= self.host.now && !self.calls.is_empty());
        }
    }

    /// Checks that no change that may have been made is told as not made.
    fn check_result(&self, done: &Done) {
        let is_possible = |user: usize| {
            self.possibly_made
                .contains(&(done.call, format!("U{user}")))
        };
        match &done.result {
            CallResult::Error(error) if error.effect == Effect::NotApplied => {
                assert!(!is_possible(0), "{error:?}");
            }
            CallResult::Report(report) => {
                for (user, target) in report.targets.iter().enumerate() {
                    let told = self.settled.get(&(done.call, user as u32));
                    assert_eq!(told, Some(&target.outcome));
                    let is_not_applied = match (target.outcome, &target.error) {
                        (OutcomeName::Skipped | OutcomeName::Unchanged, _) => true,
                        (_, Some(error)) => error.effect == Effect::NotApplied,
                        (_, None) => false,
                    };
                    assert!(!(is_not_applied && is_possible(user)), "{target:?}");
                }
            }
            _ => {}
        }
    }
}

fn operation(call: Call) -> String {
    match call {
        Call::Get => r#"{"get-user":{"id":"U0"}}"#.into(),
        Call::Suspend => r#"{"suspend-user":{"id":"U0"}}"#.into(),
        Call::Contain(users) => {
            let targets: Vec<String> = (0..users)
                .map(|user| format!(r#"{{"who":{{"id":"U{user}"}}}}"#))
                .collect();
            let targets = targets.join(",");
            format!(r#"{{"suspend-users":{{"targets":[{targets}]}}}}"#)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn random_events_end_every_call_with_the_truth(
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        let mut host = RandomHost::new();
        for (number, step) in steps.iter().enumerate() {
            host.play(step, number as u32);
        }
        host.stop(None, true);
        prop_assert!(host.calls.is_empty() && host.open.is_empty());
    }
}
