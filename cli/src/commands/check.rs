//! The command `check`.

use host::{ErrorCode, Finding, HostError, StepsClient, UserState, Verdict};

use super::user;
use crate::{
    failure::{CommandResult, Failure},
    named_user::NamedUser,
    output::Output,
};

/// Finding about the permission to suspend users.
const SUSPEND: &str = "suspend-user";

/// Checks the settings, and the permission to suspend with a user who is suspended already. Fails if a check failed.
pub(super) async fn run(
    client: &StepsClient,
    suspended: Option<&NamedUser>,
    output: &mut Output,
) -> CommandResult {
    let mut findings = client.check().await?;
    if let Some(named) = suspended {
        let (verdict, detail) = prove(client, named).await?;
        let proven = Finding {
            check: SUSPEND.to_owned(),
            verdict,
            detail,
        };
        match findings.iter_mut().find(|finding| finding.check == SUSPEND) {
            Some(finding) => *finding = proven,
            None => findings.push(proven),
        }
    }
    output.findings(&findings);
    let is_failed = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Failed);
    if is_failed {
        Err(Failure::Reported(1))
    } else {
        Ok(())
    }
}

/// Suspends a user who is suspended already, which changes nothing: suspending is documented as idempotent.
async fn prove(client: &StepsClient, named: &NamedUser) -> Result<(Verdict, String), HostError> {
    let not_tried = |cause: &str| {
        let detail = format!("not proven: {cause}");
        (Verdict::Failed, detail)
    };
    let user = match user::read(client, named).await? {
        Ok(user) => user,
        Err(error) => return Ok(not_tried(&error.message)),
    };
    if user.state != UserState::Suspended {
        let state = user.state.name();
        let cause = format!(
            "the user is {state}, and a suspension would change that; name a user who is suspended already"
        );
        return Ok(not_tried(&cause));
    }
    Ok(match client.suspend_user(&user.id).await? {
        Ok(user) => (
            Verdict::Passed,
            format!("suspending {}, who was suspended already, works", user.id),
        ),
        // The server may be slow or busy, which says nothing about the permission.
        Err(error) if error.code != ErrorCode::PermissionDenied && error.retryable => {
            (Verdict::Unknown, error.message)
        }
        Err(error) => (Verdict::Failed, error.message),
    })
}
