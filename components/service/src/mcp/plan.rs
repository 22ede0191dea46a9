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
};

/// Time for which a plan can be carried out, in seconds.
const LIFETIME: u64 = 10 * 60;
/// Maximum number of used plans that an instance remembers. Each is forgotten when it is too old.
const MAX_USED: usize = 10_000;
/// Length of the two parts of a digest that follow the time, in bytes.
const PART: usize = 16;

/// A plan: what a dry run found, for which arguments, and until when it holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Plan {
    /// End of its life, in seconds since 1970.
    expires: u64,
    /// Digest of what the dry run found.
    found: [u8; PART],
    /// Signature over everything else.
    signature: [u8; PART],
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

    pub(super) fn finish(self) -> [u8; PART] {
        first_part(&self.0.finalize().into_bytes())
    }
}

fn first_part(digest: &[u8]) -> [u8; PART] {
    digest.first_chunk().copied().unwrap_or_default()
}

impl Plan {
    /// Makes the plan of a dry run. None if nobody would be changed.
    pub(super) fn new(
        key: &ApiKey,
        action: UserAction,
        request: &BulkRequest,
        report: &Report,
        now_ms: u64,
    ) -> Option<Self> {
        let would_change = |outcome: &Outcome| matches!(outcome, Outcome::WouldChange);
        let mut outcomes = report.targets.iter().map(|target| &target.outcome);
        if report.refused.is_some() || !outcomes.any(would_change) {
            return None;
        }
        let expires = (now_ms / 1000).saturating_add(LIFETIME);
        let found = found(report);
        Some(Self {
            expires,
            found,
            signature: signature(key, action, request, expires, &found)?,
        })
    }

    /// Parses a digest. None if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 10 + 4 * PART || !text.bytes().all(is_hex) {
            return None;
        }
        let (expires, parts) = text.split_at_checked(10)?;
        let (found, signature) = parts.split_at_checked(2 * PART)?;
        let part = |text: &str| -> Option<[u8; PART]> {
            Some(u128::from_str_radix(text, 16).ok()?.to_be_bytes())
        };
        Some(Self {
            expires: u64::from_str_radix(expires, 16).ok()?,
            found: part(found)?,
            signature: part(signature)?,
        })
    }

    /// The digest, as its caller hands it back.
    pub(super) fn digest(&self) -> String {
        let [found, signature] = [self.found, self.signature].map(u128::from_be_bytes);
        format!("{:010x}{found:032x}{signature:032x}", self.expires)
    }

    /// End of its life, in milliseconds since 1970.
    pub(super) const fn expires_ms(&self) -> u64 {
        self.expires.saturating_mul(1000)
    }

    /// Checks that a plan is one of this caller, for these arguments, and not too old.
    pub(super) fn check(
        &self,
        key: &ApiKey,
        action: UserAction,
        request: &BulkRequest,
        now_ms: u64,
    ) -> Result<(), Problem> {
        let signed = signature(key, action, request, self.expires, &self.found);
        let is_signed = signed.is_some_and(|signed| bool::from(signed.ct_eq(&self.signature)));
        if !is_signed {
            let detail = "`plan` is not the digest of a dry run by this caller with the same tool, users, max_changes, reason and ticket; nothing was changed: make a dry run with exactly these arguments";
            return Err(Problem::new(409, "plan-mismatch", detail));
        }
        let now = now_ms / 1000;
        // A clock that was set back would make a plan valid for longer.
        if now > self.expires || self.expires > now.saturating_add(LIFETIME) {
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
}

/// Signs a plan.
fn signature(
    key: &ApiKey,
    action: UserAction,
    request: &BulkRequest,
    expires: u64,
    found: &[u8; PART],
) -> Option<[u8; PART]> {
    let mut signer = Signer::new(key, Purpose::Plan)?;
    signer.add(action.bulk_name().as_bytes());
    signer.add(&expires.to_le_bytes());
    signer.add(found);
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

/// Digest of what a dry run found about each user.
fn found(report: &Report) -> [u8; PART] {
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
    first_part(&hash.finalize())
}

/// Plans that were carried out or declined, until they are too old.
#[derive(Default)]
pub(crate) struct UsedPlans(Cell<Vec<Plan>>);

impl UsedPlans {
    /// Checks that a plan was not used.
    pub(super) fn check(&self, plan: &Plan, now_ms: u64) -> Result<(), Problem> {
        let mut used = self.0.take();
        used.retain(|used| used.expires >= now_ms / 1000);
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
