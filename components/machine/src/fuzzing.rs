//! Fuzz target of the events: asserts what holds for every host, a hostile one too.

use alloc::{collections::BTreeSet, vec::Vec};

use onepassword_users_protocol::{Actions, CallResult};

use crate::machine::Machine;

/// Client secret that the corpus uses.
const SECRET: &str = "correct-horse-battery-staple";
/// Its base64 beside the client id of the corpus.
const BASIC: &str = "Y2xpZW50LTE6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";

/// Tells a machine events, which a zero byte separates.
///
/// The actions can be read; a request is sent once and cancelled only while it is open; each target of a call is settled once;
/// secrets stand in requests alone.
pub fn event(data: &[u8]) {
    let mut machine = Machine::new();
    let mut open = BTreeSet::new();
    let mut settled = BTreeSet::new();
    for event in data.split(|&byte| byte == 0) {
        let bytes = machine.event(event);
        let actions: Actions = serde_json::from_slice(&bytes).expect("actions are JSON");
        for cancel in &actions.cancel {
            assert!(open.remove(&cancel.id), "a cancel of no open request");
        }
        for request in &actions.send {
            open.insert(request.id);
        }
        for target in &actions.settled {
            assert!(settled.insert((target.call, target.target)), "told twice");
        }
        for done in &actions.done {
            let of_call = |(call, _): &&(u32, u32)| *call == done.call;
            let told = settled.iter().filter(of_call).count();
            if let CallResult::Report(report) = &done.result {
                assert_eq!(told, report.targets.len());
            }
            settled.retain(|(call, _)| *call != done.call);
        }
        let without_requests = Actions {
            send: Vec::new(),
            ..actions
        };
        let told = serde_json::to_string(&without_requests).expect("actions are JSON");
        for secret in [SECRET, BASIC] {
            // A host may put it into an event; the client must not.
            let is_from_host = data
                .windows(secret.len())
                .filter(|window| *window == secret.as_bytes())
                .count()
                > 1;
            assert!(is_from_host || !told.contains(secret), "{told}");
        }
    }
}
