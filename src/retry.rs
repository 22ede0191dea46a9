//! A series of attempts of one request, with the waits between them.

use alloc::{rc::Rc, vec::Vec};

use zeroize::Zeroizing;

use crate::{
    account::Account,
    backoff::Backoff,
    deadline,
    endpoint::Endpoint,
    error::{Effect, ErrorCode},
    failure::Failure,
    http::{ApiRequest, Http},
    platform::{Duration, Instant, Platform},
    shared_state::{Pause, SharedState},
    text,
};

/// Maximum number of attempts of one request.
const MAX_ATTEMPTS: u32 = 5;
/// Minimum time for an attempt after a wait. With less, it would end in a time-out, which hides the cause.
const MIN_ATTEMPT: Duration = Duration::from_millis(100);

/// Repeats requests whose failure can pass.
pub(crate) struct Retry<'a, P> {
    platform: &'a P,
    shared: Rc<SharedState>,
    http: Http<'a, P>,
}

impl<'a, P: Platform> Retry<'a, P> {
    /// A retry layer that has sent no requests yet.
    pub fn new(platform: &'a P, account: Rc<Account>, shared: Rc<SharedState>) -> Self {
        let http = Http::new(platform, account, Rc::clone(&shared));
        Self {
            platform,
            shared,
            http,
        }
    }

    /// Number of requests sent, retries included.
    pub fn requests(&self) -> u32 {
        self.http.requests()
    }

    /// Sends a request until it succeeds, fails permanently, or no time or attempts are left.
    pub async fn send(
        &self,
        request: &ApiRequest<'_>,
        deadline: Instant,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut backoff = Backoff::new(self.platform.now());
        let mut attempts = 0_u32;
        let mut effect = Effect::NotApplied;
        // Cause that a time-out at the end would hide.
        let mut earlier: Option<Failure> = None;
        loop {
            if let Err(failure) = self.pause(deadline).await {
                return Err(failure.with_effect(effect));
            }
            let mut failure = match self.http.send(request, deadline).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            if failure.code == ErrorCode::TimedOut
                && let Some(earlier) = &earlier
            {
                failure.cause = text::concat(&[
                    &failure.cause,
                    "; an attempt before failed too: ",
                    &earlier.cause,
                ]);
            }
            if request.endpoint == Endpoint::Change && failure.is_possibly_processed {
                effect = Effect::PossiblyApplied;
            }
            attempts = attempts.saturating_add(1);
            let wait = failure.retry_after.unwrap_or_else(|| backoff.next());
            if failure.code == ErrorCode::RateLimited {
                self.pause_all(wait, &failure);
            }
            if !failure.is_transient || attempts >= MAX_ATTEMPTS || !self.fits(wait, deadline) {
                return Err(failure.with_effect(effect));
            }
            self.platform.sleep(wait).await;
            if failure.code != ErrorCode::TimedOut {
                earlier = Some(failure);
            }
        }
    }

    /// Waits for the pause that the server asked this call for, if any. Fails with its cause if the deadline is too early.
    pub async fn pause(&self, deadline: Instant) -> Result<(), Failure> {
        while let Some((wait, cause)) = self.current_pause() {
            if !self.fits(wait, deadline) {
                return Err(cause);
            }
            self.platform.sleep(wait).await;
        }
        Ok(())
    }

    /// True if the server asked this call to wait, and the wait is not over.
    pub fn is_paused(&self) -> bool {
        self.current_pause().is_some()
    }

    /// Makes all parts of the call wait, unless a longer pause is under way.
    fn pause_all(&self, wait: Duration, cause: &Failure) {
        let until = self.platform.now().after(wait);
        let is_longest = |pause: Pause| pause.until < until;
        if self.shared.pause.get().is_none_or(is_longest) {
            let cause = cause.without_effect();
            self.shared.pause.set(Some(Pause { until, cause }));
        }
    }

    /// Rest of the pause under way, and its cause.
    fn current_pause(&self) -> Option<(Duration, Failure)> {
        let Pause { until, cause } = self.shared.pause.get()?;
        let wait = deadline::remaining(self.platform, until);
        (!wait.is_zero()).then_some((wait, cause))
    }

    /// True if there is time for a wait and the attempt after it. Otherwise the failure before the wait stands.
    fn fits(&self, wait: Duration, deadline: Instant) -> bool {
        wait.plus(MIN_ATTEMPT) < deadline::remaining(self.platform, deadline)
    }
}
