//! Arguments of `op-users`.

use std::{net::SocketAddr, path::PathBuf};

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use host::StateFilter;

const EXAMPLES: &str = "\
Without a command, it runs a demonstration: every operation, against a simulator of the API on loopback.

Settings, from the environment (secrets are never arguments):
  OP_USERS_ACCOUNT_ID        id of the account
  OP_USERS_CLIENT_ID         client id of the OAuth application
  OP_USERS_CLIENT_SECRET     its client secret
  OP_USERS_REGION            com, ca or eu                    [default: com]
  OP_USERS_API_VERSION       auto, v1beta1 or v1              [default: auto]
  OP_USERS_DEADLINE_MS       for a whole call                 [default: 30000; contain and restore: one hour]
  and OP_USERS_BASE_URL, _BASIC, _TOKEN_PATH, _REVOKE_PATH, _USER_AGENT: see docs/setup.md.
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR count as well.

Examples:
  op-users                                      the demonstration
  op-users check                                checks the settings
  op-users list --state suspended               suspended users
  op-users list --match wendy                   users whose name or address contains this
  op-users suspend IR7VJHJ36JHINBFAD7V2T5MP3E   asks, unless --yes
  op-users contain --file leavers.csv           suspends many users: shows them, then asks
  op-users restore --from-report FILE           undoes what a contain with --report FILE did
  op-users --simulator list                     without an account
  op-users --simulator serve                    over HTTP, with a key and a curl command that suspends a user
  op-users component --service service.wasm     the same to deploy: `wasmtime serve`, serverless runtimes
  op run --env-file users.env -- op-users check secrets from a 1Password vault

Exit status: 0 done, 1 a call failed, 2 wrong usage. Of contain and restore also:
  1 some users failed, were skipped or were left out, or the report or audit could not be written,
  3 only guards failed, 130 interrupted.";

const BULK_HELP: &str = "\
USER is an id or an e-mail address. A list contains one user per line, with optional blank lines and comments after #; or it is
CSV with a header that has a column email, a column id, or both (the names in exports of common systems are known); or JSON, as
`op-users list --json` prints it. Anything else in a list is an error. docs/cli.md has all of the rules.

Without --yes, it shows the users who would be changed, and asks. Ctrl-C sends no more requests, waits up to 20 s for pending
ones, and still reports; a second Ctrl-C ends the command at once.

Exit status:
  0    every user is, or in a dry run would be, in the requested state
  1    some users failed, were skipped or were left out; an audit line or the report could not be written;
       or the question was not answered with yes
  2    wrong usage, or a file that cannot be opened; nothing was sent. A full disk is found when it is written to
  3    only guards failed: --max-changes, --protect-file, or an id and an e-mail address that do not match
  130  interrupted";

const SERVE_HELP: &str = "\
Callers, from the environment; without them, the service refuses every request except /healthz:
  OP_SERVICE_KEYS            NAME:ROLE:DIGEST, several separated by commas; ROLE is read or contain,
                             DIGEST is the output of `printf %s KEY | sha256sum`
  OP_SERVICE_WEBHOOK_SECRETS NAME:whsec_BASE64, several separated by commas
  OP_SERVICE_MAX_CHANGES     maximum number of changes per call [default: 25]
  OP_SERVICE_PROTECT         ids and e-mail addresses that no call changes

With --simulator and without OP_SERVICE_KEYS, it generates a key and a webhook secret, and prints them with a curl command that
suspends a user. GET /openapi.json describes the API. Ctrl-C, SIGTERM or SIGHUP stops it after pending
requests; a second one stops it at once.";

/// The 1Password Users API: list, get, suspend and reactivate users, through a WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "op-users", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Command to run
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Start a simulator of the API on loopback, and call it instead of the real API
    #[arg(long, global = true)]
    pub(crate) simulator: bool,

    /// Keep the states of the simulated users in this file, from one command to the next; implies --simulator
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) simulator_state: Option<PathBuf>,

    /// Print JSON, one object per line: results on standard output, errors on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Show each request on standard error: method, path, status, milliseconds
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    /// Use colours: on a terminal that takes them, always, or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: ColorArgument,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the settings, without changing anything
    Check,
    /// List users
    List(ListArguments),
    /// Show one user
    Get {
        /// Id of the user, or e-mail address, which reads the whole list
        user: String,
    },
    /// Suspend a user
    Suspend {
        /// Id of the user
        id: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Reactivate a suspended user
    Reactivate {
        /// Id of the user
        id: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Suspend users, by id or e-mail address
    #[command(after_help = BULK_HELP)]
    Contain(BulkArguments),
    /// Reactivate suspended users, by id or e-mail address
    #[command(after_help = BULK_HELP)]
    Restore(BulkArguments),
    /// Serve HTTP, for automation that calls a URL
    #[command(after_help = SERVE_HELP)]
    Serve(ServeArguments),
    /// Write the component to a file, for another host
    Component {
        /// Write the service, composed with the plugin: for hosts of `wasi:http/proxy`, such as `wasmtime serve`
        #[arg(long)]
        service: bool,
        /// File to write; `-` is standard output
        file: PathBuf,
    },
}

/// Arguments of `contain` and `restore`.
#[derive(Args, Debug)]
pub(crate) struct BulkArguments {
    /// Ids or e-mail addresses; `-` reads a list from standard input
    #[arg(value_name = "USER", required_unless_present_any = ["file", "from_report"])]
    pub(crate) users: Vec<String>,
    /// Read a list from this file; `-` is standard input; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// Name of the column of e-mail addresses in these lists [default: email, and other known names]
    #[arg(long, value_name = "NAME", conflicts_with = "from_report")]
    pub(crate) email_column: Option<String>,
    /// Name of the column of ids in these lists, which are taken as they are [default: id, and other known names]
    #[arg(long, value_name = "NAME", conflicts_with = "from_report")]
    pub(crate) id_column: Option<String>,
    /// Undo exactly the changes, and the possible changes, in this report
    #[arg(long, value_name = "FILE", conflicts_with_all = ["users", "file"])]
    pub(crate) from_report: Option<PathBuf>,
    /// Show the users who would be changed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Never change the users in this list; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) protect_file: Vec<PathBuf>,
    /// The same as --email-column, for the lists of --protect-file
    #[arg(long, value_name = "NAME", requires = "protect_file")]
    pub(crate) protect_email_column: Option<String>,
    /// The same as --id-column, for the lists of --protect-file
    #[arg(long, value_name = "NAME", requires = "protect_file")]
    pub(crate) protect_id_column: Option<String>,
    /// Refuse to change more users than this [default: 25]
    #[arg(long, value_name = "N")]
    pub(crate) max_changes: Option<u32>,
    /// Maximum number of concurrent requests, 1 to 16
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) concurrency: u8,
    /// Start nothing new after the first user that fails
    #[arg(long)]
    pub(crate) stop_on_error: bool,
    /// Person who runs the command, for the report and the audit [default: login and host]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) operator: Option<String>,
    /// Reason, for the report and the audit
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Ticket, for the report and the audit
    #[arg(long, value_name = "TEXT")]
    pub(crate) ticket: Option<String>,
    /// Correlation id, for the report and the audit [default: a new UUID]
    #[arg(long, value_name = "ID")]
    pub(crate) correlation_id: Option<String>,
    /// Write the outcome of every user to this file, as one JSON document; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Append one line per user to this file, as OCSF events; each change is written before its response is used.
    /// A dry run appends none; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
}

/// Arguments of `serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeArguments {
    /// Address to listen on; port 0 is any free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Allow an address that other machines can reach. It has no TLS: put a proxy in front
    #[arg(long)]
    pub(crate) public: bool,
    /// Append one line per changed user to this file, as OCSF events, before the answer; standard error by default
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
}

/// Arguments of `list`.
#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    /// List only users in this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<StateArgument>,
    /// List only users whose name or address contains TEXT, without regard to case and accents
    #[arg(
        long = "match",
        value_name = "TEXT",
        conflicts_with_all = ["page_size", "page_token"]
    )]
    pub(crate) matched: Option<String>,
    /// Sort the users, which takes memory for all of them
    #[arg(long, value_enum, value_name = "BY", conflicts_with_all = ["page_size", "page_token"])]
    pub(crate) sort: Option<SortArgument>,
    /// Stop after the first N users
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = ["page_size", "page_token"],
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) limit: Option<u64>,
    /// Print the number of users instead
    #[arg(long, conflicts_with_all = ["sort", "limit", "csv", "page_size", "page_token"])]
    pub(crate) count: bool,
    /// Print CSV, which `contain --file` reads
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// List one page, of up to N users, 1 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) page_size: Option<u32>,
    /// List one page: the one of a token that an earlier page printed
    #[arg(long, value_name = "TOKEN")]
    pub(crate) page_token: Option<String>,
    /// List every page, which is the default; with --page-size, pages of that size
    #[arg(long, hide = true, conflicts_with = "limit")]
    pub(crate) all: bool,
}

/// Use of colours.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum ColorArgument {
    #[default]
    Auto,
    Always,
    Never,
}

impl From<ColorArgument> for ColorChoice {
    fn from(color: ColorArgument) -> Self {
        match color {
            ColorArgument::Auto => Self::Auto,
            ColorArgument::Always => Self::Always,
            ColorArgument::Never => Self::Never,
        }
    }
}

/// Order of a list.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SortArgument {
    Name,
    Email,
    Created,
    State,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StateArgument {
    Active,
    Suspended,
}

impl From<StateArgument> for StateFilter {
    fn from(state: StateArgument) -> Self {
        match state {
            StateArgument::Active => Self::Active,
            StateArgument::Suspended => Self::Suspended,
        }
    }
}
