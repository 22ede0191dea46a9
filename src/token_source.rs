//! OAuth 2.0 client credentials (RFC 6749, section 4.4): tokens are exchanged one at a time, renewed, and revoked (RFC 7009).

use alloc::{rc::Rc, string::String};

use crate::{
    async_lock::TurnGuard,
    call::{Ask, Call},
    client::Client,
    endpoint::Endpoint,
    error::{Error, ErrorCode, Failure, Operation},
    platform::Platform,
    request::push_encoded,
    response,
    secret::Secret,
    token::Token,
};

/// RFC 6749, section 4.4.2. The scope is left out: `openid` is the only one, and the default.
const GRANT: &str = "grant_type=client_credentials";

impl<H: Platform> Client<H> {
    /// Revokes the token that is held, and forgets it. A failure keeps it.
    pub async fn revoke_token(&self) -> Result<(), Error> {
        let call = self.begin(Operation::RevokeToken)?;
        call.finish(call.revoke().await)
    }
}

impl<H: Platform> Call<'_, H> {
    /// A token to use now: the one that is held, or a new one. Only one is exchanged at a time, and whoever waited for
    /// an exchange that was refused is refused with it.
    pub async fn token(&self) -> Result<Rc<Token>, Failure> {
        loop {
            // Not with the turn taken: others need not wait for what this call was asked to.
            self.pause().await?;
            if let Some(held) = self.held_token() {
                return held;
            }
            // A token is for all parts of the call, and may take as long as all of them.
            let own = self.deadline.replace(self.whole_deadline);
            let new = self.new_token().await;
            self.deadline.set(own);
            if let Some(new) = new {
                return new;
            }
        }
    }

    /// The token that another call has exchanged meanwhile, or a new one; nothing where the server wants no requests now.
    async fn new_token(&self) -> Option<Result<Rc<Token>, Failure>> {
        let tokens = &self.account().tokens;
        let before = tokens.exchanges.get();
        let _turn = match self.turn().await {
            Ok(turn) => turn,
            Err(failure) => return Some(Err(failure)),
        };
        if let Some(held) = self.held_token() {
            return Some(held);
        }
        if tokens.exchanges.get() != before
            && let Some(refusal) = tokens.refusal.get()
        {
            self.common().no_token.set(Some(refusal.clone()));
            return Some(Err(refusal));
        }
        if self.is_paused() {
            return None;
        }
        Some(self.exchange().await)
    }

    /// The token to use, or why there can be none; nothing when one is to be exchanged.
    fn held_token(&self) -> Option<Result<Rc<Token>, Failure>> {
        match self.common().no_token.get() {
            Some(failure) => Some(Err(failure)),
            None => self.good_token().map(Ok),
        }
    }

    /// A new token, whatever is held: for whoever wants to know whether the credentials are good now.
    pub async fn fresh_token(&self) -> Result<Rc<Token>, Failure> {
        let _turn = self.turn().await?;
        self.exchange().await
    }

    async fn turn(&self) -> Result<TurnGuard<'_>, Failure> {
        let turn = self.account().tokens.turn.take();
        self.within(self.remaining(), turn)
            .await
            .ok_or_else(|| self.timed_out("while another call exchanged the token", false))
    }

    fn good_token(&self) -> Option<Rc<Token>> {
        self.common().own_token.get().or_else(|| {
            let held = self.account().tokens.held.get();
            held.filter(|token| token.is_good(self.now()))
        })
    }

    /// Drops a token that the server refused, unless it was replaced by now.
    pub fn forget(&self, token: &Rc<Token>) {
        for slot in [&self.common().own_token, &self.account().tokens.held] {
            if slot.get().is_some_and(|held| Rc::ptr_eq(&held, token)) {
                slot.set(None);
                self.account().tokens.last.set(Some(Rc::clone(token)));
            }
        }
    }

    /// Exchanges the credentials for a token; the caller has the turn.
    async fn exchange(&self) -> Result<Rc<Token>, Failure> {
        let tokens = &self.account().tokens;
        if let Some(held) = tokens.held.get() {
            tokens.last.set(Some(held));
        }
        let before = self.requests();
        let result = self.exchange_once().await;
        if self.requests() == before {
            // There was no time left to ask: nothing that anybody waited for.
            return result;
        }
        tokens.exchanges.set(tokens.exchanges.get().wrapping_add(1));
        match result {
            Ok(token) => {
                tokens.refusal.set(None);
                let slot = if token.has_life() {
                    &tokens.held
                } else {
                    &self.common().own_token
                };
                slot.set(Some(Rc::clone(&token)));
                Ok(token)
            }
            Err(failure) => {
                let lasting = !failure.transient && failure.code != ErrorCode::TimedOut;
                tokens.refusal.set(lasting.then(|| failure.clone()));
                self.common().no_token.set(Some(failure.clone()));
                Err(failure)
            }
        }
    }

    async fn exchange_once(&self) -> Result<Rc<Token>, Failure> {
        let settings = self.settings();
        // The life counts from before the server began it.
        let asked = self.now();
        let form = Secret::concat(&[GRANT]);
        let body = self
            .ask(&Ask {
                endpoint: Endpoint::Token,
                path_and_query: &settings.token_path,
                authorization: &settings.authorization,
                token: None,
                form: Some(&form),
            })
            .await?;
        let answer = response::token(&body)?;
        Ok(Rc::new(Token::new(answer.token, answer.expires_in, asked)))
    }

    async fn revoke(&self) -> Result<(), Failure> {
        let Some(token) = self.account().tokens.held.get() else {
            return Ok(());
        };
        let settings = self.settings();
        let form = revocation(&token.value);
        let body = self
            .ask(&Ask {
                endpoint: Endpoint::Revoke,
                path_and_query: &settings.revoke_path,
                authorization: &settings.authorization,
                token: Some(&token.value),
                form: Some(&form),
            })
            .await?;
        // RFC 7009, section 2.2: the status tells all. But a page is a proxy's, and the token lives on.
        if response::is_page(&body) {
            return Err(response::malformed(response::PAGE));
        }
        self.forget(&token);
        Ok(())
    }
}

/// The form that revokes a token (RFC 7009, section 2.1).
fn revocation(token: &Secret) -> Secret {
    const NAME: &str = "token=";
    // Encoded, a byte takes three at most: the text never moves, and leaves no copy behind.
    let room = token
        .expose()
        .len()
        .saturating_mul(3)
        .saturating_add(NAME.len());
    let mut form = String::with_capacity(room);
    form.push_str(NAME);
    push_encoded(&mut form, token.expose());
    Secret::new(form)
}
