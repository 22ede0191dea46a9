//! A series of attempts of one request, with the waits between them.

use crate::{
    backoff::Backoff,
    call_context::CallContext,
    endpoint::Endpoint,
    error::{Effect, ErrorCode},
    failure::Failure,
    http::{ApiRequest, Http},
    platform::{Duration, Instant, Platform},
    secret::SecretBytes,
    shared_state::Pause,
};

/// Maximum number of attempts of one request.
const MAX_ATTEMPTS: u32 = 5;
/// Minimum wait before another attempt, also if the server asks for none.
const MIN_WAIT: Duration = Duration::from_millis(100);
/// Minimum time for an attempt after a wait. With less, it would end in a time-out, which hides the cause.
const MIN_ATTEMPT: Duration = Duration::from_millis(100);

/// The retry layer: repeats requests after transient failures.
pub(crate) struct Retry<'c, 'a, P> {
    context: &'c CallContext<'a, P>,
    http: Http<'c, 'a, P>,
}

impl<'c, 'a, P: Platform> Retry<'c, 'a, P> {
    /// The retry layer of a part of a call.
    pub(crate) fn new(context: &'c CallContext<'a, P>) -> Self {
        let http = Http::new(context);
        Self { context, http }
    }

    /// Sends a request until it succeeds, fails permanently, or no time or attempts are left.
    pub(crate) async fn send(
        &self,
        request: &ApiRequest<'_>,
        deadline: Instant,
    ) -> Result<SecretBytes, Failure> {
        let mut backoff = Backoff::new(self.context.now());
        let mut attempts = 0_u32;
        let mut effect = Effect::NotApplied;
        let mut is_sent = false;
        // Cause that a time-out at the end would hide.
        let mut earlier: Option<Failure> = None;
        loop {
            if let Err(mut failure) = self.pause(deadline).await {
                failure.is_sent = is_sent;
                return Err(failure.with_effect(effect));
            }
            let mut failure = match self.http.send(request, deadline).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            if self.context.platform.is_stopped()
                && failure.is_stopped
                && !failure.is_sent
                && let Some(mut earlier) = earlier
            {
                earlier
                    .cause
                    .push_str("; not tried again, because the call was stopped");
                return Err(earlier.with_effect(effect));
            }
            if failure.code == ErrorCode::TimedOut
                && let Some(earlier) = &earlier
            {
                failure.cause = [
                    &failure.cause,
                    "; an earlier attempt failed: ",
                    &earlier.cause,
                ]
                .concat();
            }
            is_sent |= failure.is_sent;
            failure.is_sent = is_sent;
            if matches!(request.endpoint, Endpoint::Change(_)) && failure.is_possibly_processed {
                effect = Effect::PossiblyApplied;
            }
            attempts = attempts.saturating_add(1);
            let wait = failure.retry_after.unwrap_or_else(|| backoff.next());
            let wait = wait.max(MIN_WAIT);
            if failure.code == ErrorCode::RateLimited {
                self.pause_all(wait, &failure);
            }
            if !failure.is_transient || attempts >= MAX_ATTEMPTS || !self.fits(wait, deadline) {
                return Err(failure.with_effect(effect));
            }
            self.context.platform.pause(wait).await;
            if failure.code != ErrorCode::TimedOut {
                earlier = Some(failure);
            }
        }
    }

    /// Waits for the pause that the server asked this call for, if any. Fails with its cause if the deadline is too early.
    pub(crate) async fn pause(&self, deadline: Instant) -> Result<(), Failure> {
        while let Some((wait, cause)) = self.current_pause() {
            if !self.fits(wait, deadline) {
                return Err(cause);
            }
            self.context.platform.pause(wait).await;
        }
        Ok(())
    }

    /// True if this call is to wait before it sends anything.
    pub(crate) fn is_paused(&self) -> bool {
        self.current_pause().is_some()
    }

    /// Makes all parts of the call wait, unless a longer pause is under way.
    fn pause_all(&self, wait: Duration, cause: &Failure) {
        let until = self.context.now().after(wait);
        let is_longest = |pause: Pause| pause.until < until;
        if self.context.shared.pause.get().is_none_or(is_longest) {
            let cause = cause.without_effect();
            self.context.shared.pause.set(Some(Pause { until, cause }));
        }
    }

    /// Rest of the pause under way, and its cause. None after the call was stopped: it sends nothing more.
    fn current_pause(&self) -> Option<(Duration, Failure)> {
        if self.context.platform.is_stopped() {
            return None;
        }
        let Pause { until, cause } = self.context.shared.pause.get()?;
        let wait = self.context.remaining(until);
        (!wait.is_zero()).then_some((wait, cause))
    }

    /// True if there is time for a wait and the attempt after it. Otherwise the failure before the wait is returned.
    fn fits(&self, wait: Duration, deadline: Instant) -> bool {
        wait.plus(MIN_ATTEMPT) < self.context.remaining(deadline)
    }
}
