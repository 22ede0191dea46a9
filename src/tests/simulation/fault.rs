//! What may happen to one request between the client and the server.

use super::route::Route;

/// How one request fares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// It is answered, sooner or later: no fault at all.
    Normal,
    Denied,
    Unreachable,
    HandshakeStalls,
    /// It never arrives, and nobody says so.
    RequestLost,
    ResetBefore,
    ResetAfter,
    /// It is reset, and arrives all the same, when other requests may have overtaken it.
    ResetThenArrives,
    ResponseLost,
    /// The host gives up on it before the core does.
    PlatformTimesOut,
    /// It arrives when the core may have given up on it.
    ArrivesLate,
    /// It is answered when the core may have given up on it.
    RespondsLate,
    /// It is answered at the very end of the call, or of its phase.
    AtTheDeadline,
    Cut,
    BodyStalls,
    Trickles,
    NotHttp,
    TooLarge,
    Garbage,
    WrongUser,
    WrongState,
    SamePage,
    /// A token that the server does not know.
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
    pub const ALL: [Self; 31] = [
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
        Self::Cut,
        Self::BodyStalls,
        Self::Trickles,
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

    /// Whether it makes sense for this: nobody can tell that a user who was only read is in another state.
    pub fn suits(self, route: &Route) -> bool {
        match self {
            Self::WrongUser => matches!(route, Route::User(_) | Route::Change(..)),
            Self::WrongState => matches!(route, Route::Change(..)),
            Self::SamePage => matches!(route, Route::List(listing) if listing.page.is_some()),
            Self::UnknownToken => *route == Route::Token,
            _ => true,
        }
    }
}
