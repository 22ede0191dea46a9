//! What the client hears of a request: the server's answer, another one in its place, or a failure.

use super::{
    account::Says,
    history::Heard,
    json,
    request_fate::{Arrival, Hears},
    route::Route,
    state::World,
};
use crate::{
    UserState,
    platform::{Duration, Instant, SendError, SendErrorKind},
    tests::scripted_server::{Headers, Piece, send_error},
};

/// The head of an answer, with what is to follow.
pub(super) struct Head {
    pub status: u16,
    pub headers: Headers,
    pub pieces: Vec<Piece>,
    /// What it says when all of it is there, and whether it is the server who says it.
    pub says: Option<(Says, bool)>,
}

impl World {
    /// The client hears of a request.
    pub fn hear(&mut self, request: usize, hears: Hears, now: Instant) -> Result<Head, SendError> {
        self.settle(now);
        let mut wait = None;
        let head = match hears {
            Hears::Nothing => unreachable!("nothing is never heard"),
            Hears::Failure(kind, possibly_received) => Err(send_error(kind, possibly_received)),
            Hears::Refusal(status, headers, asked, body) => {
                wait = asked;
                Ok(self.head(status, headers, body, Arrival::Whole, None))
            }
            Hears::Answer(arrival) => {
                let answered = self.ledger.requests[request].answered.clone();
                let (answered, _) = answered.expect("an answer before the request arrived");
                let says = Some((answered.says, true));
                let headers = Headers::default();
                Ok(self.head(answered.status, headers, answered.body, arrival, says))
            }
            hears => {
                let (body, says) = self.instead(request, hears);
                Ok(self.head(200, Headers::default(), body, Arrival::Whole, says))
            }
        };
        let heard = match &head {
            Ok(head) => Heard::Head {
                status: head.status,
                wait,
                at: now,
            },
            Err(error) => Heard::Failure(error.kind, error.possibly_received),
        };
        let call = self.ledger.requests[request].call;
        self.note(now, call, |_| format!("hears {heard:?}"));
        self.ledger.hear(request, heard);
        head
    }

    /// What is answered with 200 in place of the answer.
    fn instead(&mut self, request: usize, hears: Hears) -> (String, Option<(Says, bool)>) {
        let route = &self.ledger.requests[request].route;
        match (hears, route) {
            (Hears::BogusToken, _) => {
                let token = self.dice.letters(24);
                let body = format!(r#"{{"access_token":"{token}","expires_in":900}}"#);
                let life = Some(Duration::from_secs(900));
                (body, Some((Says::Token(token, life), false)))
            }
            (Hears::OtherUser, Route::User(id) | Route::Change(id, _)) => {
                let mut users = self.account.users.iter().rev();
                let other = users.find(|user| user.id != *id).unwrap();
                let mut other = other.clone();
                if let Route::Change(_, state) = route {
                    other.state = state.clone();
                }
                (json::of_user(&other), None)
            }
            (Hears::OtherState, Route::Change(id, state)) => {
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
                user.state = self.dice.pick(&others).clone();
                (json::of_user(&user), None)
            }
            (Hears::SamePage, Route::List(listing)) => {
                let page = listing.page.as_deref().unwrap_or_default();
                (
                    format!(r#"{{"results":[],"next_page_token":"{page}"}}"#),
                    None,
                )
            }
            (Hears::Garbage(body), Route::Revoke(_)) => (body, Some((Says::Revoked, false))),
            (Hears::Garbage(body), _) => (body, None),
            _ => unreachable!("a fault that does not suit {route:?}"),
        }
    }

    fn head(
        &mut self,
        status: u16,
        mut headers: Headers,
        body: String,
        arrival: Arrival,
        says: Option<(Says, bool)>,
    ) -> Head {
        if self.dice.one_in(2) {
            headers.content_length = Some(body.len() as u64);
        }
        let bytes = body.into_bytes();
        let cut = self.dice.below(bytes.len() + 1);
        let mut pause = || match arrival {
            Arrival::Drips => self.dice.up_to(Duration::from_secs(6)),
            _ => Duration::ZERO,
        };
        let mut pieces = vec![Piece::Bytes(pause(), bytes[..cut].to_vec())];
        match arrival {
            Arrival::Whole | Arrival::Drips => {
                pieces.push(Piece::Bytes(pause(), bytes[cut..].to_vec()));
            }
            Arrival::Cut => {
                let possibly_received = self.dice.one_in(2);
                pieces.push(Piece::Fails(send_error(
                    SendErrorKind::Connection,
                    possibly_received,
                )));
            }
            Arrival::Hangs => pieces.push(Piece::Never),
        }
        Head {
            status,
            headers,
            pieces,
            says,
        }
    }
}
