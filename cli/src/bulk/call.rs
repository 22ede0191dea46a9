//! The calls of the component: a dry run to be shown, what it showed, or all of it at once.

mod interrupt;

use host::{ChangeOptions, Instance, Outcome, Report, Target};
use serde_json::json;

use self::interrupt::Interrupt;
use super::{
    change::Verb, input::Who, plan, progress::Progress, request_history::Ledger, result::Ended,
};
use crate::{failure::Failure, output::stderr};

/// What is called, and who watches.
pub(super) struct Call<'a> {
    pub instance: &'a mut Instance,
    pub verb: Verb,
    pub ledger: &'a Ledger,
    pub progress: &'a Progress,
    pub is_json: bool,
}

/// What became of everybody, and why the call as a whole failed, if it did.
pub(super) type Outcomes = (Ended, Option<Failure>);

/// What a call came to.
struct Made {
    report: Report,
    is_interrupted: bool,
    failure: Option<Failure>,
}

impl Call<'_> {
    /// Everything in one call.
    pub async fn whole(
        &mut self,
        named: &[Who],
        options: &ChangeOptions,
    ) -> Result<Outcomes, Failure> {
        let targets: Vec<_> = named.iter().map(Who::target).collect();
        let made = self.make(&targets, options).await?;
        let mut ended = Ended::new(named, made.report, options.dry_run);
        ended.is_interrupted = made.is_interrupted;
        Ok((self.settled(ended), made.failure))
    }

    /// What a call would do.
    pub async fn plan(&mut self, named: &[Who], options: &ChangeOptions) -> Result<Ended, Failure> {
        let targets: Vec<_> = named.iter().map(Who::target).collect();
        let options = ChangeOptions {
            dry_run: true,
            ..options.clone()
        };
        let _shown = self.progress.show(None);
        let report = call(self.instance, self.verb, &targets, &options).await?;
        Ok(Ended::new(named, report, true))
    }

    /// Exactly what a plan showed.
    pub async fn carry_out(
        &mut self,
        plan: Ended,
        options: &ChangeOptions,
    ) -> Result<Outcomes, Failure> {
        let mut targets = plan::targets(&plan, self.ledger.may_get());
        let mut made = self.make(&targets, options).await?;
        if !self.ledger.may_get() && targets.iter().any(|one| one.expect_email.is_some()) {
            // What can never be read cannot be compared: nobody was changed of whom something was expected.
            targets = plan::targets(&plan, false);
            if !made.is_interrupted {
                made = self.make(&targets, options).await?;
            }
        }
        let mut ended = plan::carried_out(plan, &targets, made.report);
        ended.is_interrupted = made.is_interrupted;
        Ok((self.settled(ended), made.failure))
    }

    /// Makes a call, to its end or until it is interrupted for good.
    async fn make(&mut self, targets: &[Target], options: &ChangeOptions) -> Result<Made, Failure> {
        let mut interrupt = Interrupt::listen().map_err(|error| {
            Failure::Other(format!(
                "Ctrl-C cannot be listened to: {error}; nothing was changed"
            ))
        })?;
        let mut is_interrupted = false;
        let changes = (!options.dry_run).then_some(targets.len());
        let shown = self.progress.show(changes);
        let answered = {
            let mut call = Box::pin(call(self.instance, self.verb, targets, options));
            tokio::select! {
                answered = &mut call => Some(answered),
                () = interrupt.asked() => {
                    is_interrupted = true;
                    self.ledger.close();
                    let is_json = self.is_json;
                    shown.beside(|| tell_interrupted(is_json));
                    tokio::select! {
                        answered = call => Some(answered),
                        () = interrupt.ordered() => None,
                    }
                }
            }
        };
        drop(shown);
        let (report, failure) = match answered {
            None => (self.ledger.report(targets), None),
            Some(Ok(report)) => (report, None),
            Some(Err(Failure::Call(error))) => {
                let mut report = self.ledger.report(targets);
                for one in &mut report.targets {
                    if one.outcome == Outcome::Skipped {
                        one.outcome = Outcome::Failed(error.clone());
                    }
                }
                // What nothing came of because it was interrupted is no failure.
                let failure = (!is_interrupted).then_some(Failure::Call(error));
                (report, failure)
            }
            Some(Err(failure)) => (self.ledger.report(targets), Some(failure)),
        };
        Ok(Made {
            report,
            is_interrupted,
            failure,
        })
    }

    /// Tells those who were never sent from those who failed, and counts what was sent.
    fn settled(&self, mut ended: Ended) -> Ended {
        ended.requests = self.ledger.requests();
        for one in &mut ended.targets {
            if self.ledger.was_never_sent(one) {
                one.report.outcome = Outcome::Skipped;
            }
        }
        ended
    }
}

async fn call(
    instance: &mut Instance,
    verb: Verb,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<Report, Failure> {
    Ok(match verb {
        Verb::Contain => instance.suspend_users(targets, options).await??,
        Verb::Restore => instance.reactivate_users(targets, options).await??,
    })
}

fn tell_interrupted(is_json: bool) {
    let words = "interrupted: no further request goes out; what is under way is waited for, a second Ctrl-C ends it at once";
    if is_json {
        stderr::say(json!({ "interrupted": words }));
    } else {
        stderr::say(words);
    }
}
