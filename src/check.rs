//! Tries the settings without changing anything, and says what it found in words.

use alloc::{string::String, vec::Vec};

use crate::{
    client::Client,
    error::{ErrorCode, Failure, Operation},
    platform::Platform,
    text,
    user::{ListOptions, UserPage},
    users::OneUser,
};

/// How a check ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It works.
    Passed,
    /// It does not work.
    Failed,
    /// It was not tried, or the answer settles nothing.
    Unknown,
}

/// What one check found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen, and the mend.
    pub detail: String,
}

/// Every check, in the order of the findings.
const CHECKS: [&str; 8] = [
    "settings",
    "reach",
    "token",
    "account",
    "list-users",
    "get-user",
    "suspend-user",
    "reactivate-user",
];
/// An id that no user has, for a get when no user's id is known.
const NOBODY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAA";

impl<H: Platform> Client<H> {
    /// Tries the settings, a token exchange, a list of one user and a get; one finding for each check, always all of them.
    pub async fn check(&self) -> Vec<Finding> {
        let mut findings = Findings::default();
        self.try_all(&mut findings).await;
        findings.complete()
    }

    async fn try_all(&self, findings: &mut Findings) {
        let account = match self.account() {
            Ok(account) => account,
            Err(problems) => return findings.add(Verdict::Failed, &[&problems.text()]),
        };
        let host = account.settings.base_url.authority.as_str();
        let id = account.settings.account.as_str();
        findings.add(Verdict::Passed, &["account ", id, " at ", host]);

        let Ok(call) = self.begin(Operation::Check) else {
            return;
        };
        let token = call.fresh_token().await;
        let answered = token.as_ref().map_or_else(was_answered, |_| true);
        if answered {
            findings.add(Verdict::Passed, &[host, " answers"]);
        }
        if let Err(failure) = token {
            return findings.add(Verdict::Failed, &[&failure.text()]);
        }
        findings.add(
            Verdict::Passed,
            &["the client's credentials were exchanged for a token"],
        );

        let list = call
            .list(&ListOptions {
                max_page_size: Some(1),
                ..ListOptions::default()
            })
            .await;
        findings.add_account(&list);
        match &list {
            Ok(_) => findings.add(Verdict::Passed, &["a list of one user was answered"]),
            Err(failure) => {
                findings.add(Verdict::Failed, &[&failure.text()]);
                // To ask with refused credentials once more only brings them closer to being locked.
                if failure.code == ErrorCode::Unauthenticated {
                    return;
                }
            }
        }
        let known = list.as_ref().ok().and_then(|page| page.users.first());
        let get = call
            .one_user(OneUser::Get, known.map_or(NOBODY, |user| &user.id))
            .await;
        match &get {
            Ok(_) => findings.add(Verdict::Passed, &["one user was read"]),
            Err(failure) if known.is_none() && failure.code == ErrorCode::NotFound => findings.add(
                Verdict::Unknown,
                &["no user's id is known to try it with, and an id that nobody has was not found"],
            ),
            Err(failure) => findings.add(Verdict::Failed, &[&failure.text()]),
        }
        let untried =
            "not tried, because it would change something; the permission shows when it is used";
        findings.add(Verdict::Unknown, &[untried]);
        findings.add(Verdict::Unknown, &[untried]);
    }
}

/// Whether a failure was an answer at least.
fn was_answered(failure: &Failure) -> bool {
    failure.status.is_some() || failure.code == ErrorCode::MalformedResponse
}

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// The finding of the check whose turn it is.
    fn add(&mut self, verdict: Verdict, detail: &[&str]) {
        if let Some(&check) = CHECKS.get(self.0.len()) {
            self.0.push(Finding {
                check,
                verdict,
                detail: text::concat(detail),
            });
        }
    }

    /// Whether the account is there, as the list shows it.
    fn add_account(&mut self, list: &Result<UserPage, Failure>) {
        match list {
            Ok(_) => self.add(Verdict::Passed, &["it answers in this region and API version"]),
            Err(failure) if failure.code == ErrorCode::NotFound => self.add(
                Verdict::Failed,
                &[
                    &failure.text(),
                    "; if it uses automated provisioning (SCIM), the API does not support it, and this may be how that shows",
                ],
            ),
            Err(_) => self.add(Verdict::Unknown, &["no list shows whether it is there"]),
        }
    }

    /// All checks, those too that were not reached.
    fn complete(mut self) -> Vec<Finding> {
        while self.0.len() < CHECKS.len() {
            self.add(
                Verdict::Unknown,
                &["not tried, because an earlier check failed"],
            );
        }
        self.0
    }
}
