//! What may happen to one request between the client and the server.

use super::route::Route;

/// How one request fares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// It is answered, sooner or later: no fault at all.
    Fair,
    Denied,
    Unreachable,
    HandshakeStalls,
    /// It never arrives, and nobody says so.
    Swallowed,
    ResetBefore,
    ResetAfter,
    /// It is reset, and arrives all the same, when other requests may have overtaken it.
    ResetYetArrives,
    AnswerLost,
    /// The host gives up on it before the core does.
    HostTimesOut,
    /// It arrives when the core may have given up on it.
    Late,
    /// It is answered when the core may have given up on it.
    Slow,
    /// It is answered at the very end of the call, or of its phase.
    OnTheDot,
    Cut,
    BodyHangs,
    Drips,
    NotHttp,
    TooLarge,
    Garbage,
    OtherUser,
    OtherState,
    SamePage,
    /// A token that the server does not know.
    BogusToken,
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
        Self::Fair,
        Self::Denied,
        Self::Unreachable,
        Self::HandshakeStalls,
        Self::Swallowed,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::ResetYetArrives,
        Self::AnswerLost,
        Self::HostTimesOut,
        Self::Late,
        Self::Slow,
        Self::OnTheDot,
        Self::Cut,
        Self::BodyHangs,
        Self::Drips,
        Self::NotHttp,
        Self::TooLarge,
        Self::Garbage,
        Self::OtherUser,
        Self::OtherState,
        Self::SamePage,
        Self::BogusToken,
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
            Self::OtherUser => matches!(route, Route::User(_) | Route::Change(..)),
            Self::OtherState => matches!(route, Route::Change(..)),
            Self::SamePage => matches!(route, Route::List(listing) if listing.page.is_some()),
            Self::BogusToken => *route == Route::Token,
            _ => true,
        }
    }
}
