//! Host of a machine in a test.

use std::{format, string::String, vec::Vec};

use onepassword_users_protocol::{Actions, CallResult, Done, Purpose, SendRequest};

use crate::machine::Machine;

pub(super) const SETTINGS: &str = r#"{"accountId":"ACCOUNT123","credentials":{"client":{"clientId":"client-1","clientSecret":"correct-horse-battery-staple"}},"apiVersion":"v1beta1"}"#;

/// A machine, and the time that its host tells.
pub(super) struct Host {
    machine: Machine,
    pub(super) now: f64,
}

impl Host {
    /// A machine with settings.
    pub(super) fn new() -> Self {
        let mut host = Self::without_settings();
        let actions = host.tell(&format!(
            r#"{{"configure":{{"now":0,"from":{{"settings":{SETTINGS}}}}}}}"#
        ));
        assert_eq!(actions, Actions::default());
        host
    }

    pub(super) fn without_settings() -> Self {
        Self {
            machine: Machine::new(),
            now: 0.0,
        }
    }

    pub(super) fn tell(&mut self, event: &str) -> Actions {
        let actions = self.machine.event(event.as_bytes());
        serde_json::from_slice(&actions).unwrap()
    }

    pub(super) fn start(&mut self, call: u32, operation: &str) -> Actions {
        let now = self.now;
        self.tell(&format!(
            r#"{{"start":{{"now":{now},"call":{call},"operation":{operation}}}}}"#
        ))
    }

    /// Tells a whole response.
    pub(super) fn answer(&mut self, request: u32, status: u16, body: &str) -> Actions {
        let now = self.now;
        self.tell(&format!(
            "{{\"answer\":{{\"now\":{now},\"request\":{request},\"status\":{status},\"more\":false}}}}\n{body}"
        ))
    }

    pub(super) fn fail(&mut self, request: u32, kind: &str, possibly_sent: bool) -> Actions {
        self.fail_with(request, kind, possibly_sent, "the cause")
    }

    /// Tells a failure in the host's words, which are JSON without its quotation marks.
    pub(super) fn fail_with(
        &mut self,
        request: u32,
        kind: &str,
        possibly_sent: bool,
        detail: &str,
    ) -> Actions {
        let now = self.now;
        self.tell(&format!(
            r#"{{"fail":{{"now":{now},"request":{request},"kind":"{kind}","possiblySent":{possibly_sent},"detail":"{detail}"}}}}"#
        ))
    }

    pub(super) fn tick(&mut self) -> Actions {
        let now = self.now;
        self.tell(&format!(r#"{{"tick":{{"now":{now}}}}}"#))
    }

    pub(super) fn stop(&mut self, call: u32, at_once: bool) -> Actions {
        let now = self.now;
        self.tell(&format!(
            r#"{{"stop":{{"now":{now},"call":{call},"atOnce":{at_once}}}}}"#
        ))
    }

    /// Starts a call that needs a token, and answers the token request. Returns the actions after it.
    pub(super) fn start_with_token(&mut self, call: u32, operation: &str) -> Actions {
        let actions = self.start(call, operation);
        let [token] = &actions.send[..] else {
            panic!("{actions:?}");
        };
        assert_eq!(token.purpose, Purpose::Token);
        self.answer(token.id, 200, TOKEN)
    }
}

pub(super) const TOKEN: &str =
    r#"{"access_token":"token-1","token_type":"Bearer","expires_in":900}"#;

/// A user in the form of the API.
pub(super) fn user(id: &str, state: &str) -> String {
    format!(r#"{{"id":"{id}","email":"{id}@acme.example","state":"{state}"}}"#)
}

/// Id of the request for a user.
pub(super) fn request_of(requests: &[SendRequest], user: &str) -> u32 {
    let request = requests
        .iter()
        .find(|request| request.user.as_deref() == Some(user));
    request.unwrap().id
}

/// The only call that ended.
pub(super) fn result(actions: Actions) -> CallResult {
    let done: Vec<Done> = actions.done;
    let [done] = <[Done; 1]>::try_from(done).unwrap();
    done.result
}
