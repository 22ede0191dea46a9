//! A script under way: which requests came, and what was wrong with them.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    answer::Answer,
    item::{Exchange, Item},
    request::Request,
};
use crate::{
    compare::compare,
    expand::{basic, token},
};

/// Maximum time that requests may need to arrive, after the client has its results or is open with others.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// Time in which a request that must not come would come.
const GRACE: Duration = Duration::from_millis(30);

/// The script of a server, and its state.
pub(super) struct Script {
    items: Vec<Item>,
    state: Mutex<ScriptState>,
    /// Number of batches of requests at once that were let go.
    batches: watch::Sender<u64>,
    /// True once no connection is accepted any more.
    is_refusing: watch::Sender<bool>,
}

#[derive(Default)]
struct ScriptState {
    /// First position that is not passed.
    position: usize,
    /// Number of requests for each exchange of each position.
    counts: Vec<Vec<Count>>,
    gates: Vec<Gate>,
    notes: Vec<String>,
    /// Number of requests so far.
    requests: u32,
}

#[derive(Clone, Copy, Default)]
struct Count {
    arrived: u32,
    canceled: u32,
}

/// Requests of one position that are open at once.
#[derive(Clone, Copy, Default)]
struct Gate {
    open: u32,
    max_open: u32,
    /// Number of requests that wait for others.
    waiting: u32,
}

/// A request that the script expects, with its answer.
pub(super) struct Expected {
    pub answer: Answer,
    item: usize,
    exchange: usize,
}

impl Script {
    pub(super) fn new(items: Vec<Item>) -> Self {
        let counts = items
            .iter()
            .map(|item| vec![Count::default(); item.exchanges.len()]);
        let state = ScriptState {
            counts: counts.collect(),
            gates: vec![Gate::default(); items.len()],
            ..ScriptState::default()
        };
        Self {
            items,
            state: Mutex::new(state),
            batches: watch::Sender::default(),
            is_refusing: watch::Sender::default(),
        }
    }

    /// Refuses connections from now on, once their listener is closed.
    pub(super) async fn refuse(&self) {
        self.is_refusing.send_replace(true);
        // The listener drops its receiver when it is closed.
        self.is_refusing.closed().await;
    }

    /// Tells the listener when it is to be closed.
    pub(super) fn refusing(&self) -> watch::Receiver<bool> {
        self.is_refusing.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, ScriptState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a difference.
    pub(super) fn note(&self, difference: String) {
        self.state().notes.push(difference);
    }

    /// Finds the exchange of a request, and notes what differs. None if no such request is expected now.
    pub(super) fn take(&self, request: &Request) -> Option<Expected> {
        let mut state = self.state();
        state.requests += 1;
        let place = format!("request {}, {}", state.requests, request.line);
        for item in state.position..self.items.len() {
            let exchanges = &self.items[item].exchanges;
            let counts = &mut state.counts[item];
            let found = exchanges
                .iter()
                .zip(&*counts)
                .position(|(it, count)| it.request == request.line && count.arrived < it.times.max);
            if let Some(exchange) = found {
                counts[exchange].arrived += 1;
                state.position = item;
                let expected = &exchanges[exchange];
                check(&place, expected, request, &mut state.notes);
                return Some(Expected {
                    answer: expected.answer.clone(),
                    item,
                    exchange,
                });
            }
            if !is_complete(exchanges, counts) {
                break;
            }
        }
        let (item, counts) = (
            self.items.get(state.position),
            state.counts.get(state.position),
        );
        let missing: BTreeSet<_> = item
            .zip(counts)
            .into_iter()
            .flat_map(|(item, counts)| item.exchanges.iter().zip(counts))
            .filter(|(it, count)| count.arrived < it.times.max)
            .map(|(it, _)| it.request.as_str())
            .collect();
        let expected = if missing.is_empty() {
            "no more requests".to_owned()
        } else {
            Vec::from_iter(missing).join(" or ")
        };
        let difference = format!("{place}: is not expected now, but {expected}");
        state.notes.push(difference);
        None
    }

    /// Waits until as many requests of the same position are open as the case says, and a little longer.
    pub(super) async fn wait_for_others(&self, expected: &Expected) {
        let Some(at_once) = self.items[expected.item].at_once else {
            return;
        };
        let mut batches = self.batches.subscribe();
        let batch = *batches.borrow_and_update();
        {
            let mut state = self.state();
            let left = self.items[expected.item]
                .exchanges
                .iter()
                .zip(&state.counts[expected.item])
                .any(|(it, count)| count.arrived < it.times.max);
            let gate = &mut state.gates[expected.item];
            gate.open += 1;
            gate.max_open = gate.max_open.max(gate.open);
            gate.waiting += 1;
            if gate.waiting >= at_once || !left {
                gate.waiting = 0;
                self.batches.send_modify(|batch| *batch += 1);
            }
        }
        let others = batches.wait_for(|now| *now > batch);
        if timeout(MAX_WAIT, others).await.is_err() {
            let gate = &mut self.state().gates[expected.item];
            gate.waiting = gate.waiting.saturating_sub(1);
        }
        sleep(GRACE).await;
    }

    /// Notes that the answer to a request begins.
    pub(super) fn begin_answer(&self, expected: &Expected) {
        if self.items[expected.item].at_once.is_some() {
            let gate = &mut self.state().gates[expected.item];
            gate.open = gate.open.saturating_sub(1);
        }
    }

    /// Notes that the client closed the connection before the end of the answer.
    pub(super) fn cancel(&self, expected: &Expected) {
        self.state().counts[expected.item][expected.exchange].canceled += 1;
    }

    /// Waits a short time for requests that must still come, and returns all differences.
    pub(super) async fn differences(&self) -> Vec<String> {
        let end = Instant::now() + MAX_WAIT;
        while !self.missing().is_empty() && Instant::now() < end {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(GRACE).await;
        let mut differences = self.state().notes.clone();
        differences.extend(self.missing());
        differences
    }

    /// Differences that may still vanish: requests that did not come, or were not canceled.
    fn missing(&self) -> Vec<String> {
        let state = self.state();
        let mut missing = Vec::new();
        for ((item, counts), gate) in self.items.iter().zip(&state.counts).zip(&state.gates) {
            for (exchange, count) in item.exchanges.iter().zip(counts) {
                let request = &exchange.request;
                let (arrived, min) = (count.arrived, exchange.times.min);
                if arrived < min {
                    missing.push(match min {
                        1 => format!("{request}: never came"),
                        _ => format!("{request}: came {arrived} times, not {min}"),
                    });
                } else if exchange.canceled && count.canceled < arrived {
                    missing.push(format!("{request}: was not canceled"));
                }
            }
            if let Some(at_once) = item.at_once
                && gate.max_open != at_once
            {
                let (request, open) = (&item.exchanges[0].request, gate.max_open);
                missing.push(format!(
                    "{request} and its like: at most {open} were open at once, not {at_once}"
                ));
            }
        }
        missing
    }
}

/// True if all requests of a position came.
fn is_complete(exchanges: &[Exchange], counts: &[Count]) -> bool {
    let mut all = exchanges.iter().zip(counts);
    all.all(|(it, count)| count.arrived >= it.times.min)
}

/// Notes the differences of a request from the expected one.
fn check(place: &str, expected: &Exchange, request: &Request, notes: &mut Vec<String>) {
    let authorization = match expected.with.as_str() {
        "none" => None,
        "credentials" => Some(format!("Basic {}", basic())),
        other if other.contains(' ') => Some(other.to_owned()),
        name => Some(format!("Bearer {}", token(name))),
    };
    let actual = request.headers.get("authorization");
    if authorization.as_ref() != actual {
        let actual = actual.map_or("none".into(), |value| authorization_name(value));
        let wanted = &expected.with;
        notes.push(format!(
            "{place}: the authorization is {actual}, not {wanted}"
        ));
    }
    if request.body != expected.body {
        let (is, wanted) = (&request.body, &expected.body);
        notes.push(format!("{place}: the body is {is:?}, not {wanted:?}"));
    }
    for (name, wanted) in &expected.headers {
        let place = format!("{place}: header {name}");
        match request.headers.get(name) {
            None if wanted.is_null() => {}
            None => notes.push(format!("{place}: is absent")),
            Some(value) if wanted.is_null() => {
                notes.push(format!("{place}: is {value:?}, not absent"));
            }
            Some(value) => compare(&place, wanted, &Value::from(value.as_str()), notes),
        }
    }
}

/// An authorization by its name in cases, if it has one.
fn authorization_name(value: &str) -> String {
    if value == format!("Basic {}", basic()) {
        return "credentials".into();
    }
    let name = value.strip_prefix("Bearer ").unwrap_or_default();
    let name = name.split('-').next().unwrap_or_default();
    if format!("Bearer {}", token(name)) == value {
        return name.into();
    }
    format!("{value:?}")
}
