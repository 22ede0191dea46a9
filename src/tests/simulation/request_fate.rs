//! Fate of one request: arrival at the server, and response to the client.

use super::{
    error_bodies::{GARBAGE, has_api_form, refusal, retry_after},
    fault::Fault,
    rng::Rng,
};
use crate::{
    platform::{Duration, SendErrorKind, Timeouts},
    tests::scripted_server::{Headers, SentRequest},
};

/// Fate of one request.
pub(super) struct RequestFate {
    /// Time between sending and arrival. None if the request never arrives.
    pub arrives_after: Option<Duration>,
    /// Time between sending and response.
    pub response_after: Duration,
    pub response: ResponseFate,
}

/// Response or failure that the client receives.
pub(super) enum ResponseFate {
    Nothing,
    Failure(SendErrorKind, bool),
    /// The server's own response.
    Genuine(BodyFate),
    /// Another body with status 200.
    Garbage(String),
    WrongUser,
    WrongState,
    SamePage,
    UnknownToken,
    /// Another status, with headers, the wait they ask for, and a body.
    Refusal(u16, Headers, Option<Duration>, String),
}

/// Arrival of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BodyFate {
    Complete,
    Cut,
    Stalls,
    Trickles,
}

impl RequestFate {
    /// Returns the fate of a request without a fault.
    pub(super) fn without_fault(there: Duration, back: Duration) -> Self {
        Self {
            arrives_after: Some(there),
            response_after: there.plus(back),
            response: ResponseFate::Genuine(BodyFate::Complete),
        }
    }

    /// Returns the fate of a request with a fault. `remaining`: time until the deadline of the call.
    pub(super) fn with(
        fault: Fault,
        sent: &SentRequest,
        remaining: Duration,
        rng: &mut Rng,
    ) -> Self {
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
        // The request may reach the server even if a proxy answers it.
        let arrives_after = rng.one_in(2).then_some(there);
        match fault {
            Fault::Normal => {}
            Fault::Denied => fate.fails(None, Duration::ZERO, SendErrorKind::Denied, false),
            Fault::Unreachable => fate.fails(None, there, SendErrorKind::Connection, false),
            Fault::HandshakeStalls => {
                let kinds = [SendErrorKind::TimedOut, SendErrorKind::Connection];
                fate.fails(None, connect, *rng.pick(&kinds), false);
            }
            Fault::RequestLost => {
                (fate.arrives_after, fate.response) = (None, ResponseFate::Nothing);
            }
            Fault::ResetBefore => fate.fails(None, there, SendErrorKind::Connection, true),
            Fault::ResetAfter => {
                fate.fails(
                    Some(there),
                    fate.response_after,
                    SendErrorKind::Connection,
                    true,
                );
            }
            Fault::ResetThenArrives => {
                let late = there.plus(rng.up_to(Duration::from_secs(40)));
                fate.fails(Some(late), there, SendErrorKind::Connection, true);
            }
            Fault::ResponseLost => fate.response = ResponseFate::Nothing,
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
                fate = Self::without_fault(rng.up_to(Duration::from_secs(40)), back);
            }
            Fault::RespondsLate => {
                fate = Self::without_fault(there, rng.up_to(Duration::from_secs(20)));
            }
            Fault::AtTheDeadline => {
                let ends = [remaining, connect.plus(first_byte)];
                let end = rng.pick(&ends).less(there);
                fate = Self::without_fault(there, end);
            }
            Fault::BodyCut => fate.response = ResponseFate::Genuine(BodyFate::Cut),
            Fault::BodyStalls => fate.response = ResponseFate::Genuine(BodyFate::Stalls),
            Fault::BodyTrickles => fate.response = ResponseFate::Genuine(BodyFate::Trickles),
            Fault::NotHttp => fate.fails(
                arrives_after,
                fate.response_after,
                SendErrorKind::Malformed,
                true,
            ),
            Fault::TooLarge => fate.fails(
                arrives_after,
                fate.response_after,
                SendErrorKind::TooLarge,
                true,
            ),
            Fault::Garbage => {
                fate.arrives_after = arrives_after;
                fate.response = ResponseFate::Garbage((*rng.pick(&GARBAGE)).to_owned());
            }
            Fault::WrongUser => {
                (fate.arrives_after, fate.response) = (arrives_after, ResponseFate::WrongUser);
            }
            Fault::WrongState => {
                (fate.arrives_after, fate.response) = (arrives_after, ResponseFate::WrongState);
            }
            Fault::SamePage => fate.response = ResponseFate::SamePage,
            Fault::UnknownToken => fate.response = ResponseFate::UnknownToken,
            Fault::BadRequest => {
                let statuses = [400, 400, 404, 404, 405, 409, 410, 412, 415, 422];
                fate.refused(arrives_after, *rng.pick(&statuses), sent, rng);
            }
            Fault::Unauthorized => fate.refused(None, 401, sent, rng),
            Fault::Forbidden => fate.refused(arrives_after, 403, sent, rng),
            Fault::RequestTimeout => fate.refused(arrives_after, 408, sent, rng),
            Fault::TooManyRequests => fate.refused(arrives_after, 429, sent, rng),
            Fault::ServerError => {
                let status = *rng.pick(&[500, 501, 502, 503, 504, 507]);
                fate.refused(arrives_after, status, sent, rng);
            }
            Fault::Redirect => {
                let status = *rng.pick(&[301, 302, 303, 307, 308]);
                fate.refused(arrives_after, status, sent, rng);
            }
            Fault::NoContent => {
                let status = *rng.pick(&[201, 202, 204, 206]);
                fate.refused(arrives_after, status, sent, rng);
            }
        }
        fate
    }

    fn fails(
        &mut self,
        arrives_after: Option<Duration>,
        response_after: Duration,
        kind: SendErrorKind,
        is_possibly_received: bool,
    ) {
        *self = Self {
            arrives_after,
            response_after,
            response: ResponseFate::Failure(kind, is_possibly_received),
        };
    }

    fn refused(
        &mut self,
        arrives_after: Option<Duration>,
        status: u16,
        sent: &SentRequest,
        rng: &mut Rng,
    ) {
        let (headers, wait) = retry_after(rng);
        let body = refusal(sent, rng);
        // A 4xx in the API's form means that the request was not carried out. A wrong one cannot be detected, so that such a
        // request never arrives.
        let is_told = matches!(status, 400..=499) && has_api_form(&body);
        self.arrives_after = arrives_after.filter(|_| !is_told);
        self.response = ResponseFate::Refusal(status, headers, wait, body);
    }
}
