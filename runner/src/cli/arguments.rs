//! What can be asked for.

use clap::{Args, Parser, Subcommand, ValueEnum};
use runner::StateFilter;

const EXAMPLES: &str = "\
Without a command it tells a story: every operation, against a simulator of the API on loopback.

Settings, from the environment (secrets are never arguments):
  OP_USERS_ACCOUNT_ID        the account
  OP_USERS_CLIENT_ID         the OAuth application
  OP_USERS_CLIENT_SECRET     its secret
  OP_USERS_REGION            com, ca or eu                    [default: com]
  OP_USERS_API_VERSION       v1beta1 or v1                    [default: v1beta1]
  OP_USERS_DEADLINE_MS       for a whole call                 [default: 30000]
  and OP_USERS_BASE_URL, _BASIC, _TOKEN_PATH, _REVOKE_PATH, _USER_AGENT: see the README.

Examples:
  op-users                                      the story
  op-users check                                do the settings work?
  op-users list --state suspended               who is suspended, the first page
  op-users list --all --json | wc -l            how many users there are
  op-users suspend IR7VJHJ36JHINBFAD7V2T5MP3E   asks on a terminal, unless --yes
  op-users --simulator list                     without an account
  op run --env-file users.env -- op-users check secrets from a 1Password vault

Exit status: 0 done, 1 a call failed, 2 wrong usage.";

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
        /// The user's id
        id: String,
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
