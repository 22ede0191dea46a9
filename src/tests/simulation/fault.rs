//! Faults that can affect a request or its response.

use super::route::Route;

/// Fault of one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// No fault.
    Normal,
    Denied,
    Unreachable,
    HandshakeStalls,
    /// The request never arrives, and no failure is reported.
    RequestLost,
    ResetBefore,
    ResetAfter,
    /// The connection is reset. The request still arrives, possibly after later requests.
    ResetThenArrives,
    ResponseLost,
    /// The platform times out before the client does.
    PlatformTimesOut,
    /// The request may arrive after the client has timed out.
    ArrivesLate,
    /// The response may arrive after the client has timed out.
    RespondsLate,
    /// The response arrives exactly at the deadline or at a timeout.
    AtTheDeadline,
    BodyCut,
    BodyStalls,
    BodyTrickles,
    NotHttp,
    TooLarge,
    Garbage,
    WrongUser,
    WrongState,
    SamePage,
    /// The response contains a token that the server does not accept.
    UnknownToken,
    BadRequest,
    Unauthorized,
    Forbidden,
    RequestTimeout,
    TooManyRequests,
    ServerError,
    Redirect,
    NoContent,
}

impl Fault {
    pub(super) const ALL: [Self; 31] = [
        Self::Normal,
        Self::Denied,
        Self::Unreachable,
        Self::HandshakeStalls,
        Self::RequestLost,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::ResetThenArrives,
        Self::ResponseLost,
        Self::PlatformTimesOut,
        Self::ArrivesLate,
        Self::RespondsLate,
        Self::AtTheDeadline,
        Self::BodyCut,
        Self::BodyStalls,
        Self::BodyTrickles,
        Self::NotHttp,
        Self::TooLarge,
        Self::Garbage,
        Self::WrongUser,
        Self::WrongState,
        Self::SamePage,
        Self::UnknownToken,
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::RequestTimeout,
        Self::TooManyRequests,
        Self::ServerError,
        Self::Redirect,
        Self::NoContent,
    ];

    /// Returns true if the fault can affect a request of this route. A wrong state can only be noticed in the response
    /// to a change.
    pub(super) fn can_affect(self, route: &Route) -> bool {
        match self {
            Self::WrongUser => matches!(route, Route::User(_) | Route::Change(..)),
            Self::WrongState => matches!(route, Route::Change(..)),
            Self::SamePage => matches!(route, Route::List(query) if query.page.is_some()),
            Self::UnknownToken => *route == Route::Token,
            _ => true,
        }
    }
}
