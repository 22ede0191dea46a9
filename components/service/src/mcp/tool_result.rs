//! Results of tools: JSON for programs, and the same in short lines for models and people. Texts from outside are shown with their
//! invisible letters escaped.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use onepassword_users::is_invisible;
use onepassword_users_audit::{OutcomeClass, Timestamp};
use serde::Serialize;

use super::{plan::Plan, server_info::complete_fields, tool::Tool};
use crate::{
    audit::{ReportedTarget, reported_targets},
    bindings::{
        connection::{Finding, Verdict},
        containment::{Outcome, Report},
        types::{Effect, User},
    },
    bulk_report::ReportBody,
    bulk_request::BulkRequest,
    json::{self, ErrorDetailsJson, FindingJson, UserJson},
    list::UserPageBody,
    problem::Problem,
    request::RequestContext,
    tally::Tally,
    text::visible,
};

/// A call of a tool, for the log.
pub(crate) struct ToolCall {
    pub(super) tool: Tool,
    /// Name and version of the client, as it gives them.
    pub(super) client: Option<String>,
    pub(super) context: RequestContext,
}

/// Result of a call, which is written piece by piece.
pub(crate) struct ToolResult {
    /// JSON of the request's id.
    pub(super) id: String,
    pub(super) is_stateless: bool,
    pub(super) call: ToolCall,
    pub(super) content: ToolContent,
}

/// Outcome of a call.
pub(crate) enum ToolContent {
    User(User),
    UserPage(UserPageBody),
    Findings(Vec<Finding>),
    Report(Box<PlannedReport>),
    Error(Problem),
}

/// Report of a dry run or a change.
pub(crate) struct PlannedReport {
    pub(super) body: ReportBody,
    /// Plan of a dry run, if it can be carried out.
    pub(super) plan: Option<Plan>,
}

/// JSON of a plan.
#[derive(Serialize)]
struct PlanJson {
    digest: String,
    expires_at: Timestamp,
}

/// JSON of an error.
#[derive(Serialize)]
struct ToolErrorJson<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    details: Option<ErrorDetailsJson<'a>>,
}

/// Writes lines as they are, or as the inside of a JSON string. Makes their letters visible.
pub(super) struct TextWriter<'w> {
    write: &'w mut dyn FnMut(&str),
    is_json: bool,
    has_lines: bool,
}

impl<'w> TextWriter<'w> {
    /// Writes lines as they are.
    pub(super) fn plain(write: &'w mut dyn FnMut(&str)) -> Self {
        Self {
            write,
            is_json: false,
            has_lines: false,
        }
    }

    /// Writes a line.
    pub(super) fn line(&mut self, line: &str) {
        let line = visible(line);
        let (line_break, line) = if self.is_json {
            ("\\n", json::to_string(&line))
        } else {
            ("\n", line)
        };
        if self.has_lines {
            (self.write)(line_break);
        }
        self.has_lines = true;
        let inside = line
            .strip_prefix('"')
            .and_then(|line| line.strip_suffix('"'));
        (self.write)(inside.filter(|_| self.is_json).unwrap_or(&line));
    }
}

impl ToolResult {
    /// Name of the tool.
    pub(crate) const fn tool(&self) -> &'static str {
        self.call.tool.name()
    }

    /// Name and version of the client, as it gives them.
    pub(crate) fn client(&self) -> Option<&str> {
        self.call.client.as_deref()
    }

    /// Caller, ids and time.
    pub(crate) const fn context(&self) -> &RequestContext {
        &self.call.context
    }

    /// Report of a dry run or a change.
    pub(crate) const fn report(&self) -> Option<&ReportBody> {
        match &self.content {
            ToolContent::Report(report) => Some(&report.body),
            _ => None,
        }
    }

    /// The same, to be completed.
    pub(crate) const fn report_mut(&mut self) -> Option<&mut ReportBody> {
        match &mut self.content {
            ToolContent::Report(report) => Some(&mut report.body),
            _ => None,
        }
    }

    /// Error of the call. Of a change only if nothing was done.
    pub(crate) fn error(&self) -> Option<(&str, &str)> {
        match &self.content {
            ToolContent::Error(problem) => Some((problem.code, &problem.detail)),
            ToolContent::Report(report) => {
                let refused = report.body.report.refused.as_ref()?;
                Some((json::code_name(refused.code), &refused.message))
            }
            _ => None,
        }
    }

    /// True if any part of the call is not as asked.
    pub(crate) fn is_failed(&self) -> bool {
        match &self.content {
            ToolContent::User(_) | ToolContent::UserPage(_) => false,
            ToolContent::Findings(findings) => findings
                .iter()
                .any(|finding| finding.verdict == Verdict::Failed),
            ToolContent::Error(_) => true,
            ToolContent::Report(report) => {
                let ReportBody {
                    request, report, ..
                } = &report.body;
                let mut tally = Tally::default();
                for (target, who) in report.targets.iter().zip(&request.users) {
                    tally.add(who, target, request.dry_run);
                }
                report.refused.is_some() || tally.status() != 200
            }
        }
    }

    /// Passes the JSON of the response to `write`, piece by piece.
    pub(crate) fn write(&self, write: &mut dyn FnMut(&str)) {
        write(&format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{{",
            self.id
        ));
        if self.is_stateless {
            write(&complete_fields());
            write(",");
        }
        write("\"content\":[{\"type\":\"text\",\"text\":\"");
        self.content.write_text(
            self.call.tool,
            &mut TextWriter {
                write,
                is_json: true,
                has_lines: false,
            },
        );
        write("\"}],\"structuredContent\":");
        self.content
            .write_json(&mut |piece| write(&visible_json(piece)));
        write(if self.is_failed() {
            ",\"isError\":true}}"
        } else {
            ",\"isError\":false}}"
        });
    }
}

impl ToolContent {
    /// Passes the structured content to `write`.
    fn write_json(&self, write: &mut dyn FnMut(&str)) {
        match self {
            Self::User(user) => {
                write("{\"user\":");
                write(&json::to_string(&UserJson::from(user)));
                write("}");
            }
            Self::UserPage(page) => page.write(write),
            Self::Findings(findings) => {
                write("{\"findings\":[");
                json::write_items(findings.iter().map(FindingJson::from), write);
                write("]}");
            }
            Self::Report(report) => report.write_json(write),
            Self::Error(problem) => {
                write("{\"error\":");
                write(&problem_json(problem));
                write("}");
            }
        }
    }

    /// Writes the content as lines.
    fn write_text(&self, tool: Tool, text: &mut TextWriter<'_>) {
        match self {
            Self::User(user) => text.line(&user_line(user)),
            Self::UserPage(UserPageBody(page)) => {
                text.line(&format!("Users on this page: {}", page.users.len()));
                for user in &page.users {
                    text.line(&format!("- {}", user_line(user)));
                }
                match &page.next_page_token {
                    Some(token) => text.line(&format!("More follow: page_token {token}")),
                    None => text.line("This is the last page."),
                }
            }
            Self::Findings(findings) => {
                for finding in findings {
                    let FindingJson {
                        check,
                        verdict,
                        detail,
                    } = FindingJson::from(finding);
                    text.line(&format!("- {check}: {verdict}: {detail}"));
                }
            }
            Self::Report(report) => report.write_text(tool, text),
            Self::Error(problem) => text.line(&problem_line(problem)),
        }
    }
}

impl PlannedReport {
    fn write_json(&self, write: &mut dyn FnMut(&str)) {
        self.body.write_outcomes(write);
        if let Some(plan) = &self.plan {
            write(",\"plan\":");
            write(&json::to_string(&PlanJson {
                digest: plan.digest(),
                expires_at: Timestamp(plan.expires_ms()),
            }));
        }
        if let Some(refused) = &self.body.report.refused {
            write(",\"error\":");
            write(&problem_json(&Problem::from(refused.clone())));
        }
        // Elsewhere the lines of the log have them.
        if self.body.has_lost_audit {
            self.body.write_audit(write);
        }
        write("}");
    }

    fn write_text(&self, tool: Tool, text: &mut TextWriter<'_>) {
        let ReportBody {
            request, report, ..
        } = &self.body;
        let summary = self.body.summary();
        let mut counts = String::new();
        for class in OutcomeClass::ALL {
            let count = summary.count(class);
            if count > 0 {
                let separator = if counts.is_empty() { "" } else { ", " };
                counts.push_str(&format!("{separator}{count} {}", class.word()));
            }
        }
        let heading = if request.dry_run {
            "Plan, nothing was changed"
        } else {
            "Done"
        };
        text.line(&format!("{heading}: {counts}"));
        if let Some(refused) = &report.refused {
            let line = problem_line(&Problem::from(refused.clone()));
            text.line(&format!("Refused as a whole: {line}"));
        }
        write_outcome_lines(request, report, text);
        for warning in &report.warnings {
            text.line(&format!("Warning: {warning}"));
        }
        if let Some(plan) = &self.plan {
            text.line(&format!(
                "Show this plan to a person. To carry it out, call {} with the same arguments, without dry_run, and with plan \"{}\". It holds until {}, for one call.",
                tool.name(),
                plan.digest(),
                Timestamp(plan.expires_ms()),
            ));
        } else if request.dry_run {
            text.line("There is nothing to carry out.");
        }
    }
}

/// Writes a line for the outcome of each user.
pub(super) fn write_outcome_lines(
    request: &BulkRequest,
    report: &Report,
    text: &mut TextWriter<'_>,
) {
    for ReportedTarget { who, report } in reported_targets(request, report) {
        let mut line = format!("- {}: {who}", json::outcome_name(&report.outcome));
        if let Some(user) = &report.user {
            line.push_str(&format!(": {}", user_line(user)));
        }
        if let Some(before) = &report.previous_state {
            line.push_str(&format!(", before: {}", json::state_name(before)));
        }
        if let Outcome::Failed(error) = &report.outcome {
            line.push_str(&format!(
                ": {}",
                problem_line(&Problem::from(error.clone()))
            ));
        }
        text.line(&line);
    }
}

/// A user on one line. The name is in quotes, so that it cannot pass for anything else.
fn user_line(user: &User) -> String {
    format!(
        "{} {} {} {}",
        user.id,
        user.email,
        json::state_name(&user.state),
        json::to_string(&visible(&user.display_name))
    )
}

/// A problem on one line.
fn problem_line(problem: &Problem) -> String {
    let mut line = format!("{}: {}", problem.code, problem.detail);
    let Some(error) = &problem.error else {
        return line;
    };
    if !error.candidates.is_empty() {
        line.push_str(&format!(". Candidates: {}", error.candidates.join(", ")));
    }
    if let Some(hint) = &error.hint {
        line.push_str(&format!(". Hint: {hint}"));
    }
    if error.effect == Effect::PossiblyApplied {
        line.push_str(". The change may have been made: read the user");
    }
    line
}

fn problem_json(problem: &Problem) -> String {
    json::to_string(&ToolErrorJson {
        code: problem.code,
        message: &problem.detail,
        details: problem.error.as_deref().map(ErrorDetailsJson::from),
    })
}

/// Returns JSON whose texts have only letters that can be seen: the others become `\\u{202e}`, as in [`visible`]. `json` has its control
/// characters as escapes.
fn visible_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    let mut letters = json.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            if is_invisible(letter) {
                shown.push('\\');
                shown.extend(letter.escape_unicode());
            } else {
                shown.push(letter);
            }
            continue;
        }
        let escaped = letters.next().unwrap_or_default();
        let control = match escaped {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'u' => {
                let digits: String = letters.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok();
                code.and_then(char::from_u32).unwrap_or_default()
            }
            other => {
                shown.push('\\');
                shown.push(other);
                continue;
            }
        };
        shown.push('\\');
        shown.extend(control.escape_unicode());
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn json_of_visible_texts_is_made_visible_alike(text in any::<String>()) {
            let shown = visible_json(&json::to_string(&text));
            prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), visible(&text));
        }
    }
}
