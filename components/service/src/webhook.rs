//! Signed webhooks, as Standard Webhooks 1.0 has them: symmetric signatures, `v1`.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    api_key::is_name,
    request::Request,
    text::{LONGEST, whole_number},
};

/// How far a timestamp may be from the host's clock, in seconds.
const TOLERANCE: u64 = 5 * 60;

/// A secret that a sender signs with.
#[derive(Clone)]
pub(crate) struct Secret {
    /// Whose it is.
    pub name: String,
    key: Vec<u8>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Secret {
    /// Reads `name:whsec_…`; else says what it must be.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const MUST: &str = "must be name:whsec_ and base64 of 24 to 64 bytes, several separated by commas or spaces";
        let (name, secret) = text.split_once(':').ok_or(MUST)?;
        let encoded = secret.strip_prefix("whsec_").ok_or(MUST)?;
        let key = STANDARD.decode(encoded).map_err(|_| MUST)?;
        if !is_name(name) || !(24..=64).contains(&key.len()) {
            return Err(MUST);
        }
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// Whether this secret made one of the signatures. The comparison takes the same time wherever they differ.
    fn signed(&self, content: &[&[u8]], signatures: &str) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return false;
        };
        for part in content {
            mac.update(part);
        }
        // There are several while a secret is being replaced, and versions that are none of ours.
        signatures
            .split(' ')
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|signature| STANDARD.decode(signature).ok())
            .any(|signature| mac.clone().verify_slice(&signature).is_ok())
    }
}

/// A message whose signature is good.
#[derive(Debug, PartialEq)]
pub(crate) struct Message<'r> {
    /// Who signed it.
    pub sender: &'r str,
    /// Its id: the same when it is sent again.
    pub id: &'r str,
}

/// Takes a message with this body that one of the secrets has signed, and not long ago.
pub(crate) fn verified<'r>(
    request: &'r Request,
    body: &[u8],
    secrets: &'r [Secret],
) -> Option<Message<'r>> {
    let id = request.header("webhook-id")?;
    let timestamp = request.header("webhook-timestamp")?;
    let signatures = request.header("webhook-signature")?;
    let seconds: u64 = whole_number(timestamp)?;
    let now = request.time_ms / 1000;
    if !is_id(id) || now.abs_diff(seconds) > TOLERANCE {
        return None;
    }
    let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let mut sender = None;
    for secret in secrets {
        if secret.signed(&content, signatures) && sender.is_none() {
            sender = Some(secret.name.as_str());
        }
    }
    Some(Message {
        sender: sender?,
        id,
    })
}

/// Whether this is fit to be a message's id. What is signed is id, time and body with full stops between them: without a
/// brace in an id, no other id, time and object can be read out of the same text.
fn is_id(id: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_graphic() && byte != b'{';
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(is_fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the specification.
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

    fn is_taken(request: &Request, secrets: &[&str]) -> bool {
        let secrets: Vec<_> = secrets
            .iter()
            .map(|secret| Secret::parse(secret).unwrap())
            .collect();
        verified(request, BODY.as_bytes(), &secrets).is_some()
    }

    #[test]
    fn the_sample_of_the_specification_is_good() {
        let secrets = [Secret::parse(SECRET).unwrap()];
        assert_eq!(
            verified(&request(SIGNATURE, TIMESTAMP), BODY.as_bytes(), &secrets),
            Some(Message {
                sender: "sample",
                id: ID
            })
        );
    }

    #[test]
    fn a_signature_may_be_one_of_several_and_so_may_the_secret() {
        let other = "other:whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let several = format!("v1a,AAAA v1,AAAA {SIGNATURE} v2,x");
        assert!(is_taken(&request(&several, TIMESTAMP), &[other, SECRET]));
        assert!(!is_taken(&request(&several, TIMESTAMP), &[other]));
        assert!(!is_taken(&request(&several, TIMESTAMP), &[]));
    }

    #[test]
    fn wrong_and_missing_signatures_are_refused() {
        for signature in [
            "",
            "v1,",
            "v1,AAAA",
            &SIGNATURE[3..],
            "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ] {
            assert!(
                !is_taken(&request(signature, TIMESTAMP), &[SECRET]),
                "{signature}"
            );
        }
        for at in 0..3 {
            let mut request = request(SIGNATURE, TIMESTAMP);
            request.headers.remove(at);
            assert!(!is_taken(&request, &[SECRET]));
        }
    }

    #[test]
    fn another_id_time_or_body_is_not_what_was_signed() {
        let signed = request(SIGNATURE, TIMESTAMP);
        let mut changed = vec![signed.clone(), signed.clone(), signed.clone()];
        changed[0].headers[0].1.push('x');
        changed[1].headers[1].1 = (TIMESTAMP + 1).to_string();
        changed[2].headers[1].1.insert(0, '0');
        for request in changed {
            assert!(!is_taken(&request, &[SECRET]), "{request:?}");
        }
        let secrets = [Secret::parse(SECRET).unwrap()];
        assert_eq!(
            verified(&signed, b"{\"test\": 2432232314} ", &secrets),
            None
        );
    }

    #[test]
    fn five_minutes_are_tolerated_in_either_direction() {
        for (at, is_good) in [
            (TIMESTAMP - 301, false),
            (TIMESTAMP - 300, true),
            (TIMESTAMP + 300, true),
            (TIMESTAMP + 301, false),
        ] {
            assert_eq!(is_taken(&request(SIGNATURE, at), &[SECRET]), is_good);
        }
    }

    #[test]
    fn a_header_that_is_there_twice_is_none() {
        for at in 0..3 {
            let mut request = request(SIGNATURE, TIMESTAMP);
            request.headers.push(request.headers[at].clone());
            assert!(!is_taken(&request, &[SECRET]));
        }
    }

    #[test]
    fn an_id_is_visible_ascii_and_cannot_hold_an_object() {
        for (id, is_fit) in [
            ("msg_1.2-3:4", true),
            (&*"x".repeat(256), true),
            (&*"x".repeat(257), false),
            ("", false),
            ("a b", false),
            ("é", false),
            ("a.1614265330.{", false),
        ] {
            assert_eq!(is_id(id), is_fit, "{id}");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for text in [
            "",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "a:MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "a:whsec_AAAA",
            "a:whsec_!",
        ] {
            assert!(Secret::parse(text).is_err(), "{text}");
        }
    }
}
