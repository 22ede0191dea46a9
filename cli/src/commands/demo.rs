//! The story that `op-users` tells without a command: every operation, against a simulator, with what went over the wire.

use std::{
    mem,
    sync::{Arc, Mutex},
};

use host::{
    COMPONENT, Error, ErrorCode, Instance, ListOptions, RequestRecord, User, UserState, Verdict,
};
use serde_json::{Value, json};

use crate::{
    Outcome,
    account::{Account, wire_line},
    failure::{Failure, code_name},
    output::{
        Output, call_failed,
        json::{self, state_name, verdict_name},
    },
};

/// Tells it. Fails where an operation does not do what it should.
pub(crate) async fn tell(output: &mut Output) -> Outcome {
    let account = Account::simulated().await?;
    let wire = Wire::default();
    let heard = wire.clone();
    let instance = account
        .instance_heard(move |record| heard.hear(record))
        .await?;
    let mut story = Story {
        instance,
        wire,
        output,
        step: 0,
    };
    story.begin(&account)?;
    story.check().await?;
    let users = story.list().await?;
    let member = users
        .iter()
        .skip(2)
        .find(|user| user.state == UserState::Active)
        .ok_or_else(|| unexpected("the list shows no active member"))?;
    let owner = users
        .first()
        .ok_or_else(|| unexpected("the list shows nobody"))?;
    story.get(member).await?;
    story.suspend(member, "suspend: cut the access off").await?;
    story
        .suspend(member, "suspend again: the same answer, and no harm")
        .await?;
    story.suspend_owner(owner).await?;
    story.reactivate(member).await?;
    story.revoke(&account).await?;
    story.end()
}

/// The story as it is told.
struct Story<'a> {
    instance: Instance,
    wire: Wire,
    output: &'a mut Output,
    step: usize,
}

impl Story<'_> {
    fn begin(&mut self, account: &Account) -> Outcome {
        let Some(simulator) = account.simulator() else {
            return Ok(());
        };
        if !self.output.is_json() {
            self.output.line(&format!(
                "A WebAssembly component of {} bytes calls the 1Password Users API,\n\
                 here a simulator at {} with account {}.",
                COMPONENT.len(),
                simulator.url(),
                simulator.account_id(),
            ))?;
        }
        Ok(())
    }

    async fn check(&mut self) -> Outcome {
        let findings = self.instance.check().await?;
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| {
                format!(
                    "{:<16} {:<8} {}",
                    finding.check,
                    verdict_name(finding.verdict),
                    finding.detail
                )
            })
            .collect();
        let object = findings.iter().map(json::finding).collect();
        self.tell("check: do the settings work?", &lines.join("\n"), object)?;
        expect(
            findings
                .iter()
                .all(|finding| finding.verdict != Verdict::Failed),
            "a check failed",
        )
    }

    async fn list(&mut self) -> Result<Vec<User>, Failure> {
        let mut users = Vec::new();
        let mut pages = 0;
        let mut options = ListOptions {
            filter: None,
            max_page_size: None,
            page_token: None,
        };
        loop {
            let page = self.instance.list_users(&options).await??;
            users.extend(page.users);
            pages += 1;
            options.page_token = page.next_page_token;
            if options.page_token.is_none() {
                break;
            }
        }
        let suspended = users
            .iter()
            .filter(|user| user.state == UserState::Suspended)
            .count();
        self.tell(
            "list: everybody, a page at a time",
            &format!(
                "{} users in {pages} pages, {suspended} of them suspended",
                users.len()
            ),
            json!({ "users": users.len(), "pages": pages, "suspended": suspended }),
        )?;
        Ok(users)
    }

    async fn get(&mut self, member: &User) -> Outcome {
        let user = self.instance.get_user(&member.id).await??;
        self.tell(
            "get: look one of them up",
            &person(&user),
            json::user(&user),
        )?;
        expect(user.id == member.id, "get showed another user")
    }

    async fn suspend(&mut self, member: &User, title: &str) -> Outcome {
        let user = self.instance.suspend_user(&member.id).await??;
        self.tell(title, &person(&user), json::user(&user))?;
        expect(
            user.state == UserState::Suspended,
            "the user is not suspended",
        )
    }

    async fn suspend_owner(&mut self, owner: &User) -> Outcome {
        let refusal = match self.instance.suspend_user(&owner.id).await? {
            Ok(_) => return Err(unexpected("the last owner was suspended")),
            Err(error) => error,
        };
        self.tell(
            "suspend the last owner: refused, and it says why",
            &call_failed(&refusal),
            json::error(&refusal),
        )?;
        expect_code(&refusal, ErrorCode::LastOwner)
    }

    async fn reactivate(&mut self, member: &User) -> Outcome {
        let user = self.instance.reactivate_user(&member.id).await??;
        self.tell(
            "reactivate: give the access back",
            &person(&user),
            json::user(&user),
        )?;
        expect(user.state == UserState::Active, "the user is not active")
    }

    async fn revoke(&mut self, account: &Account) -> Outcome {
        self.instance.revoke_token().await??;
        let left = account
            .simulator()
            .map_or(0, |simulator| simulator.live_tokens());
        self.tell(
            "revoke: leave no token behind",
            &format!("{left} tokens are left alive"),
            json!({ "tokens": left }),
        )?;
        expect(left == 0, "a token is left alive")
    }

    fn end(&mut self) -> Outcome {
        if !self.output.is_json() {
            self.output.line(
                "\nThat is all of it. Next: `op-users --help`, or `cargo run -- --help` in the source.",
            )?;
        }
        Ok(())
    }

    /// One step: what it is for, what went over the wire, and what came of it.
    fn tell(&mut self, title: &str, result: &str, object: Value) -> Outcome {
        self.step += 1;
        let records = self.wire.take();
        if self.output.is_json() {
            let requests: Vec<Value> = records.iter().map(json::record).collect();
            let step = json!({ "step": title, "requests": requests, "result": object });
            return Ok(self.output.object(&step)?);
        }
        let mut text = format!("\n{}. {title}\n", self.step);
        for record in &records {
            text.push_str(&format!("     {}\n", wire_line(record)));
        }
        for line in result.lines() {
            text.push_str(&format!("   {line}\n"));
        }
        Ok(self.output.line(text.trim_end())?)
    }
}

fn person(user: &User) -> String {
    format!(
        "{} <{}> is {}",
        user.display_name,
        user.email,
        state_name(&user.state)
    )
}

fn expect(holds: bool, otherwise: &str) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err(unexpected(otherwise))
    }
}

fn expect_code(error: &Error, code: ErrorCode) -> Outcome {
    expect(
        error.code == code,
        &format!(
            "the error is {}, not {}",
            code_name(error.code),
            code_name(code)
        ),
    )
}

fn unexpected(what: &str) -> Failure {
    Failure::Other(format!("the story went wrong: {what}"))
}

/// What went over the wire since the last step.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Vec<RequestRecord>>>);

impl Wire {
    fn hear(&self, record: &RequestRecord) {
        if let Ok(mut records) = self.0.lock() {
            records.push(record.clone());
        }
    }

    fn take(&self) -> Vec<RequestRecord> {
        self.0
            .lock()
            .map(|mut records| mem::take(&mut *records))
            .unwrap_or_default()
    }
}
