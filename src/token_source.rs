//! OAuth 2.0 client credentials (RFC 6749, section 4.4): exchanges tokens one at a time, and revokes them (RFC 7009).

use alloc::{rc::Rc, string::String};

use crate::{
    async_lock::AsyncLockGuard,
    call_context::CallContext,
    endpoint::Endpoint,
    error::ErrorCode,
    error_response,
    failure::Failure,
    generation::Generation,
    http::ApiRequest,
    platform::{Duration, Instant, Platform},
    request::push_encoded,
    response,
    retry::Retry,
    secret::{Secret, SecretBytes},
    token::{Refusal, Token},
};

/// Body of the token request (RFC 6749, section 4.4.2). The scope is left out: `openid` is the only one, and the default.
const GRANT: &str = "grant_type=client_credentials";
/// An empty id and an empty secret (RFC 7617, section 2).
const NO_CREDENTIALS: &str = "Basic Og==";
/// Time for which a token that the server refused to issue is not asked for again.
const REFUSAL_TIME: Duration = Duration::from_secs(10);

/// The token layer: exchanges, holds and revokes the tokens of an account.
pub(crate) struct TokenSource<'c, 'a, P> {
    context: &'c CallContext<'a, P>,
    retry: Retry<'c, 'a, P>,
}

impl<'c, 'a, P: Platform> TokenSource<'c, 'a, P> {
    /// The token layer of a part of a call.
    pub(crate) fn new(context: &'c CallContext<'a, P>) -> Self {
        let retry = Retry::new(context);
        Self { context, retry }
    }

    /// Returns the token that is held, or exchanges a new one.
    ///
    /// Calls exchange one token at a time. A call that waited for an exchange which failed permanently fails with it.
    pub(crate) async fn token(&self, deadline: Instant) -> Result<Rc<Token>, Failure> {
        loop {
            // Before the lock is taken: a pause of this call must not hold up other calls.
            self.retry.pause(deadline).await?;
            if let Some(known) = self.known_token() {
                return known;
            }
            // The token serves all parts of the call, so that its exchange may take as long as the whole call.
            if let Some(result) = self.wait_or_exchange(self.context.shared.deadline).await {
                return result;
            }
        }
    }

    /// Exchanges a new token, even if a valid one is held. Asks for the generation of the API again too.
    pub(crate) async fn fresh_token(&self, deadline: Instant) -> Result<Rc<Token>, Failure> {
        let _guard = self.lock(deadline).await?;
        let account = &self.context.account;
        let first = account.settings.generation.unwrap_or(Generation::FIRST);
        account.tokens.generation.set(first);
        self.exchange(deadline).await
    }

    /// Sends a request with a token (RFC 6750, section 2.1), in the generation that issued the token.
    pub(crate) async fn send(
        &self,
        token: &Token,
        endpoint: Endpoint,
        path: &str,
        user: Option<&str>,
        deadline: Instant,
    ) -> Result<SecretBytes, Failure> {
        let authorization = Secret::concat(&["Bearer ", token.value.expose()]);
        let path_and_query = [token.generation.prefix(), path].concat();
        let request = ApiRequest {
            endpoint,
            generation: token.generation,
            path_and_query: &path_and_query,
            user,
            authorization: &authorization,
            secrets: self.context.account.known_secrets(Some(&token.value)),
            form: None,
        };
        let sent = self.retry.send(&request, deadline).await;
        if sent.is_ok() {
            self.context.shared.is_generation_fresh.set(false);
        }
        sent
    }

    /// Forgets a token, unless another call has replaced it already.
    pub(crate) fn discard(&self, token: &Rc<Token>) {
        token.is_over.set(true);
        for cell in [
            &self.context.shared.own_token,
            &self.context.account.tokens.held,
        ] {
            if cell.get().is_some_and(|held| Rc::ptr_eq(&held, token)) {
                cell.set(None);
                self.context.account.tokens.last.set(Some(Rc::clone(token)));
            }
        }
    }

    /// Prepares to ask the server for its generation with a new token, because a path is gone. True if the next token may be
    /// of another generation.
    pub(crate) fn ask_again(&self, token: &Rc<Token>) -> bool {
        let CallContext {
            account, shared, ..
        } = self.context;
        if account.settings.generation.is_some() {
            return false;
        }
        let is_current = [&shared.own_token, &account.tokens.held]
            .into_iter()
            .any(|cell| cell.get().is_some_and(|held| Rc::ptr_eq(&held, token)));
        if is_current {
            if shared.is_generation_fresh.get() || shared.has_asked_again.replace(true) {
                return false;
            }
            self.discard(token);
        }
        true
    }

    /// Sets the token failure that every part of the call returns.
    pub(crate) fn set_token_failure(&self, failure: &Failure) {
        self.context
            .shared
            .token_failure
            .set(Some(failure.without_effect()));
    }

    /// Revokes the token that is held, and forgets it. A failure keeps it.
    pub(crate) async fn revoke(&self, deadline: Instant) -> Result<(), Failure> {
        let Some(token) = self.context.account.tokens.held.get() else {
            return Ok(());
        };
        let settings = &self.context.account.settings;
        let form = revocation_form(&token.value);
        let request = ApiRequest {
            endpoint: Endpoint::Revoke,
            generation: token.generation,
            path_and_query: settings.revoke_path(token.generation),
            user: None,
            authorization: &settings.authorization,
            secrets: self.context.account.known_secrets(Some(&token.value)),
            form: Some(&form),
        };
        let body = self.retry.send(&request, deadline).await?;
        // The status alone decides (RFC 7009, section 2.2). But a page of HTML comes from a proxy: the token is still valid.
        if response::is_html(&body) {
            return Err(response::malformed(response::HTML));
        }
        self.discard(&token);
        Ok(())
    }

    /// The token to use, or the failure that keeps this call from having one. None if a token must be exchanged.
    fn known_token(&self) -> Option<Result<Rc<Token>, Failure>> {
        if let Some(failure) = self.context.shared.token_failure.get() {
            return Some(Err(failure));
        }
        let own = self.context.shared.own_token.get();
        // Another call may have revoked it meanwhile.
        let own = own.filter(|token| !token.is_over.get());
        let held = || {
            let held = self.context.account.tokens.held.get();
            held.filter(|token| token.is_valid(self.context.now()))
        };
        own.or_else(held).map(Ok)
    }

    /// Waits for an exchange under way, or exchanges a token. None if the server asked this call to pause meanwhile.
    async fn wait_or_exchange(&self, deadline: Instant) -> Option<Result<Rc<Token>, Failure>> {
        let tokens = &self.context.account.tokens;
        let exchanges = tokens.exchanges.get();
        let _guard = match self.lock(deadline).await {
            Ok(guard) => guard,
            Err(failure) => return Some(Err(failure)),
        };
        if let Some(known) = self.known_token() {
            return Some(known);
        }
        if tokens.exchanges.get() != exchanges
            && let Some(failure) = tokens.failure.get()
        {
            self.set_token_failure(&failure);
            return Some(Err(failure));
        }
        if self.retry.is_paused() {
            return None;
        }
        if let Some(failure) = self.recent_refusal() {
            self.set_token_failure(&failure);
            return Some(Err(failure));
        }
        Some(self.exchange(deadline).await)
    }

    /// Failure for a token that the server refused to issue a short time ago. Asking again at once could get the credentials
    /// locked.
    fn recent_refusal(&self) -> Option<Failure> {
        let Refusal { until, mut failure } = self.context.account.tokens.refusal.get()?;
        if self.context.remaining(until).is_zero() {
            return None;
        }
        failure
            .cause
            .push_str("; it is not asked again within 10 seconds");
        Some(failure)
    }

    async fn lock(&self, deadline: Instant) -> Result<AsyncLockGuard<'c>, Failure> {
        let context = self.context;
        let lock = context.account.tokens.lock.lock();
        let guard = context.within(context.remaining(deadline), deadline, lock);
        guard.await.ok_or_else(|| {
            if context.platform.is_stopped() {
                return Failure::stopped();
            }
            context.timed_out(deadline, "while another call exchanged the token")
        })
    }

    /// Exchanges the credentials for a token, and keeps the result. The caller holds the lock.
    async fn exchange(&self, deadline: Instant) -> Result<Rc<Token>, Failure> {
        let tokens = &self.context.account.tokens;
        if let Some(held) = tokens.held.get() {
            tokens.last.set(Some(held));
        }
        // The lifetime counts from here: the server may have issued the token at once.
        let requested = self.context.now();
        let body = match self.send_credentials(deadline).await {
            // Waiting calls must not take over the failure of a call that sent nothing, or that its caller stopped.
            Err(failure) if !failure.is_sent || failure.is_stopped => return Err(failure),
            sent => sent,
        };
        let result = body.and_then(|(body, generation)| {
            let token = self.read_token(&body, generation, requested)?;
            Ok(Rc::new(token))
        });
        self.context.shared.is_generation_fresh.set(true);
        tokens.exchanges.set(tokens.exchanges.get().wrapping_add(1));
        match &result {
            Ok(token) => {
                tokens.failure.set(None);
                tokens.generation.set(token.generation);
                tokens.refusal.set(None);
                tokens.held.set(Some(Rc::clone(token)));
                if !token.has_lifetime() {
                    self.context.shared.own_token.set(Some(Rc::clone(token)));
                }
            }
            Err(failure) => {
                let is_permanent = !failure.is_transient && failure.code != ErrorCode::TimedOut;
                tokens.failure.set(is_permanent.then(|| failure.clone()));
                // Any other response may come from a proxy, and the next request may pass it.
                let is_refusal = failure.code == ErrorCode::Unauthenticated
                    || matches!(failure.status, Some(200 | 400..=499))
                        && failure.api_message.is_some();
                if is_permanent && is_refusal {
                    let until = self.context.now().after(REFUSAL_TIME);
                    let failure = failure.clone();
                    tokens.refusal.set(Some(Refusal { until, failure }));
                }
                self.set_token_failure(failure);
            }
        }
        result
    }

    /// Asks the token endpoint of a generation without credentials, to learn if the server has it. No token is issued, so that
    /// none is left alive. The failure tells: a 400 or 401 comes from a token endpoint.
    pub(crate) async fn probe(
        &self,
        generation: Generation,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let form = Secret::concat(&[GRANT]);
        let no_credentials = Secret::concat(&[NO_CREDENTIALS]);
        let request = ApiRequest {
            authorization: &no_credentials,
            ..self.token_request(generation, &form)
        };
        self.retry.send(&request, deadline).await.map(drop)
    }

    /// Reads the response to a token request.
    fn read_token(
        &self,
        body: &[u8],
        generation: Generation,
        requested: Instant,
    ) -> Result<Token, Failure> {
        if let Some(refusal) = self.refusal(generation, body) {
            return Err(refusal);
        }
        let response = response::token(body)?;
        Ok(Token::new(
            response.token,
            generation,
            response.expires_in,
            requested,
        ))
    }

    fn token_request<'r>(&'r self, generation: Generation, form: &'r Secret) -> ApiRequest<'r> {
        let account = &self.context.account;
        let settings = &account.settings;
        ApiRequest {
            endpoint: Endpoint::Token,
            generation,
            path_and_query: settings.token_path(generation),
            user: None,
            authorization: &settings.authorization,
            secrets: account.known_secrets(None),
            form: Some(form),
        }
    }

    /// Failure for a token response with the status 200 that contains an error in place of a token.
    fn refusal(&self, generation: Generation, body: &[u8]) -> Option<Failure> {
        let account = &self.context.account;
        let problem = response::oauth_problem(body);
        let is_error = problem
            .oauth
            .as_ref()
            .is_some_and(|error| !error.is_empty());
        is_error.then(|| {
            error_response::classify(
                Endpoint::Token,
                generation,
                200,
                None,
                problem,
                &account.known_secrets(None).list(),
            )
        })
    }

    /// Requests a token. If the server is asked for the generation of the API, a 404 or 410 leads to the other one.
    async fn send_credentials(
        &self,
        deadline: Instant,
    ) -> Result<(SecretBytes, Generation), Failure> {
        let account = &self.context.account;
        let settings = &account.settings;
        let form = Secret::concat(&[GRANT]);
        let mut generation = account.tokens.generation.get();
        let mut first: Option<Failure> = None;
        loop {
            let request = self.token_request(generation, &form);
            let path = request.path_and_query;
            let mut failure = match self.retry.send(&request, deadline).await {
                Ok(body) => return Ok((body, generation)),
                Err(failure) => failure,
            };
            if let Some(first) = first {
                let other = settings.token_path(generation.other());
                failure.cause = [
                    &first.cause,
                    ": ",
                    other,
                    "; then ",
                    path,
                    ": ",
                    &failure.cause,
                ]
                .concat();
                failure.is_sent = true;
                if failure.code == ErrorCode::NotConfigured {
                    failure.hint = Some("check the region and the base URL");
                }
                return Err(failure);
            }
            // Such a failure is a 404 or 410. No other status says that the path is gone.
            if settings.generation.is_some() || failure.code != ErrorCode::NotConfigured {
                return Err(failure);
            }
            generation = generation.other();
            first = Some(failure);
        }
    }
}

/// Form that revokes a token (RFC 7009, section 2.1).
fn revocation_form(token: &Secret) -> Secret {
    const NAME: &str = "token=";
    // Encoding makes a byte three at most, so that the text never moves and leaves no copy behind.
    let capacity = token
        .expose()
        .len()
        .saturating_mul(3)
        .saturating_add(NAME.len());
    let mut form = String::with_capacity(capacity);
    form.push_str(NAME);
    push_encoded(&mut form, token.expose());
    Secret::new(form)
}
