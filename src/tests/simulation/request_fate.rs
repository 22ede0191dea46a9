//! The way of one request: when it arrives, when something is heard of it, and what.

use super::{
    error_bodies::{GARBAGE, refusal, wait},
    fault::Fault,
    rng::Dice,
};
use crate::{
    platform::{Duration, SendErrorKind, Timeouts},
    tests::scripted_server::{Headers, Sent},
};

/// The way of one request.
pub(super) struct Journey {
    /// How long after it was sent it arrives, if ever.
    pub arrives: Option<Duration>,
    /// How long after it was sent the client hears this.
    pub heard: Duration,
    pub hears: Hears,
}

/// What the client hears.
pub(super) enum Hears {
    Nothing,
    Failure(SendErrorKind, bool),
    /// The server's own answer.
    Answer(Arrival),
    /// Another answer with status 200 in its place.
    Garbage(String),
    OtherUser,
    OtherState,
    SamePage,
    BogusToken,
    /// Another answer with another status.
    Refusal(u16, Headers, Option<Duration>, String),
}

/// How an answer arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Arrival {
    Whole,
    Cut,
    Hangs,
    Drips,
}

impl Journey {
    /// The way of a request when all is well.
    pub fn fair(there: Duration, back: Duration) -> Self {
        Self {
            arrives: Some(there),
            heard: there.plus(back),
            hears: Hears::Answer(Arrival::Whole),
        }
    }

    /// The way of a request that this happens to, with so much time left for the call.
    pub fn with(fault: Fault, sent: &Sent, remaining: Duration, dice: &mut Dice) -> Self {
        let usual = [0, 0, 5, 100, 800].map(Duration::from_millis);
        let leg = |dice: &mut Dice| {
            let longest = *dice.pick(&usual);
            dice.up_to(longest)
        };
        let (there, back) = (leg(dice), leg(dice));
        let mut way = Self::fair(there, back);
        let Timeouts {
            connect,
            first_byte,
            ..
        } = sent.timeouts;
        // Whether the server gets to see what somebody else answers.
        let arrives = dice.one_in(2).then_some(there);
        match fault {
            Fault::Fair => {}
            Fault::Denied => way.fails(None, Duration::ZERO, SendErrorKind::Denied, false),
            Fault::Unreachable => way.fails(None, there, SendErrorKind::Connection, false),
            Fault::HandshakeStalls => {
                let kinds = [SendErrorKind::TimedOut, SendErrorKind::Connection];
                way.fails(None, connect, *dice.pick(&kinds), false);
            }
            Fault::Swallowed => (way.arrives, way.hears) = (None, Hears::Nothing),
            Fault::ResetBefore => way.fails(None, there, SendErrorKind::Connection, true),
            Fault::ResetAfter => {
                way.fails(Some(there), way.heard, SendErrorKind::Connection, true);
            }
            Fault::ResetYetArrives => {
                let late = there.plus(dice.up_to(Duration::from_secs(40)));
                way.fails(Some(late), there, SendErrorKind::Connection, true);
            }
            Fault::AnswerLost => way.hears = Hears::Nothing,
            Fault::HostTimesOut => {
                let late = dice.one_in(2).then(|| dice.up_to(Duration::from_secs(40)));
                way.fails(
                    late,
                    connect.plus(first_byte),
                    SendErrorKind::TimedOut,
                    true,
                );
            }
            Fault::Late => way = Self::fair(dice.up_to(Duration::from_secs(40)), back),
            Fault::Slow => way = Self::fair(there, dice.up_to(Duration::from_secs(20))),
            Fault::OnTheDot => {
                let ends = [remaining, connect.plus(first_byte)];
                let end = dice.pick(&ends).less(there);
                way = Self::fair(there, end);
            }
            Fault::Cut => way.hears = Hears::Answer(Arrival::Cut),
            Fault::BodyHangs => way.hears = Hears::Answer(Arrival::Hangs),
            Fault::Drips => way.hears = Hears::Answer(Arrival::Drips),
            Fault::NotHttp => way.fails(arrives, way.heard, SendErrorKind::Malformed, true),
            Fault::TooLarge => way.fails(arrives, way.heard, SendErrorKind::TooLarge, true),
            Fault::Garbage => {
                way.arrives = arrives;
                way.hears = Hears::Garbage((*dice.pick(&GARBAGE)).to_owned());
            }
            Fault::OtherUser => (way.arrives, way.hears) = (arrives, Hears::OtherUser),
            Fault::OtherState => (way.arrives, way.hears) = (arrives, Hears::OtherState),
            Fault::SamePage => way.hears = Hears::SamePage,
            Fault::BogusToken => way.hears = Hears::BogusToken,
            Fault::BadRequest => {
                let statuses = [400, 400, 404, 404, 405, 409, 410, 412, 415, 422];
                way.refused(None, *dice.pick(&statuses), sent, dice);
            }
            // Whoever answers with 4xx says that nothing was done: a refusal that is a lie cannot be told from one.
            Fault::Unauthorized => way.refused(None, 401, sent, dice),
            Fault::Forbidden => way.refused(None, 403, sent, dice),
            Fault::RequestTimeout => way.refused(None, 408, sent, dice),
            Fault::TooManyRequests => way.refused(None, 429, sent, dice),
            Fault::ServerError => {
                let status = *dice.pick(&[500, 501, 502, 503, 504, 507]);
                way.refused(arrives, status, sent, dice);
            }
            Fault::Redirect => {
                let status = *dice.pick(&[301, 302, 303, 307, 308]);
                way.refused(arrives, status, sent, dice);
            }
            Fault::NoContent => {
                let status = *dice.pick(&[201, 202, 204, 206]);
                way.refused(arrives, status, sent, dice);
            }
        }
        way
    }

    fn fails(
        &mut self,
        arrives: Option<Duration>,
        heard: Duration,
        kind: SendErrorKind,
        possibly_received: bool,
    ) {
        *self = Self {
            arrives,
            heard,
            hears: Hears::Failure(kind, possibly_received),
        };
    }

    fn refused(&mut self, arrives: Option<Duration>, status: u16, sent: &Sent, dice: &mut Dice) {
        let (headers, wait) = wait(dice);
        self.arrives = arrives;
        self.hears = Hears::Refusal(status, headers, wait, refusal(sent, dice));
    }
}
