//! Waits that end at a deadline.

use core::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::{
    error::ErrorCode,
    failure::Failure,
    platform::{Duration, Instant, Platform},
    text,
};

/// Time left until a deadline.
pub(crate) fn remaining<P: Platform>(platform: &P, deadline: Instant) -> Duration {
    platform.now().until(deadline)
}

/// Waits for a future until the limit or the deadline, whichever comes first. None if it is not ready by then.
pub(crate) async fn within<P: Platform, T>(
    platform: &P,
    limit: Duration,
    deadline: Instant,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = pin!(platform.sleep(limit.min(remaining(platform, deadline))));
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// Failure of a wait that took too long. `phase` says what was waited for: "while …" or "before …".
pub(crate) fn timed_out<P: Platform>(platform: &P, deadline: Instant, phase: &str) -> Failure {
    let (cause, hint) = if remaining(platform, deadline).is_zero() {
        (
            "the deadline passed ",
            "try again, or set a longer deadline",
        )
    } else {
        ("no response came in time ", "try again later")
    };
    let cause = text::concat(&[cause, phase]);
    let mut failure = Failure::new(ErrorCode::TimedOut, cause, Some(hint));
    failure.is_transient = true;
    failure
}
