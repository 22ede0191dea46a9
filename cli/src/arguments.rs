//! What can be asked for.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use host::StateFilter;

const EXAMPLES: &str = "\
Without a command it tells a story: every operation, against a simulator of the API on loopback.

Settings, from the environment (secrets are never arguments):
  OP_USERS_ACCOUNT_ID        the account
  OP_USERS_CLIENT_ID         the OAuth application
  OP_USERS_CLIENT_SECRET     its secret
  OP_USERS_REGION            com, ca or eu                    [default: com]
  OP_USERS_API_VERSION       v1beta1 or v1                    [default: v1beta1]
  OP_USERS_DEADLINE_MS       for a whole call                 [default: 30000; contain and restore: an hour]
  and OP_USERS_BASE_URL, _BASIC, _TOKEN_PATH, _REVOKE_PATH, _USER_AGENT: see the README.

Examples:
  op-users                                      the story
  op-users check                                do the settings work?
  op-users list --state suspended               who is suspended, the first page
  op-users list --all --json | wc -l            how many users there are
  op-users suspend IR7VJHJ36JHINBFAD7V2T5MP3E   asks on a terminal, unless --yes
  op-users contain --file leavers.csv           suspends many: shows who, then asks
  op-users restore --from-report FILE           undoes what a contain with --report FILE did
  op-users --simulator list                     without an account
  op-users --simulator serve                    over HTTP, with a key and a line that contains a user
  op-users component --service service.wasm     the same to deploy: `wasmtime serve`, serverless runtimes
  op run --env-file users.env -- op-users check secrets from a 1Password vault

Exit status: 0 done, 1 a call failed, 2 wrong usage. Of contain and restore also:
  1 some failed or were skipped or left out, or could not be written down, 3 a guard refused it and nothing else failed, 130 interrupted.";

const CONTAINING: &str = "\
WHO is an id or an e-mail address. A list has one a line, with blank lines and comments after # if need be, or is CSV
with a header that names a column email, id, or both.

Without --yes it shows who would be changed, and asks. Ctrl-C lets no further request go out, waits for those under way, and
still reports; a second one ends it at once.

Exit status:
  0    everybody is as was asked for, or would be
  1    some failed or were skipped or left out, an audit line or the report could not be written, or nobody said yes
  2    wrong usage, or a file that cannot be opened, and nothing was sent; a full disk is found when it is written to
  3    refused by a guard: --max-changes, or --protect-file and nothing else failed
  130  interrupted";

const SERVING: &str = "\
Callers, from the environment; with nothing configured everything but /healthz refuses:
  OP_SERVICE_KEYS            NAME:ROLE:DIGEST, several separated by commas; ROLE is read or contain,
                             DIGEST is what `printf %s KEY | sha256sum` prints
  OP_SERVICE_WEBHOOK_SECRETS NAME:whsec_BASE64, several separated by commas
  OP_SERVICE_MAX_CHANGES     the most changes of one call     [default: 25]
  OP_SERVICE_PROTECT         ids and e-mail addresses that no call changes

With --simulator and without OP_SERVICE_KEYS it makes a key and a webhook secret, and prints them with a line that
contains a user. GET /openapi.json describes the rest. Ctrl-C ends it, after what is under way; a second one at once.";

/// The 1Password Users API: list, get, suspend and reactivate users, through a WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "op-users", version, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Call a simulator of the API, started on loopback and gone afterwards, instead of the real one
    #[arg(long, global = true)]
    pub simulator: bool,

    /// Keep the states of the simulated users in this file, from one command to the next; implies --simulator
    #[arg(long, global = true, value_name = "FILE")]
    pub simulator_state: Option<PathBuf>,

    /// Print JSON, an object a line: results on standard output, errors on standard error
    #[arg(long, global = true)]
    pub json: bool,

    /// Show each request on standard error: method, path, status, milliseconds
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try the settings, without changing anything
    Check,
    /// List users
    List(List),
    /// Show one user
    Get {
        /// The user's id, or e-mail address: then the whole list is read
        who: String,
    },
    /// Suspend a user
    Suspend {
        /// The user's id
        id: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Give a suspended user their access back
    Reactivate {
        /// The user's id
        id: String,
    },
    /// Suspend users, by id or e-mail address
    #[command(after_help = CONTAINING)]
    Contain(Bulk),
    /// Give suspended users their access back, by id or e-mail address
    #[command(after_help = CONTAINING)]
    Restore(Bulk),
    /// Serve HTTP: what an automation calls by URL
    #[command(after_help = SERVING)]
    Serve(Serve),
    /// Write the component to a file, for another host
    Component {
        /// The service, composed with the plugin: for hosts of `wasi:http/proxy`, such as `wasmtime serve`
        #[arg(long)]
        service: bool,
        /// The file
        file: PathBuf,
    },
}

/// Changes to many users.
#[derive(Args, Debug)]
pub(crate) struct Bulk {
    /// Ids or e-mail addresses; `-` reads a list from standard input
    #[arg(value_name = "WHO", required_unless_present_any = ["file", "from_report"])]
    pub who: Vec<String>,
    /// Read a list from this file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Undo exactly what the call of this report changed, or may have changed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["who", "file"])]
    pub from_report: Option<PathBuf>,
    /// Show who would be changed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Leave the users of this list alone; may be repeated
    #[arg(long, value_name = "FILE")]
    pub protect_file: Vec<PathBuf>,
    /// Refuse to change more users than this [default: 25; with --from-report, all of the report]
    #[arg(long, value_name = "N")]
    pub max_changes: Option<u32>,
    /// Requests at a time, 1 to 16
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub concurrency: u8,
    /// Begin nothing new after the first user that failed
    #[arg(long)]
    pub stop_on_error: bool,
    /// Why, for report and audit
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The ticket, for report and audit
    #[arg(long, value_name = "TEXT")]
    pub ticket: Option<String>,
    /// What report and audit are found by [default: a new UUID]
    #[arg(long, value_name = "ID")]
    pub correlation_id: Option<String>,
    /// Write what became of everybody to this file, as one JSON document
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Append a line for each user to this file, as OCSF events; each change before anything else is done.
    /// A dry run appends none
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Allow an address that others can reach. There is no TLS here: put a proxy in front
    #[arg(long)]
    pub public: bool,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only users in this state
    #[arg(long, value_enum)]
    pub state: Option<State>,
    /// Users in a page, 1 to 1000 [default: the server's 25; 1000 with --all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub page_size: Option<u32>,
    /// The page to begin with, as an earlier list named it
    #[arg(long, value_name = "TOKEN")]
    pub page_token: Option<String>,
    /// Every page from there on, not one
    #[arg(long)]
    pub all: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum State {
    Active,
    Suspended,
}

impl From<State> for StateFilter {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Suspended => Self::Suspended,
        }
    }
}
