//! Checks the settings without changing anything in the account.

use alloc::{string::String, vec::Vec};

use crate::{
    call::Call,
    error::ErrorCode,
    failure::Failure,
    platform::Platform,
    response::{CHECK_BASE_URL, NO_USER},
    settings::SettingsError,
    user::{ListOptions, UserPage},
    users,
};

/// Result of one check: `verdict` in the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It works.
    Passed,
    /// It does not work.
    Failed,
    /// Not tried, or the response does not decide it.
    Unknown,
}

impl Verdict {
    /// Name in the contract, for example `passed`.
    pub const fn name(self) -> &'static str {
        verdict_name!(self)
    }
}

/// Result of one check with its details: `finding` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Name of the check.
    pub check: &'static str,
    /// Result.
    pub verdict: Verdict,
    /// Observation and, for a failed check, advice; for people.
    pub detail: String,
}

/// Names of all checks, in the order of the findings.
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
/// Maximum number of pages that are read to find a user.
const MAX_EMPTY_PAGES: u32 = 5;
/// Id of no user, to get if the id of no real user is known.
const UNUSED_ID: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Checks the settings of a call's account. Returns one finding per check, always all of them.
pub(crate) async fn check<P: Platform>(call: &Call<'_, P>) -> Vec<Finding> {
    let mut findings = Findings::default();
    run(call, &mut findings).await;
    findings.complete()
}

/// Findings for a client that has no valid settings.
pub(crate) fn without_settings(problems: &SettingsError) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.add(Verdict::Failed, &[&problems.text()]);
    findings.complete()
}

/// Runs the checks until one fails that the others depend on.
async fn run<P: Platform>(call: &Call<'_, P>, findings: &mut Findings) {
    let settings = call.settings();
    let server = settings.base_url.authority.as_str();
    findings.add(
        Verdict::Passed,
        &["account ", settings.account.as_str(), " at ", server],
    );

    let token = call.exchange_token().await;
    let is_reached = token.as_ref().map_or_else(has_response, |_| true);
    if is_reached {
        findings.add(Verdict::Passed, &[server, " answers"]);
    }
    let generation = match token {
        Ok(generation) => generation,
        Err(failure) => return findings.add(Verdict::Failed, &[&failure.text()]),
    };
    let mut token = String::from("the credentials were exchanged for a token of API version ");
    token.push_str(generation.name());
    if settings.generation.is_none() {
        token.push_str("; ");
        token.push_str(generation.other().name());
        let probe = call.probe(generation.other()).await;
        match probe {
            Err(failure) if !matches!(failure.status, Some(400 | 401)) => {
                token.push_str(" does not answer: ");
                token.push_str(&failure.cause);
            }
            _ => token.push_str(" answers too"),
        }
    }
    findings.add(Verdict::Passed, &[&token]);

    let list = first_page_with_users(call).await;
    findings.add_account(&list);
    match &list {
        Ok(page) if page.users.is_empty() => {
            findings.add(Verdict::Unknown, &["it is answered, with no user"]);
        }
        Ok(_) => findings.add(Verdict::Passed, &["listing one user works"]),
        Err(failure) => {
            findings.add(Verdict::Failed, &[&failure.text()]);
            // Trying rejected credentials again could get them locked.
            if failure.code == ErrorCode::Unauthenticated {
                return;
            }
        }
    }
    let known = list.as_ref().ok().and_then(|page| page.users.first());
    let id = known.map_or(UNUSED_ID, |user| &user.id);
    let get = users::get_or_change(call, None, id).await;
    match &get {
        Ok(_) => findings.add(Verdict::Passed, &["getting one user works"]),
        Err(failure) if known.is_none() && failure.code == ErrorCode::NotFound => findings.add(
            Verdict::Unknown,
            &["no user's id is known to try it with; an unused id was not found, as expected"],
        ),
        Err(failure) => findings.add(Verdict::Failed, &[&failure.text()]),
    }
    let untried = "not tried: it would change a user, so the permission cannot be checked";
    findings.add(Verdict::Unknown, &[untried]);
    findings.add(Verdict::Unknown, &[untried]);
}

/// Reads the list up to the first user, at most [`MAX_EMPTY_PAGES`] pages: a page may be empty while more follow.
async fn first_page_with_users<P: Platform>(call: &Call<'_, P>) -> Result<UserPage, Failure> {
    let mut options = ListOptions {
        max_page_size: Some(1),
        ..ListOptions::default()
    };
    let mut pages = 0_u32;
    loop {
        let page = users::list(call, &options).await?;
        pages = pages.saturating_add(1);
        if !page.users.is_empty() || page.next_page_token.is_none() || pages >= MAX_EMPTY_PAGES {
            return Ok(page);
        }
        options.page_token = page.next_page_token;
    }
}

/// True if a failure shows that the server responded.
fn has_response(failure: &Failure) -> bool {
    failure.status.is_some() || failure.code == ErrorCode::MalformedResponse
}

/// Findings so far, in the order of the checks.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Adds the finding of the next check.
    fn add(&mut self, verdict: Verdict, detail: &[&str]) {
        if let Some(&check) = CHECKS.get(self.0.len()) {
            self.0.push(Finding {
                check,
                verdict,
                detail: detail.concat(),
            });
        }
    }

    /// Adds the finding about the account, from the result of a list.
    fn add_account(&mut self, list: &Result<UserPage, Failure>) {
        match list {
            Ok(page) if page.users.is_empty() => self.add(
                Verdict::Failed,
                &[NO_USER, "; ", CHECK_BASE_URL],
            ),
            Ok(_) => self.add(
                Verdict::Passed,
                &["it answers in this region and API version"],
            ),
            Err(failure) if failure.code == ErrorCode::NotFound => self.add(
                Verdict::Failed,
                &[
                    &failure.text(),
                    "; this 404 may be caused by automated provisioning (SCIM), which the API does not support",
                ],
            ),
            Err(_) => self.add(Verdict::Unknown, &["unknown, because the list request failed"]),
        }
    }

    /// Adds the checks that were not reached.
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
