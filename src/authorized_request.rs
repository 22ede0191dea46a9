//! Requests with a token: a 401 is answered by one new token.

use alloc::{rc::Rc, vec::Vec};

use zeroize::Zeroizing;

use crate::{
    endpoint::Endpoint,
    error::Effect,
    failure::Failure,
    platform::{Instant, Platform},
    token::Token,
    token_source::TokenSource,
};

/// Response to an authorized request, with the token that was accepted.
pub(crate) struct AuthorizedResponse {
    pub body: Zeroizing<Vec<u8>>,
    pub token: Rc<Token>,
}

/// Sends a request with a token (RFC 6750, section 2.1). A second 401 ends the whole call.
pub(crate) async fn send<P: Platform>(
    tokens: &TokenSource<'_, '_, P>,
    endpoint: Endpoint,
    path_and_query: &str,
    deadline: Instant,
) -> Result<AuthorizedResponse, Failure> {
    let mut effect = Effect::NotApplied;
    let mut is_renewed = false;
    loop {
        let token = match tokens.token(deadline).await {
            Ok(token) => token,
            Err(failure) => return Err(failure.with_effect(effect)),
        };
        let sent = tokens.send(&token, endpoint, path_and_query, deadline);
        let failure = match sent.await {
            Ok(body) => return Ok(AuthorizedResponse { body, token }),
            Err(failure) => failure.with_effect(effect),
        };
        if failure.status != Some(401) {
            return Err(failure);
        }
        tokens.discard(&token);
        if is_renewed {
            tokens.set_token_failure(&failure);
            return Err(failure);
        }
        is_renewed = true;
        effect = failure.effect;
    }
}
