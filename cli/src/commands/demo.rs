//! The demonstration that `op-users` runs without a command: every operation, against a simulator, with the requests sent.

use std::{
    mem,
    sync::{Arc, Mutex},
};

use host::{
    COMPONENT, Error, ErrorCode, Instance, ListOptions, RequestRecord, Runtime, User, UserState,
    Verdict,
};
use serde_json::{Value, json};

use crate::{
    account::Account,
    compiled_folder,
    failure::{CommandResult, Failure},
    output::{
        Output, json,
        text::{call_error, request_line},
    },
};

/// Runs the demonstration. Fails if an operation has an unexpected result.
pub(super) async fn run(output: &mut Output) -> CommandResult {
    let account = Account::simulated().await?;
    let requests = RequestLog::default();
    let log = requests.clone();
    let options = account
        .plugin_options()
        .on_request(move |record| log.push(record));
    let runtime = Runtime::cached_in(compiled_folder::find().as_deref());
    let mut demo = Demo {
        instance: runtime?.instance(options).await?,
        requests,
        output,
        step: 0,
    };
    demo.begin(&account);
    demo.check().await?;
    let users = demo.list().await?;
    let member = users
        .iter()
        .skip(2)
        .find(|user| user.state == UserState::Active)
        .ok_or_else(|| unexpected("the list contains no active member"))?;
    let owner = users
        .first()
        .ok_or_else(|| unexpected("the list is empty"))?;
    demo.get(member).await?;
    demo.suspend(member, "suspend: cut the access off").await?;
    demo.suspend(member, "suspend again: the same answer, and no harm")
        .await?;
    demo.suspend_owner(owner).await?;
    demo.reactivate(member).await?;
    demo.revoke(&account).await?;
    demo.end();
    Ok(())
}

/// A running demonstration.
struct Demo<'a> {
    instance: Instance,
    requests: RequestLog,
    output: &'a mut Output,
    step: usize,
}

impl Demo<'_> {
    fn begin(&mut self, account: &Account) {
        let Some(simulator) = account.simulator() else {
            return;
        };
        if !self.output.is_json() {
            self.output.line(&format!(
                "A WebAssembly component of {} bytes calls the 1Password Users API,\n\
                 here a simulator at {} with account {}.",
                COMPONENT.len(),
                simulator.url(),
                simulator.account_id(),
            ));
        }
    }

    async fn check(&mut self) -> CommandResult {
        let findings = self.instance.check().await?;
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| {
                format!(
                    "{:<16} {:<8} {}",
                    finding.check,
                    finding.verdict.name(),
                    finding.detail
                )
            })
            .collect();
        let object = findings.iter().map(json::finding).collect();
        self.show("check: do the settings work?", &lines.join("\n"), object);
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
        self.show(
            "list: all users, a page at a time",
            &format!(
                "{} users in {pages} pages, {suspended} of them suspended",
                users.len()
            ),
            json!({ "users": users.len(), "pages": pages, "suspended": suspended }),
        );
        Ok(users)
    }

    async fn get(&mut self, member: &User) -> CommandResult {
        let user = self.instance.get_user(&member.id).await??;
        self.show(
            "get: look one of them up",
            &describe(&user),
            json::user(&user),
        );
        expect(user.id == member.id, "get returned another user")
    }

    async fn suspend(&mut self, member: &User, title: &str) -> CommandResult {
        let user = self.instance.suspend_user(&member.id).await??;
        self.show(title, &describe(&user), json::user(&user));
        expect(
            user.state == UserState::Suspended,
            "the user is not suspended",
        )
    }

    async fn suspend_owner(&mut self, owner: &User) -> CommandResult {
        let error = match self.instance.suspend_user(&owner.id).await? {
            Ok(_) => return Err(unexpected("the last owner was suspended")),
            Err(error) => error,
        };
        self.show(
            "suspend the last owner: refused, and it says why",
            &call_error(&error),
            json::error(&error),
        );
        expect_code(&error, ErrorCode::LastOwner)
    }

    async fn reactivate(&mut self, member: &User) -> CommandResult {
        let user = self.instance.reactivate_user(&member.id).await??;
        self.show(
            "reactivate: give the access back",
            &describe(&user),
            json::user(&user),
        );
        expect(user.state == UserState::Active, "the user is not active")
    }

    async fn revoke(&mut self, account: &Account) -> CommandResult {
        self.instance.revoke_token().await??;
        let left = account
            .simulator()
            .map_or(0, |simulator| simulator.live_tokens());
        self.show(
            "revoke: leave no token behind",
            &format!("{left} tokens are left alive"),
            json!({ "tokens": left }),
        );
        expect(left == 0, "a token is left alive")
    }

    fn end(&mut self) {
        if !self.output.is_json() {
            self.output.line(
                "\nThat is all of it. Next: `op-users --help`, or `cargo run -- --help` in the source.",
            );
        }
    }

    /// Shows a step: its title, its requests and its result.
    fn show(&mut self, title: &str, result: &str, object: Value) {
        self.step += 1;
        let records = self.requests.take();
        if self.output.is_json() {
            let requests: Vec<Value> = records.iter().map(json::request).collect();
            let step = json!({ "step": title, "requests": requests, "result": object });
            return self.output.object(&step);
        }
        let mut text = format!("\n{}. {title}\n", self.step);
        for record in &records {
            text.push_str(&format!("     {}\n", request_line(record)));
        }
        for line in result.lines() {
            text.push_str(&format!("   {line}\n"));
        }
        self.output.line(text.trim_end());
    }
}

fn describe(user: &User) -> String {
    format!(
        "{} <{}> is {}",
        user.display_name,
        user.email,
        user.state.name()
    )
}

fn expect(is_expected: bool, problem: &str) -> CommandResult {
    if is_expected {
        Ok(())
    } else {
        Err(unexpected(problem))
    }
}

fn expect_code(error: &Error, code: ErrorCode) -> CommandResult {
    expect(
        error.code == code,
        &format!("the error is {}, not {}", error.code.name(), code.name()),
    )
}

fn unexpected(problem: &str) -> Failure {
    Failure::other(format!("the demonstration failed: {problem}"))
}

/// Requests since the last step.
#[derive(Clone, Default)]
struct RequestLog(Arc<Mutex<Vec<RequestRecord>>>);

impl RequestLog {
    fn push(&self, record: &RequestRecord) {
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
