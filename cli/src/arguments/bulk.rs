//! Arguments of `contain` and `restore`, and their long help.

use std::path::PathBuf;

use clap::Args;

pub(super) const BULK_HELP: &str = "\
USER is an id or an e-mail address. A list contains one user per line, with optional blank lines and comments after #; or it is
CSV with a header that has a column email, a column id, or both (the names in exports of common systems are known); or JSON, as
`op-users list --json` prints it. Anything else in a list is an error. docs/cli.md has all of the rules.

Without --yes, it shows the users who would be changed, and asks. Ctrl-C sends no more requests, waits up to 20 s for pending
ones, and still reports; a second Ctrl-C ends the command at once.

Exit status:
  0    every user is, or in a dry run would be, in the requested state
  1    some users failed, were skipped or were left out; an audit line or the report could not be written;
       or the question was not answered with yes
  2    wrong usage or settings, or a file that cannot be opened; nothing was sent. A full disk is found when it is written to
  3    only guards failed: --max-changes, --protect-file, or an id and an e-mail address that do not match
  75   everything that failed can succeed later
  130  interrupted";

/// Arguments about users who must not be changed.
#[derive(Args, Debug)]
pub(crate) struct ProtectArguments {
    /// Never change the users in this list
    ///
    /// The option may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) protect_file: Vec<PathBuf>,
    /// The same as --email-column, for the lists of --protect-file
    #[arg(
        display_order = 55,
        long,
        value_name = "NAME",
        requires = "protect_file",
        hide_short_help = true
    )]
    pub(crate) protect_email_column: Option<String>,
    /// The same as --id-column, for the lists of --protect-file
    #[arg(
        display_order = 56,
        long,
        value_name = "NAME",
        requires = "protect_file",
        hide_short_help = true
    )]
    pub(crate) protect_id_column: Option<String>,
}

/// Arguments of `contain` and `restore`.
#[derive(Args, Debug)]
pub(crate) struct BulkArguments {
    /// Ids or e-mail addresses; `-` reads a list from standard input
    #[arg(value_name = "USER", required_unless_present_any = ["file", "from_report"])]
    pub(crate) users: Vec<String>,
    /// Read a list of users; may be repeated
    ///
    /// `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// Column of addresses in the lists
    ///
    /// Without it, the column is found by its name: email, and other known names.
    #[arg(
        display_order = 53,
        long,
        value_name = "NAME",
        conflicts_with = "from_report"
    )]
    pub(crate) email_column: Option<String>,
    /// Column of ids in the lists
    ///
    /// Its ids are taken as they are. Without it, the column is found by its name: id, and other known names.
    #[arg(
        display_order = 54,
        long,
        value_name = "NAME",
        conflicts_with = "from_report"
    )]
    pub(crate) id_column: Option<String>,
    /// Undo the call in this report or audit
    ///
    /// Reads a report, an audit file or an answer of the service, and undoes exactly the changes in it. Changes that may have been
    /// made are among them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["users", "file"])]
    pub(crate) from_report: Option<PathBuf>,
    /// Users who do not exist are no failure
    #[arg(display_order = 57, long, conflicts_with = "stop_on_error")]
    pub(crate) missing_ok: bool,
    /// A list without users is no failure
    #[arg(display_order = 58, long)]
    pub(crate) empty_ok: bool,
    /// Skip rows without id and address
    #[arg(display_order = 59, long)]
    pub(crate) skip_blank: bool,
    /// Show who would be changed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) protect: ProtectArguments,
    /// Refuse to change more users [default: 25]
    #[arg(long, value_name = "N")]
    pub(crate) max_changes: Option<u32>,
    /// Requests at a time, 1 to 16
    #[arg(display_order = 50, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) concurrency: u8,
    /// Start nothing new after the first failure
    #[arg(display_order = 51, long)]
    pub(crate) stop_on_error: bool,
    /// Person, for report and audit
    ///
    /// The person who runs the command; the default is login and host.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) operator: Option<String>,
    /// Reason, for report and audit
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Ticket, for report and audit
    #[arg(long, value_name = "TEXT")]
    pub(crate) ticket: Option<String>,
    /// Correlation id, for report and audit
    ///
    /// The default is a new UUID. If --from-report is an audit of several calls, it chooses the one to undo.
    #[arg(display_order = 52, long, value_name = "ID")]
    pub(crate) correlation_id: Option<String>,
    /// Write the outcomes to this file, as JSON
    ///
    /// One document with every user; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Append an OCSF event per user to this file
    ///
    /// Each change is written before its response is used. A dry run appends none; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
}
