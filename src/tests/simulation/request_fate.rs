//! The way of one request: when it arrives, when something is heard of it, and what.

use super::{
    error_bodies::{GARBAGE, refusal, retry_after},
    fault::Fault,
    rng::Rng,
};
use crate::{
    platform::{Duration, SendErrorKind, Timeouts},
    tests::scripted_server::{Headers, SentRequest},
};

/// The way of one request.
pub(super) struct RequestFate {
    /// How long after it was sent it arrives, if ever.
    pub arrives: Option<Duration>,
    /// How long after it was sent the client hears this.
    pub heard: Duration,
    pub hears: ResponseFate,
}

/// What the client hears.
pub(super) enum ResponseFate {
    Nothing,
    Failure(SendErrorKind, bool),
    /// The server's own answer.
    Genuine(BodyFate),
    /// Another answer with status 200 in its place.
    Garbage(String),
    WrongUser,
    WrongState,
    SamePage,
    UnknownToken,
    /// Another answer with another status.
    Refusal(u16, Headers, Option<Duration>, String),
}

/// How an answer arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BodyFate {
    Complete,
    Cut,
    Stalls,
    Trickles,
}

impl RequestFate {
    /// The way of a request when all is well.
    pub fn without_fault(there: Duration, back: Duration) -> Self {
        Self {
            arrives: Some(there),
            heard: there.plus(back),
            hears: ResponseFate::Genuine(BodyFate::Complete),
        }
    }

    /// The way of a request that this happens to, with so much time left for the call.
    pub fn with(fault: Fault, sent: &SentRequest, remaining: Duration, rng: &mut Rng) -> Self {
        let usual = [0, 0, 5, 100, 800].map(Duration::from_millis);
        let leg = |rng: &mut Rng| {
            let longest = *rng.pick(&usual);
            rng.up_to(longest)
        };
        let (there, back) = (leg(rng), leg(rng));
        let mut fate = Self::without_fault(there, back);
        let Timeouts {
            connect,
            first_byte,
            ..
        } = sent.timeouts;
        // Whether the server gets to see what somebody else answers.
        let arrives = rng.one_in(2).then_some(there);
        match fault {
            Fault::Normal => {}
            Fault::Denied => fate.fails(None, Duration::ZERO, SendErrorKind::Denied, false),
            Fault::Unreachable => fate.fails(None, there, SendErrorKind::Connection, false),
            Fault::HandshakeStalls => {
                let kinds = [SendErrorKind::TimedOut, SendErrorKind::Connection];
                fate.fails(None, connect, *rng.pick(&kinds), false);
            }
            Fault::RequestLost => (fate.arrives, fate.hears) = (None, ResponseFate::Nothing),
            Fault::ResetBefore => fate.fails(None, there, SendErrorKind::Connection, true),
            Fault::ResetAfter => {
                fate.fails(Some(there), fate.heard, SendErrorKind::Connection, true);
            }
            Fault::ResetThenArrives => {
                let late = there.plus(rng.up_to(Duration::from_secs(40)));
                fate.fails(Some(late), there, SendErrorKind::Connection, true);
            }
            Fault::ResponseLost => fate.hears = ResponseFate::Nothing,
            Fault::PlatformTimesOut => {
                let late = rng.one_in(2).then(|| rng.up_to(Duration::from_secs(40)));
                fate.fails(
                    late,
                    connect.plus(first_byte),
                    SendErrorKind::TimedOut,
                    true,
                );
            }
            Fault::ArrivesLate => {
                fate = Self::without_fault(rng.up_to(Duration::from_secs(40)), back)
            }
            Fault::RespondsLate => {
                fate = Self::without_fault(there, rng.up_to(Duration::from_secs(20)))
            }
            Fault::AtTheDeadline => {
                let ends = [remaining, connect.plus(first_byte)];
                let end = rng.pick(&ends).less(there);
                fate = Self::without_fault(there, end);
            }
            Fault::Cut => fate.hears = ResponseFate::Genuine(BodyFate::Cut),
            Fault::BodyStalls => fate.hears = ResponseFate::Genuine(BodyFate::Stalls),
            Fault::Trickles => fate.hears = ResponseFate::Genuine(BodyFate::Trickles),
            Fault::NotHttp => fate.fails(arrives, fate.heard, SendErrorKind::Malformed, true),
            Fault::TooLarge => fate.fails(arrives, fate.heard, SendErrorKind::TooLarge, true),
            Fault::Garbage => {
                fate.arrives = arrives;
                fate.hears = ResponseFate::Garbage((*rng.pick(&GARBAGE)).to_owned());
            }
            Fault::WrongUser => (fate.arrives, fate.hears) = (arrives, ResponseFate::WrongUser),
            Fault::WrongState => (fate.arrives, fate.hears) = (arrives, ResponseFate::WrongState),
            Fault::SamePage => fate.hears = ResponseFate::SamePage,
            Fault::UnknownToken => fate.hears = ResponseFate::UnknownToken,
            Fault::BadRequest => {
                let statuses = [400, 400, 404, 404, 405, 409, 410, 412, 415, 422];
                fate.refused(None, *rng.pick(&statuses), sent, rng);
            }
            // Whoever answers with 4xx says that nothing was done: a refusal that is a lie cannot be told from one.
            Fault::Unauthorized => fate.refused(None, 401, sent, rng),
            Fault::Forbidden => fate.refused(None, 403, sent, rng),
            Fault::RequestTimeout => fate.refused(None, 408, sent, rng),
            Fault::TooManyRequests => fate.refused(None, 429, sent, rng),
            Fault::ServerError => {
                let status = *rng.pick(&[500, 501, 502, 503, 504, 507]);
                fate.refused(arrives, status, sent, rng);
            }
            Fault::Redirect => {
                let status = *rng.pick(&[301, 302, 303, 307, 308]);
                fate.refused(arrives, status, sent, rng);
            }
            Fault::NoContent => {
                let status = *rng.pick(&[201, 202, 204, 206]);
                fate.refused(arrives, status, sent, rng);
            }
        }
        fate
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
            hears: ResponseFate::Failure(kind, possibly_received),
        };
    }

    fn refused(
        &mut self,
        arrives: Option<Duration>,
        status: u16,
        sent: &SentRequest,
        rng: &mut Rng,
    ) {
        let (headers, wait) = retry_after(rng);
        self.arrives = arrives;
        self.hears = ResponseFate::Refusal(status, headers, wait, refusal(sent, rng));
    }
}
