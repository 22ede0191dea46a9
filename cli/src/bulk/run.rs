//! The commands `contain` and `restore`: many users at once, shown first, changed after a yes, accounted for in any case.

use std::sync::Arc;

use host::{ChangeOptions, Instance, Observer, RequestRecord};

use super::{
    accounting,
    audit::Audit,
    call::Call,
    change::Verb,
    confirmation,
    context::Context,
    input::{self, Who, file_conflicts},
    plan,
    progress::{Form, Progress},
    prompt::Person,
    report,
    request_history::Ledger,
    result::Ended,
};
use crate::{
    Outcome,
    account::{Account, wire_line},
    arguments::Bulk,
    failure::Failure,
    output::{Output, stderr},
};

/// Milliseconds for a call whose progress is watched by a person with a Ctrl-C: the longest that there is.
const DEADLINE: u32 = 3_600_000;

/// The most users that are changed without being asked for.
const MAX_CHANGES: u32 = 25;

/// Contains or restores.
pub(crate) async fn run(
    account: &Account,
    verb: Verb,
    bulk: &Bulk,
    verbose: bool,
    output: &mut Output,
) -> Outcome {
    // All that can be wrong with the arguments is found before anything is sent.
    let (named, is_some_left_out) = match &bulk.from_report {
        Some(report) => report::undo::named(report, verb, account.id(), output)?,
        None => (input::named(bulk)?, false),
    };
    let done = if is_some_left_out {
        Err(Failure::Told(1))
    } else {
        Ok(())
    };
    if named.is_empty() {
        return done;
    }
    let options = options(account, bulk, &named)?;
    let mut person = if bulk.yes || bulk.dry_run {
        None
    } else {
        Some(Person::find(input::are_on_standard_input(bulk))?)
    };
    let context = Context::new(verb, account, bulk);
    file_conflicts::tell_apart(bulk)?;
    if let Some(file) = &bulk.report {
        report::prepare(file)?;
    }
    let audit = match &bulk.audit {
        Some(file) if bulk.dry_run => {
            Audit::check(file)?;
            None
        }
        Some(file) => Some(Audit::open(file, context.clone())?),
        None => None,
    };
    // Links to a file that was not there lead to the one that was made now.
    file_conflicts::tell_apart(bulk)?;

    let ledger = Arc::new(Ledger::new(verb, &named, audit));
    let progress = Progress::new(Form::of(output.is_json(), verbose));
    let mut instance = instance(account, &ledger, &progress, verbose).await?;
    let mut call = Call {
        instance: &mut instance,
        verb,
        ledger: &ledger,
        progress: &progress,
        is_json: output.is_json(),
    };
    let (mut ended, failure) = match &mut person {
        None => call.whole(&named, &options).await?,
        Some(person) => {
            let plan = call.plan(&named, &options).await?;
            let changes = plan::targets(&plan, false).len();
            if changes == 0 || plan.refused.is_some() {
                let is_dry_run = false;
                (Ended { is_dry_run, ..plan }, None)
            } else {
                confirmation::show(&context, &plan, output);
                confirmation::ask(person, verb, changes, output)?;
                call.carry_out(plan, &options).await?
            }
        }
    };
    let written = accounting::write(&context, bulk.report.as_deref(), &ledger, &mut ended);
    match failure {
        // Nothing was tried: that says more than the same error for each of them.
        Some(failure @ Failure::Call(_)) => return Err(failure),
        failure => {
            accounting::tell(&context, &ended, output)?;
            failure.map_or(Ok(()), Err)?;
        }
    }
    written?;
    match ended.status() {
        0 => done,
        status => Err(Failure::Told(status)),
    }
}

fn options(account: &Account, bulk: &Bulk, named: &[Who]) -> Result<ChangeOptions, Failure> {
    let max_changes = bulk.max_changes.unwrap_or_else(|| match bulk.from_report {
        // So many were asked for once already.
        Some(_) => named.len().try_into().unwrap_or(u32::MAX),
        None => MAX_CHANGES,
    });
    Ok(ChangeOptions {
        dry_run: bulk.dry_run,
        max_changes: Some(max_changes),
        protect: input::protected(bulk)?,
        concurrency: Some(bulk.concurrency),
        stop_on_error: bulk.stop_on_error,
        deadline_ms: match account.setting("OP_USERS_DEADLINE_MS") {
            Some(_) => None,
            None => Some(DEADLINE),
        },
    })
}

/// An instance whose wire is watched.
async fn instance(
    account: &Account,
    ledger: &Arc<Ledger>,
    progress: &Progress,
    verbose: bool,
) -> Result<Instance, Failure> {
    let (counted, seen) = (progress.clone(), Arc::clone(ledger));
    let hear = move |record: &RequestRecord| {
        counted.hear(record);
        seen.ended(record);
        if verbose {
            stderr::say(wire_line(record));
        }
    };
    let observer = Arc::clone(ledger) as Arc<dyn Observer>;
    let options = account.options().on_request(hear).observer(observer);
    account.instance_with(options).await
}
