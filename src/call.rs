//! One call of the contract: its deadline, its authorized requests, and its result.

use alloc::rc::Rc;

use crate::{
    account::Account,
    authorized_request::{self, AuthorizedResponse},
    call_context::CallContext,
    endpoint::Endpoint,
    error::{Error, ErrorCode, Operation},
    failure::Failure,
    generation::Generation,
    platform::{Duration, Instant, Platform},
    settings::{self, Settings},
    shared_state::SharedState,
    token_source::TokenSource,
};

/// A call under way, or a part of one with a deadline, an effect and a number of requests of its own.
pub(crate) struct Call<'a, P> {
    context: CallContext<'a, P>,
    operation: Operation,
    deadline: Instant,
}

impl<'a, P: Platform> Call<'a, P> {
    /// Starts a call with the deadline from the settings.
    pub(crate) fn new(platform: &'a P, account: Rc<Account>, operation: Operation) -> Self {
        let deadline = platform.now().after(account.settings.deadline);
        Self {
            context: CallContext::new(platform, account, SharedState::new(deadline)),
            operation,
            deadline,
        }
    }

    /// The same call with a deadline of its own in milliseconds, counted from now, if there is one.
    ///
    /// Errors: `invalid-argument` for a deadline out of range.
    pub(crate) fn with_deadline(mut self, deadline_ms: Option<u32>) -> Result<Self, Error> {
        match deadline_ms.map(settings::deadline) {
            None => Ok(self),
            Some(Ok(time)) => {
                self.deadline = self.now().after(time);
                self.context.shared = SharedState::new(self.deadline);
                Ok(self)
            }
            Some(Err(requirement)) => {
                let cause = ["the deadline ", requirement].concat();
                Err(self.error(Failure::new(ErrorCode::InvalidArgument, cause, None)))
            }
        }
    }

    /// A part of this call: it shares token and pauses, and has its own error and number of requests. It ends at this
    /// deadline, or at that of the call if that is earlier.
    pub(crate) fn child(&self, deadline: Instant) -> Self {
        let context = &self.context;
        Self {
            context: CallContext::new(
                context.platform,
                Rc::clone(&context.account),
                Rc::clone(&context.shared),
            ),
            operation: self.operation,
            deadline: self.deadline.min(deadline),
        }
    }

    /// True if the caller has stopped the call.
    pub(crate) fn is_stopped(&self) -> bool {
        self.context.platform.is_stopped()
    }

    /// Platform of the call.
    pub(crate) fn platform(&self) -> &'a P {
        self.context.platform
    }

    /// Account that the call is made for.
    pub(crate) fn account(&self) -> &Account {
        &self.context.account
    }

    /// Settings of the account.
    pub(crate) fn settings(&self) -> &Settings {
        &self.context.account.settings
    }

    /// Current time of the platform's clock.
    pub(crate) fn now(&self) -> Instant {
        self.context.now()
    }

    /// End of the call.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Time left until the deadline.
    pub(crate) fn remaining(&self) -> Duration {
        self.context.remaining(self.deadline)
    }

    /// Number of requests sent by this call and all its parts.
    pub(crate) fn all_requests(&self) -> u32 {
        self.context.shared.requests.get()
    }

    /// Result of the call for its caller.
    pub(crate) fn finish<T>(&self, result: Result<T, Failure>) -> Result<T, Error> {
        result.map_err(|failure| self.error(failure))
    }

    /// Error of the call for its caller.
    pub(crate) fn error(&self, failure: Failure) -> Error {
        failure.into_error(self.operation, self.context.requests())
    }

    /// Error of a part of the call that sent no request of its own.
    pub(crate) fn error_without_requests(&self, failure: Failure) -> Error {
        failure.into_error(self.operation, 0)
    }

    /// Makes sure that there is a token to send requests with.
    pub(crate) async fn ensure_token(&self) -> Result<(), Failure> {
        self.tokens().token(self.deadline).await.map(|_| ())
    }

    /// Exchanges a token even if a valid one is held. Returns the generation of the API that issued it.
    pub(crate) async fn exchange_token(&self) -> Result<Generation, Failure> {
        let token = self.tokens().fresh_token(self.deadline).await?;
        Ok(token.generation)
    }

    /// Asks the token endpoint of a generation without credentials, to learn if the server has it.
    pub(crate) async fn probe(&self, generation: Generation) -> Result<(), Failure> {
        self.tokens().probe(generation, self.deadline).await
    }

    /// Revokes the token that is held.
    pub(crate) async fn revoke_token(&self) -> Result<(), Failure> {
        self.tokens().revoke(self.deadline).await
    }

    /// Sends a request with a token, which is exchanged if need be. The path is that below the prefix of the API version;
    /// the user is the one whom the request reads or changes.
    pub(crate) async fn authorized_request(
        &self,
        endpoint: Endpoint,
        path: &str,
        user: Option<&str>,
    ) -> Result<AuthorizedResponse, Failure> {
        authorized_request::send(&self.tokens(), endpoint, path, user, self.deadline).await
    }

    fn tokens(&self) -> TokenSource<'_, 'a, P> {
        TokenSource::new(&self.context)
    }
}
