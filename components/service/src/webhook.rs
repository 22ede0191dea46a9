//! Webhooks with symmetric signatures, `v1` of Standard Webhooks 1.0.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{
    request::Request,
    text::{MAX_CHARS, is_caller_name, parse_digits},
};

/// Maximum difference between a timestamp and the host's clock, in seconds.
const MAX_TIMESTAMP_DIFFERENCE: u64 = 5 * 60;

/// Secret that a sender signs messages with.
#[derive(Clone)]
pub(crate) struct WebhookSecret {
    /// Name of the sender.
    pub(crate) name: String,
    key: Vec<u8>,
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl WebhookSecret {
    /// Parses `name:whsec_…`.
    ///
    /// Errors: the required format.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const FORMAT: &str = "must be name:whsec_ and base64 of 24 to 64 bytes, several separated by commas or spaces";
        let (name, secret) = text.split_once(':').ok_or(FORMAT)?;
        let encoded = secret.strip_prefix("whsec_").ok_or(FORMAT)?;
        let key = STANDARD.decode(encoded).map_err(|_| FORMAT)?;
        if !is_caller_name(name) || !(24..=64).contains(&key.len()) {
            return Err(FORMAT);
        }
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// Returns true if one of the signatures was made with this secret. Compares in constant time.
    fn has_signed(&self, content: &[&[u8]], signatures: &str) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return false;
        };
        for part in content {
            mac.update(part);
        }
        // A message has several signatures while its sender replaces a secret, and possibly other versions than `v1`.
        signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|signature| STANDARD.decode(signature).ok())
            .any(|signature| mac.clone().verify_slice(&signature).is_ok())
    }
}

/// Headers of a message, whose signature is not checked yet.
pub(crate) struct WebhookHead<'r> {
    /// Id chosen by the sender. The same if the message is sent again.
    id: &'r str,
    timestamp: &'r str,
    signatures: &'r str,
}

/// A message with a valid signature.
#[derive(Debug, PartialEq)]
pub(crate) struct WebhookMessage<'r> {
    /// Name of the secret that signed the message.
    pub(crate) sender: &'r str,
    /// Id chosen by the sender. The same if the message is sent again.
    pub(crate) id: &'r str,
    /// SHA-256 of the body.
    pub(crate) body_digest: [u8; 32],
}

impl<'r> WebhookHead<'r> {
    /// Reads the headers of a request. Checks everything that can be checked without the body.
    ///
    /// Errors: the reason, for the operator.
    pub(crate) fn read(
        request: &'r Request,
        secrets: &[WebhookSecret],
    ) -> Result<Self, &'static str> {
        if secrets.is_empty() {
            return Err("OP_SERVICE_WEBHOOK_SECRETS is not set");
        }
        let id = request.header("webhook-id");
        let id = id.ok_or("not exactly one header webhook-id")?;
        let timestamp = request.header("webhook-timestamp");
        let timestamp = timestamp.ok_or("not exactly one header webhook-timestamp")?;
        let signatures = request.header("webhook-signature");
        let signatures = signatures.ok_or("not exactly one header webhook-signature")?;
        if !is_id(id) {
            return Err("the webhook-id is not 1 to 256 visible ASCII letters without a brace");
        }
        let seconds: u64 =
            parse_digits(timestamp).ok_or("the webhook-timestamp is not a number of seconds")?;
        if (request.time_ms / 1000).abs_diff(seconds) > MAX_TIMESTAMP_DIFFERENCE {
            return Err("the webhook-timestamp is more than five minutes from this host's clock");
        }
        if !signatures.split(' ').any(|one| one.starts_with("v1,")) {
            return Err("the webhook-signature contains none of the version v1");
        }
        Ok(Self {
            id,
            timestamp,
            signatures,
        })
    }

    /// Returns the message with this body, if one of the secrets signed it.
    ///
    /// Errors: the reason, for the operator.
    pub(crate) fn verify(
        self,
        body: &[u8],
        secrets: &'r [WebhookSecret],
    ) -> Result<WebhookMessage<'r>, &'static str> {
        let Self {
            id,
            timestamp,
            signatures,
        } = self;
        let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        let mut sender = None;
        for secret in secrets {
            if secret.has_signed(&content, signatures) && sender.is_none() {
                sender = Some(secret.name.as_str());
            }
        }
        Ok(WebhookMessage {
            sender: sender
                .ok_or("no secret matches the webhook-signature, or the body was changed")?,
            id,
            body_digest: Sha256::digest(body).into(),
        })
    }
}

/// Returns true if the text is a valid message id: visible ASCII without `{`, 1 to 256 bytes.
///
/// The signature covers id, time and body, joined by full stops. Because a body starts with `{` and an id contains none, the
/// signed text can be split in one way only.
fn is_id(id: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'{';
    (1..=MAX_CHARS).contains(&id.len()) && id.bytes().all(is_valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Example of the specification.
    const SECRET: &str = "sample:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: u64 = 1_614_265_330;
    const BODY: &str = r#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn request(signature: &str, at: u64) -> Request {
        Request {
            headers: [
                ("webhook-id", ID.to_owned()),
                ("webhook-timestamp", TIMESTAMP.to_string()),
                ("webhook-signature", signature.to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
            time_ms: at * 1000,
            ..Request::default()
        }
    }

    fn verify<'r>(
        request: &'r Request,
        body: &[u8],
        secrets: &'r [WebhookSecret],
    ) -> Option<WebhookMessage<'r>> {
        let head = WebhookHead::read(request, secrets).ok()?;
        head.verify(body, secrets).ok()
    }

    fn is_accepted(request: &Request, secrets: &[&str]) -> bool {
        let secrets: Vec<_> = secrets
            .iter()
            .map(|secret| WebhookSecret::parse(secret).unwrap())
            .collect();
        verify(request, BODY.as_bytes(), &secrets).is_some()
    }

    #[test]
    fn the_example_of_the_specification_is_accepted() {
        let secrets = [WebhookSecret::parse(SECRET).unwrap()];
        assert_eq!(
            verify(&request(SIGNATURE, TIMESTAMP), BODY.as_bytes(), &secrets),
            Some(WebhookMessage {
                sender: "sample",
                id: ID,
                body_digest: Sha256::digest(BODY).into(),
            })
        );
    }

    #[test]
    fn one_valid_signature_among_several_is_enough() {
        let other = "other:whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let several = format!("v1a,AAAA v1,AAAA {SIGNATURE} v2,x");
        assert!(is_accepted(&request(&several, TIMESTAMP), &[other, SECRET]));
        assert!(!is_accepted(&request(&several, TIMESTAMP), &[other]));
        assert!(!is_accepted(&request(&several, TIMESTAMP), &[]));
    }

    #[test]
    fn wrong_and_missing_signatures_are_rejected() {
        for signature in [
            "",
            "v1,",
            "v1,AAAA",
            &SIGNATURE[3..],
            "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ] {
            assert!(
                !is_accepted(&request(signature, TIMESTAMP), &[SECRET]),
                "{signature}"
            );
        }
        for at in 0..3 {
            let mut request = request(SIGNATURE, TIMESTAMP);
            request.headers.remove(at);
            assert!(!is_accepted(&request, &[SECRET]));
        }
    }

    #[test]
    fn a_changed_id_time_or_body_is_rejected() {
        let signed = request(SIGNATURE, TIMESTAMP);
        let mut changed = vec![signed.clone(), signed.clone(), signed.clone()];
        changed[0].headers[0].1.push('x');
        changed[1].headers[1].1 = (TIMESTAMP + 1).to_string();
        changed[2].headers[1].1.insert(0, '0');
        for request in changed {
            assert!(!is_accepted(&request, &[SECRET]), "{request:?}");
        }
        let secrets = [WebhookSecret::parse(SECRET).unwrap()];
        assert_eq!(verify(&signed, b"{\"test\": 2432232314} ", &secrets), None);
    }

    #[test]
    fn timestamps_may_be_five_minutes_off() {
        for (at, is_valid) in [
            (TIMESTAMP - 301, false),
            (TIMESTAMP - 300, true),
            (TIMESTAMP + 300, true),
            (TIMESTAMP + 301, false),
        ] {
            assert_eq!(is_accepted(&request(SIGNATURE, at), &[SECRET]), is_valid);
        }
    }

    #[test]
    fn a_repeated_header_is_rejected() {
        for at in 0..3 {
            let mut request = request(SIGNATURE, TIMESTAMP);
            request.headers.push(request.headers[at].clone());
            assert!(!is_accepted(&request, &[SECRET]));
        }
    }

    #[test]
    fn an_id_is_visible_ascii_without_a_brace() {
        for (id, is_valid) in [
            ("msg_1.2-3:4", true),
            (&*"x".repeat(256), true),
            (&*"x".repeat(257), false),
            ("", false),
            ("a b", false),
            ("é", false),
            ("a.1614265330.{", false),
        ] {
            assert_eq!(is_id(id), is_valid, "{id}");
        }
    }

    #[test]
    fn a_malformed_secret_is_rejected() {
        for text in [
            "",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "a:MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "a:whsec_AAAA",
            "a:whsec_!",
        ] {
            assert!(WebhookSecret::parse(text).is_err(), "{text}");
        }
    }
}
