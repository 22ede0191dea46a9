//! Plans: the digest that a dry run returns, and that a change must hand back.
//!
//! A digest is signed with the key of its caller, so that no instance has to remember it: any other one can check it. The plans that
//! were used are remembered by the instance, as webhooks are.

use alloc::{format, string::String, vec::Vec};
use core::cell::Cell;

use hmac::{Hmac, KeyInit, Mac};
use onepassword_users::UserAction;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    api_key::ApiKey,
    bindings::containment::{Outcome, Report},
    bulk_request::{BulkRequest, WholeNumber},
    json,
    problem::Problem,
    request::RequestContext,
};

/// Time for which a plan can be carried out, in milliseconds.
const LIFETIME_MS: u64 = 10 * 60 * 1000;
/// Maximum difference between the clocks of two instances, in milliseconds.
const MAX_CLOCK_DIFFERENCE_MS: u64 = 60 * 1000;
/// Maximum number of used plans that an instance remembers. Each is forgotten when it is too old.
const MAX_USED: usize = 10_000;
/// Length of a signature in bytes. It can be guessed only by asking the service.
const SIGNATURE: usize = 12;
/// Numbers of hexadecimal digits for the parts of a digest: time, number, what was found, and signature.
const DIGITS: [usize; 4] = [11, 8, 16, 2 * SIGNATURE];

/// A plan: what a dry run found, for which arguments, and until when it holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Plan {
    /// End of its life, in milliseconds since 1970.
    expires_ms: u64,
    /// Tells it from every other plan, also one that found the same.
    number: u32,
    /// Digest of what the dry run found.
    found: u64,
    /// Signature over everything else.
    signature: [u8; SIGNATURE],
}

/// Purpose of a signature, so that none can stand in the place of another.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Plan,
    Approval,
}

/// A signature under the key of a caller.
pub(super) struct Signer(Hmac<Sha256>);

impl Signer {
    /// None for a key that no signature can be made with, which does not occur.
    pub(super) fn new(key: &ApiKey, purpose: Purpose) -> Option<Self> {
        let mac = Hmac::new_from_slice(key.signing_key()).ok()?;
        let mut signer = Self(mac);
        signer.add(match purpose {
            Purpose::Plan => b"onepassword-users plan",
            Purpose::Approval => b"onepassword-users approval",
        });
        signer.add(key.name.as_bytes());
        Some(signer)
    }

    /// Adds a part. Its length goes before it, so that no two lists of parts are the same text.
    pub(super) fn add(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    pub(super) fn finish(self) -> [u8; SIGNATURE] {
        first_bytes(&self.0.finalize().into_bytes())
    }
}

fn first_bytes<const N: usize>(digest: &[u8]) -> [u8; N] {
    digest.first_chunk().copied().unwrap_or([0; N])
}

impl Plan {
    /// Makes the plan of a dry run. None if no user would be changed.
    pub(super) fn new(
        key: &ApiKey,
        action: UserAction,
        request: &BulkRequest,
        report: &Report,
        context: &RequestContext,
    ) -> Option<Self> {
        let would_change = |outcome: &Outcome| matches!(outcome, Outcome::WouldChange);
        let mut outcomes = report.targets.iter().map(|target| &target.outcome);
        if report.refused.is_some() || !outcomes.any(would_change) {
            return None;
        }
        let request_digest = Sha256::digest(&context.correlation_id);
        let mut plan = Self {
            expires_ms: context.time_ms.saturating_add(LIFETIME_MS),
            number: u32::from_be_bytes(first_bytes(&request_digest)),
            found: found(report),
            signature: [0; SIGNATURE],
        };
        plan.signature = plan.signed(key, action, request)?;
        Some(plan)
    }

    /// Parses a digest. None if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != DIGITS.iter().sum::<usize>() || !text.bytes().all(is_hex) {
            return None;
        }
        let mut rest = text;
        let mut parts = DIGITS.into_iter().map(|length| {
            let (part, after) = rest.split_at_checked(length)?;
            rest = after;
            u128::from_str_radix(part, 16).ok()
        });
        let mut part = || parts.next().flatten();
        let (expires, number, found, signature) = (part()?, part()?, part()?, part()?);
        Some(Self {
            expires_ms: u64::try_from(expires).ok()?,
            number: u32::try_from(number).ok()?,
            found: u64::try_from(found).ok()?,
            signature: *signature.to_be_bytes().last_chunk()?,
        })
    }

    /// The digest, as its caller hands it back.
    pub(super) fn digest(&self) -> String {
        let mut digest = format!(
            "{:011x}{:08x}{:016x}",
            self.expires_ms, self.number, self.found
        );
        for byte in self.signature {
            digest.push_str(&format!("{byte:02x}"));
        }
        digest
    }

    /// End of its life, in milliseconds since 1970.
    pub(super) const fn expires_ms(&self) -> u64 {
        self.expires_ms
    }

    /// Checks that a plan is one of this caller, for these arguments, and not too old.
    pub(super) fn check(
        &self,
        key: &ApiKey,
        action: UserAction,
        request: &BulkRequest,
        now_ms: u64,
    ) -> Result<(), Problem> {
        let signed = self.signed(key, action, request);
        let is_signed = signed.is_some_and(|signed| bool::from(signed.ct_eq(&self.signature)));
        if !is_signed {
            let detail = "`plan` is not the digest of a dry run by this caller with the same tool, users, max_changes, reason and ticket; nothing was changed: make a dry run with exactly these arguments";
            return Err(Problem::new(409, "plan-mismatch", detail));
        }
        // A clock that was set back would make a plan valid for longer.
        let latest = now_ms.saturating_add(LIFETIME_MS + MAX_CLOCK_DIFFERENCE_MS);
        if now_ms > self.expires_ms || self.expires_ms > latest {
            let detail = "the plan is too old, and nothing was changed: make a new dry run, and show its plan to a person";
            return Err(Problem::new(409, "plan-expired", detail));
        }
        Ok(())
    }

    /// Checks that a new dry run found the same.
    pub(super) fn compare(&self, report: &Report) -> Result<(), Problem> {
        if report.refused.is_none() && found(report) == self.found {
            return Ok(());
        }
        let detail = "the users are no longer as they were when the plan was made, and nothing was changed: make a new dry run, and show its plan to a person";
        Err(Problem::new(409, "plan-outdated", detail))
    }

    /// Signs everything but the signature.
    fn signed(
        &self,
        key: &ApiKey,
        action: UserAction,
        request: &BulkRequest,
    ) -> Option<[u8; SIGNATURE]> {
        let mut signer = Signer::new(key, Purpose::Plan)?;
        signer.add(action.bulk_name().as_bytes());
        signer.add(&self.expires_ms.to_le_bytes());
        signer.add(&self.number.to_le_bytes());
        signer.add(&self.found.to_le_bytes());
        let max_changes = request
            .max_changes
            .map(|WholeNumber(max)| max.to_le_bytes());
        for option in [
            max_changes.as_ref().map(<[u8; 4]>::as_slice),
            request.reason.as_deref().map(str::as_bytes),
            request.ticket.as_deref().map(str::as_bytes),
        ] {
            signer.add(&[u8::from(option.is_some())]);
            signer.add(option.unwrap_or_default());
        }
        for who in &request.users {
            signer.add(who.as_bytes());
        }
        Some(signer.finish())
    }
}

/// Digest of what a dry run found about each user.
fn found(report: &Report) -> u64 {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    for target in &report.targets {
        add(json::outcome_name(&target.outcome));
        add(match &target.outcome {
            Outcome::Failed(error) => json::code_name(error.code),
            _ => "",
        });
        let (id, email, path) = target.user.as_ref().map_or(("", "", ""), |user| {
            (user.id.as_str(), user.email.as_str(), user.path.as_str())
        });
        for part in [id, email, path] {
            add(part);
        }
        add(target.previous_state.as_ref().map_or("", json::state_name));
    }
    u64::from_be_bytes(first_bytes(&hash.finalize()))
}

/// Plans that were carried out or declined, until they are too old.
#[derive(Default)]
pub(crate) struct UsedPlans(Cell<Vec<Plan>>);

impl UsedPlans {
    /// Checks that a plan was not used.
    pub(super) fn check(&self, plan: &Plan, now_ms: u64) -> Result<(), Problem> {
        let mut used = self.0.take();
        used.retain(|used| used.expires_ms >= now_ms);
        let is_used = used.iter().any(|used| used.signature == plan.signature);
        let is_full = used.len() >= MAX_USED;
        self.0.set(used);
        if is_used {
            let detail = "the plan was carried out or declined before, and this call changed nothing: look at the users, and make a new dry run if there is more to do";
            Err(Problem::new(409, "plan-used", detail))
        } else if is_full {
            let detail =
                "too many plans were carried out in the last 10 minutes; nothing was changed";
            Err(Problem::new(503, "too-many-plans", detail))
        } else {
            Ok(())
        }
    }

    /// Adds a plan that cannot be carried out again.
    pub(super) fn insert(&self, plan: Plan) {
        let mut used = self.0.take();
        used.push(plan);
        self.0.set(used);
    }
}
