//! Requests with a token: a 401 is answered by one new token, and so is a 404 that says that the path is gone.

use alloc::rc::Rc;

use crate::{
    endpoint::Endpoint,
    error::Effect,
    failure::Failure,
    generation::Generation,
    platform::{Instant, Platform},
    secret::SecretBytes,
    token::Token,
    token_source::TokenSource,
};

/// Response to an authorized request, with the token that was accepted.
pub(crate) struct AuthorizedResponse {
    pub body: SecretBytes,
    pub token: Rc<Token>,
}

/// Sends a request with a token (RFC 6750, section 2.1). A second 401 ends the whole call.
///
/// If the path is gone, the other generation of the API is not asked with this request: only the token endpoint tells that
/// the generation has changed. If it tells so, the request is sent again, in the generation of the new token.
pub(crate) async fn send<P: Platform>(
    tokens: &TokenSource<'_, '_, P>,
    endpoint: Endpoint,
    path: &str,
    user: Option<&str>,
    deadline: Instant,
) -> Result<AuthorizedResponse, Failure> {
    let mut effect = Effect::NotApplied;
    let mut is_renewed = false;
    let mut gone: Option<(Generation, Failure)> = None;
    loop {
        // A failure with the traces of the request before.
        let after = |mut failure: Failure| {
            failure.is_sent |= is_renewed;
            failure.with_effect(effect)
        };
        let token = match tokens.token(deadline).await {
            Ok(token) => token,
            Err(failure) => return Err(after(failure)),
        };
        if let Some((generation, failure)) = gone
            && generation == token.generation
        {
            return Err(failure);
        }
        let sent = tokens.send(&token, endpoint, path, user, deadline);
        let failure = match sent.await {
            Ok(body) => return Ok(AuthorizedResponse { body, token }),
            Err(failure) => after(failure),
        };
        let is_rejected = failure.status == Some(401);
        let is_gone = failure.is_path_in_doubt && !is_renewed && tokens.ask_again(&token);
        if !is_rejected && !is_gone {
            return Err(failure);
        }
        if is_rejected {
            tokens.discard(&token);
            if is_renewed {
                tokens.set_token_failure(&failure);
                return Err(failure);
            }
        }
        is_renewed = true;
        effect = failure.effect;
        gone = is_gone.then_some((token.generation, failure));
    }
}
