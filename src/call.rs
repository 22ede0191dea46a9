//! One call of the contract: its deadline, the requests that it sends, and what it comes to.

use alloc::{rc::Rc, vec, vec::Vec};
use core::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use zeroize::Zeroizing;

use crate::{
    account::Account,
    backoff::{self, Backoff, MOST_ATTEMPTS, SHORTEST_ATTEMPT},
    clone_cell::Slot,
    endpoint::Endpoint,
    error::{Effect, Error, ErrorCode, Failure, Operation},
    error_response,
    pause::Pause,
    platform::{Duration, Instant, Method, Platform, Request},
    response,
    secret::Secret,
    settings::{self, Settings},
    text,
    token::Token,
};

/// One request, as often as it is tried.
pub(crate) struct Ask<'a> {
    pub endpoint: Endpoint,
    pub path_and_query: &'a str,
    pub authorization: &'a Secret,
    /// The token that the request carries: the server may repeat it in what it says.
    pub token: Option<&'a Secret>,
    /// The body, as a form.
    pub form: Option<&'a Secret>,
}

/// The answer of the API, and the token that was good for it.
pub(crate) struct Answered {
    pub body: Zeroizing<Vec<u8>>,
    pub token: Rc<Token>,
}

/// A call that is under way, or a part of one that counts and fails by itself.
pub(crate) struct Call<'a, H> {
    pub(crate) host: &'a H,
    account: Rc<Account>,
    operation: Operation,
    pub(crate) deadline: Cell<Instant>,
    /// The deadline of the whole call: a part may have less time.
    pub(crate) whole_deadline: Instant,
    requests: Cell<u32>,
    uncertain: Cell<bool>,
    forbidden: Cell<bool>,
    common: Rc<Common>,
}

/// What all parts of a call have in common.
#[derive(Default)]
pub(crate) struct Common {
    /// A token that serves this call alone, because nobody knows how long it lives.
    pub own_token: Slot<Rc<Token>>,
    /// Why no part can have a token any more: to ask again for each would bring the credentials closer to being locked.
    pub no_token: Slot<Failure>,
    /// What the server asked one part to wait for, and all of them do.
    pub pause: Slot<Pause>,
    requests: Cell<u32>,
}

impl<'a, H: Platform> Call<'a, H> {
    pub fn new(host: &'a H, account: Rc<Account>, operation: Operation) -> Self {
        let deadline = host.now().after(account.settings.deadline);
        Self {
            host,
            account,
            operation,
            deadline: Cell::new(deadline),
            whole_deadline: deadline,
            requests: Cell::new(0),
            uncertain: Cell::new(false),
            forbidden: Cell::new(false),
            common: Rc::default(),
        }
    }

    /// The same call with a deadline of its own, in milliseconds, if it has one.
    pub fn with_deadline(mut self, deadline_ms: Option<u32>) -> Result<Self, Error> {
        match deadline_ms.map(settings::deadline) {
            None => {}
            Some(Ok(deadline)) => {
                self.whole_deadline = self.host.now().after(deadline);
                self.deadline.set(self.whole_deadline);
            }
            Some(Err(must)) => {
                let cause = text::concat(&["the deadline ", must]);
                return Err(self.error(Failure::new(ErrorCode::InvalidArgument, cause, None)));
            }
        }
        Ok(self)
    }

    /// A part of this call: with the same deadline, token and pauses, and an error of its own.
    pub fn part(&self) -> Self {
        self.part_within(self.remaining())
    }

    /// A part of this call that has less time than all of it.
    pub fn part_within(&self, time: Duration) -> Self {
        Self {
            host: self.host,
            account: Rc::clone(&self.account),
            operation: self.operation,
            deadline: Cell::new(self.deadline.get().min(self.now().after(time))),
            whole_deadline: self.whole_deadline,
            requests: Cell::new(0),
            uncertain: Cell::new(false),
            forbidden: Cell::new(false),
            common: Rc::clone(&self.common),
        }
    }

    pub fn common(&self) -> &Common {
        &self.common
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    pub fn settings(&self) -> &Settings {
        &self.account.settings
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Requests sent so far, by all parts of the call.
    pub fn all_requests(&self) -> u32 {
        self.common.requests.get()
    }

    pub fn now(&self) -> Instant {
        self.host.now()
    }

    /// Remembers that a change may have been made.
    pub fn mark_uncertain(&self) {
        self.uncertain.set(true);
    }

    /// What the call comes to.
    pub fn finish<T>(&self, result: Result<T, Failure>) -> Result<T, Error> {
        result.map_err(|failure| self.error(failure))
    }

    /// The error that the call ends with.
    pub fn error(&self, failure: Failure) -> Error {
        let effect = if self.uncertain.get() {
            Effect::PossiblyApplied
        } else {
            Effect::NotApplied
        };
        failure.into_error(self.operation, effect, self.requests.get())
    }

    /// Asks the API with a token. A 401 is answered by one fresh token; the second one stands.
    pub async fn resource(
        &self,
        endpoint: Endpoint,
        path_and_query: &str,
    ) -> Result<Answered, Failure> {
        let mut renewed = false;
        loop {
            let token = self.token().await?;
            let authorization = Secret::concat(&["Bearer ", token.value.expose()]);
            let ask = Ask {
                endpoint,
                path_and_query,
                authorization: &authorization,
                token: Some(&token.value),
                form: None,
            };
            match self.ask(&ask).await {
                Ok(body) => return Ok(Answered { body, token }),
                Err(failure) if failure.status == Some(401) => {
                    self.forget(&token);
                    if renewed {
                        self.common.no_token.set(Some(failure.clone()));
                        return Err(failure);
                    }
                    renewed = true;
                }
                Err(failure) => {
                    self.forbidden.set(failure.status == Some(403));
                    return Err(failure);
                }
            }
        }
    }

    /// Whether it was what the call asked for that the server forbids, and not a token for it.
    pub fn was_forbidden(&self) -> bool {
        self.forbidden.get()
    }

    /// Sends one request, again and again while that can help and the deadline allows it.
    pub async fn ask(&self, ask: &Ask<'_>) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut backoff = Backoff::new(self.now());
        let mut left = MOST_ATTEMPTS;
        // What a time-out at the end hides.
        let mut earlier: Option<Failure> = None;
        loop {
            self.pause().await?;
            let mut failure = match self.attempt(ask).await {
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
            if ask.endpoint == Endpoint::Change && failure.carried_out {
                self.mark_uncertain();
            }
            left = left.saturating_sub(1);
            let wait = failure.retry_after.unwrap_or_else(|| backoff.next());
            if failure.code == ErrorCode::RateLimited {
                self.ask_all_to_pause(wait, &failure);
            }
            if !failure.transient || left == 0 || !self.fits(wait) {
                return Err(failure);
            }
            self.host.sleep(wait).await;
            if failure.code != ErrorCode::TimedOut {
                earlier = Some(failure);
            }
        }
    }

    /// Whether there is time for a wait and the attempt after it. What does not fit is not begun, and the code stays that
    /// of the cause.
    pub fn fits(&self, wait: Duration) -> bool {
        wait.plus(SHORTEST_ATTEMPT) < self.remaining()
    }

    /// Sends one request once, and reads its answer.
    async fn attempt(&self, ask: &Ask<'_>) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let timeouts = backoff::timeouts(self.remaining());
        if timeouts.first_byte.is_zero() {
            return Err(self.timed_out("before the request could be sent", false));
        }
        let settings = self.settings();
        let length = text::decimal(ask.form.map_or(0, |form| form.expose().len()));
        let mut headers = vec![
            ("accept", "application/json"),
            ("user-agent", &settings.user_agent),
            ("authorization", ask.authorization.expose()),
        ];
        let method = ask.endpoint.method();
        if method == Method::Post {
            headers.push(("content-length", &length));
        }
        if ask.form.is_some() {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let request = Request {
            method,
            scheme: settings.base_url.scheme,
            authority: &settings.base_url.authority,
            path_and_query: ask.path_and_query,
            headers: &headers,
            body: ask.form.map(Secret::expose),
            timeouts: backoff::of_the_host(timeouts),
        };
        for requests in [&self.requests, &self.common.requests] {
            requests.set(requests.get().saturating_add(1));
        }
        let head = timeouts.connect.plus(timeouts.first_byte);
        let mut response = match self.within(head, self.host.send(request)).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(error.into()),
            None => return Err(self.timed_out("while the server was asked", true)),
        };
        let status = response.status;
        let body = self.read(&mut response, timeouts.between_bytes).await;
        if status == 200 {
            return body;
        }
        let date = response.date.as_deref();
        let retry_after = response.retry_after.as_deref();
        let retry_after = retry_after.and_then(|value| backoff::retry_after(value, date));
        // A refusal whose words got lost is still a refusal.
        let problem = response::problem(&body.unwrap_or_default());
        let last = self.account.tokens.last.get();
        let secrets = self.secrets(ask.token, last.as_deref());
        Err(error_response::classify(
            ask.endpoint,
            settings.api_version,
            status,
            retry_after,
            problem,
            &secrets,
        ))
    }

    /// What is left until the deadline.
    pub fn remaining(&self) -> Duration {
        self.now().until(self.deadline.get())
    }

    /// Lets something take its time, or what is left of the call's if that is less.
    pub async fn within<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut alarm = pin!(self.host.sleep(limit.min(self.remaining())));
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            alarm.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    /// The failure of a wait that took too long, with a request under way or not.
    pub fn timed_out(&self, when: &str, carried_out: bool) -> Failure {
        let (cause, hint) = if self.remaining().is_zero() {
            (
                "the deadline passed ",
                "try again, or set a longer deadline",
            )
        } else {
            ("no response came in time ", "try again later")
        };
        let cause = text::concat(&[cause, when]);
        let mut failure = Failure::new(ErrorCode::TimedOut, cause, Some(hint));
        failure.transient = true;
        failure.carried_out = carried_out;
        failure
    }
}
