//! Delivery of a response to the client: the server's own, another one in its place, or a failure.

use super::{
    account::Payload,
    error_bodies::has_api_form,
    history::Received,
    json,
    request_fate::{BodyFate, ResponseFate},
    route::Route,
    state::SimulationState,
};
use crate::{
    UserState,
    platform::{Duration, Instant, SendError, SendErrorKind},
    tests::scripted_server::{BodyPiece, Headers, send_error},
};

/// Head of a response, with the body that follows.
pub(super) struct ResponseHead {
    pub status: u16,
    pub headers: Headers,
    pub pieces: Vec<BodyPiece>,
    /// Content of the complete body, and true if it is the server's own.
    pub payload: Option<(Payload, bool)>,
}

impl SimulationState {
    /// Delivers the head of a response, or a failure.
    pub(super) fn receive_head(
        &mut self,
        request: usize,
        response_fate: ResponseFate,
        now: Instant,
    ) -> Result<ResponseHead, SendError> {
        self.run_events_until(now);
        let mut wait = None;
        let mut is_permission_denied = false;
        let mut is_of_api = false;
        let denied = |body: &str| body.starts_with(r#"{"code":7,"message""#);
        let head = match response_fate {
            ResponseFate::Nothing => unreachable!("a missing response is not delivered"),
            ResponseFate::Failure(kind, is_possibly_received) => {
                Err(send_error(kind, is_possibly_received))
            }
            ResponseFate::Refusal(status, headers, asked, body) => {
                wait = asked;
                is_of_api = has_api_form(&body);
                is_permission_denied = denied(&body);
                Ok(self.head(status, headers, body, BodyFate::Complete, None))
            }
            ResponseFate::Genuine(arrival) => {
                let response = self.history.requests[request].response.clone();
                let (response, _) = response.expect("a response before the request arrived");
                let payload = Some((response.payload, true));
                is_of_api = has_api_form(&response.body);
                is_permission_denied = denied(&response.body);
                let headers = Headers::default();
                Ok(self.head(response.status, headers, response.body, arrival, payload))
            }
            response_fate => {
                let (body, payload) = self.substitute_body(request, response_fate);
                Ok(self.head(200, Headers::default(), body, BodyFate::Complete, payload))
            }
        };
        let received = match &head {
            Ok(head) => Received::Head {
                status: head.status,
                wait,
                is_of_api,
                is_permission_denied,
                at: now,
            },
            Err(error) => Received::Failure(error.kind, error.is_possibly_received),
        };
        let call = self.history.requests[request].call;
        self.trace_call(now, call, |_| format!("receives {received:?}"));
        self.history.set_received(request, received);
        head
    }

    /// Returns a body, sent with status 200 in place of the server's response, and its content.
    fn substitute_body(
        &mut self,
        request: usize,
        response_fate: ResponseFate,
    ) -> (String, Option<(Payload, bool)>) {
        let route = &self.history.requests[request].route;
        match (response_fate, route) {
            (ResponseFate::UnknownToken, _) => {
                let token = self.rng.letters(24);
                let body = format!(r#"{{"access_token":"{token}","expires_in":900}}"#);
                let lifetime = Some(Duration::from_secs(900));
                (body, Some((Payload::Token(token, lifetime), false)))
            }
            (ResponseFate::WrongUser, Route::User(id) | Route::Change(id, _)) => {
                let mut users = self.account.users.iter().rev();
                let other = users.find(|user| user.id != *id).unwrap();
                let mut other = other.clone();
                if let Route::Change(_, state) = route {
                    other.state = state.clone();
                }
                (json::user(&other), None)
            }
            (ResponseFate::WrongState, Route::Change(id, state)) => {
                let mut users = self.account.users.iter();
                let user = users.find(|user| user.id == *id);
                let mut user = user.unwrap_or(&self.account.users[0]).clone();
                user.id.clone_from(id);
                let states = [
                    UserState::Active,
                    UserState::Suspended,
                    UserState::Unspecified,
                    UserState::Other("GONE".into()),
                ];
                let others: Vec<_> = states.into_iter().filter(|other| other != state).collect();
                user.state = self.rng.pick(&others).clone();
                (json::user(&user), None)
            }
            (ResponseFate::SamePage, Route::List(query)) => {
                let page = query.page.as_deref().unwrap_or_default();
                (
                    format!(r#"{{"results":[],"next_page_token":"{page}"}}"#),
                    None,
                )
            }
            (ResponseFate::Garbage(body), Route::Revoke(_)) => {
                (body, Some((Payload::Revoked, false)))
            }
            (ResponseFate::Garbage(body), _) => (body, None),
            _ => unreachable!("a fault that cannot affect {route:?}"),
        }
    }

    fn head(
        &mut self,
        status: u16,
        mut headers: Headers,
        body: String,
        arrival: BodyFate,
        payload: Option<(Payload, bool)>,
    ) -> ResponseHead {
        if self.rng.one_in(2) {
            headers.content_length = Some(body.len() as u64);
        }
        let bytes = body.into_bytes();
        let cut = self.rng.below(bytes.len() + 1);
        let mut pause = || match arrival {
            BodyFate::Trickles => self.rng.up_to(Duration::from_secs(6)),
            _ => Duration::ZERO,
        };
        let mut pieces = vec![BodyPiece::Bytes(pause(), bytes[..cut].to_vec())];
        match arrival {
            BodyFate::Complete | BodyFate::Trickles => {
                pieces.push(BodyPiece::Bytes(pause(), bytes[cut..].to_vec()));
            }
            BodyFate::Cut => {
                let is_possibly_received = self.rng.one_in(2);
                pieces.push(BodyPiece::Fails(send_error(
                    SendErrorKind::Connection,
                    is_possibly_received,
                )));
            }
            BodyFate::Stalls => pieces.push(BodyPiece::Never),
        }
        ResponseHead {
            status,
            headers,
            pieces,
            payload,
        }
    }
}
