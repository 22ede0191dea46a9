//! Arguments of `op-users`.

mod bulk;

use std::{net::SocketAddr, path::PathBuf};

use anstream::ColorChoice;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use host::StateFilter;

use self::bulk::BULK_HELP;
pub(crate) use self::bulk::{BulkArguments, ProtectArguments};

const SHORT_HELP: &str = "\
Settings are variables of the environment: OP_USERS_ACCOUNT_ID,
OP_USERS_CLIENT_ID, OP_USERS_CLIENT_SECRET, OP_USERS_REGION (com, ca or eu).

Examples:
  op-users --simulator list              without an account
  op-users list --match wendy            users whose name or address has this
  op-users contain --file leavers.csv    suspends many: shows them, then asks
  op-users restore --from-report FILE    undoes that

`op-users help`, `op-users help COMMAND` and `op-users man` say more.";

/// Reference to the long help of a command.
const MORE: &str = "`op-users help COMMAND`, `op-users man` and docs/cli.md say more.";
const MORE_ON_SERVE: &str = "\
Callers and guards are settings: OP_SERVICE_KEYS, OP_SERVICE_WEBHOOK_SECRETS,
OP_SERVICE_MAX_CHANGES, OP_SERVICE_PROTECT. `op-users help serve` says more.";

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
  op-users mcp                                  for an AI agent, which starts it; reads only, unless --allow-contain
  op-users component --service service.wasm     the same to deploy: `wasmtime serve`, serverless runtimes
  op run --env-file users.env -- op-users check secrets from a 1Password vault

Exit status: 0 done, 1 failed, 2 wrong usage or settings, 75 all that failed can succeed later. Of contain and restore also:
  1 some users failed, were skipped or were left out, or the report or audit could not be written,
  3 only guards failed, 130 interrupted.";

const SERVE_HELP: &str = "\
Callers, from the environment; without any of them, or with a wrong setting, it does not start (exit status 2):
  OP_SERVICE_KEYS            NAME:ROLE:DIGEST, several separated by commas; ROLE is read or contain,
                             DIGEST is the output of `printf %s KEY | sha256sum`
  OP_SERVICE_WEBHOOK_SECRETS NAME:whsec_BASE64, several separated by commas
  OP_SERVICE_MAX_CHANGES     maximum number of changes per call [default: 25]
  OP_SERVICE_PROTECT         ids and e-mail addresses that no call changes

With --simulator and without OP_SERVICE_KEYS, it generates a key and a webhook secret, and prints them with a curl command that
suspends a user. GET /openapi.json describes the API, GET /readyz needs no key. Ctrl-C, SIGTERM or SIGHUP stops it after pending
requests; a second one stops it at once.";

const MORE_ON_MCP: &str = "\
An agent starts it: docs/agents.md has lines for the configuration files of two.
`op-users help mcp` says more.";

const MCP_HELP: &str = "\
It speaks the Model Context Protocol (revisions 2026-07-28, 2025-11-25 and 2025-06-18): the agent starts it, writes messages to its
standard input, and reads answers from its standard output. Lines about each call of a tool go to standard error.

Tools: list_users, get_user, find_user, check_connection; with --allow-contain also suspend_users and reactivate_users. A change takes
two calls: a dry run returns a plan, and the change must hand the plan's digest back within ten minutes, once. If the agent's program
can ask its person, the person is asked as well.

The settings OP_SERVICE_PROTECT and OP_SERVICE_MAX_CHANGES count too: their users are protected besides those of --protect-file, and
the smaller limit holds.

Exit status: 0 if standard input ended, 1 if it failed, 2 for wrong usage or settings.";

/// The 1Password Users API: list, get, suspend and reactivate users, one or many at once.
#[derive(Debug, Parser)]
#[command(
    name = "op-users",
    version,
    disable_help_flag = true,
    after_help = SHORT_HELP,
    after_long_help = EXAMPLES
)]
pub(crate) struct Arguments {
    /// Command to run
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Print JSON, one object per line
    ///
    /// Results are on standard output, errors on standard error.
    #[arg(long, global = true, display_order = 100)]
    pub(crate) json: bool,

    /// Show each request on standard error
    ///
    /// A line has the method, the path, the status and the milliseconds.
    #[arg(short, long, global = true, display_order = 101)]
    pub(crate) verbose: bool,

    /// Use colours: auto, always or never
    ///
    /// The default, auto, uses them on a terminal that takes them, unless NO_COLOR is set.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true,
        display_order = 102
    )]
    pub(crate) color: ColorArgument,

    /// Call a simulator on loopback, not the real API
    #[arg(long, global = true, display_order = 103)]
    pub(crate) simulator: bool,

    /// Keep the simulator's users in this file
    ///
    /// Their states last from one command to the next. Implies --simulator.
    #[arg(long, global = true, value_name = "FILE", display_order = 104)]
    pub(crate) simulator_state: Option<PathBuf>,

    /// Print help; `op-users help` prints more
    #[arg(short, long, global = true, action = ArgAction::HelpShort, display_order = 105)]
    help: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the settings, without changing anything
    Check {
        /// Prove the permission to suspend: suspend this user, who must be suspended already
        #[arg(long, value_name = "USER")]
        prove: Option<String>,
    },
    /// List users
    List(ListArguments),
    /// Show one user
    Get {
        /// Id of the user, or e-mail address, which reads the whole list
        user: String,
    },
    /// Suspend a user
    Suspend {
        /// Id of the user, or e-mail address, which reads the whole list
        user: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Reactivate a suspended user
    Reactivate {
        /// Id of the user, or e-mail address, which reads the whole list
        user: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Suspend users, by id or e-mail address
    #[command(after_help = MORE, after_long_help = BULK_HELP)]
    Contain(BulkArguments),
    /// Reactivate suspended users, by id or e-mail address
    #[command(after_help = MORE, after_long_help = BULK_HELP)]
    Restore(BulkArguments),
    /// Serve HTTP, for automation that calls a URL
    #[command(after_help = MORE_ON_SERVE, after_long_help = SERVE_HELP)]
    Serve(ServeArguments),
    /// Serve MCP on standard input and output, for an AI agent
    #[command(after_help = MORE_ON_MCP, after_long_help = MCP_HELP)]
    Mcp(McpArguments),
    /// Print completions for a shell
    Completions {
        /// Shell that reads them
        shell: ShellArgument,
    },
    /// Print the manual, for `man -l`
    Man {
        /// Write a page for each command to this folder instead
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
    /// Write the component to a file, for another host
    Component {
        /// Write the service, for hosts of `wasi:http`
        ///
        /// It is composed with the plugin: for hosts of `wasi:http/proxy`, such as `wasmtime serve`.
        #[arg(long)]
        service: bool,
        /// Write the module that does no I/O, for hosts of another language
        ///
        /// It is a core module that imports nothing: docs/steps.md describes its functions.
        #[arg(long, conflicts_with = "service")]
        steps: bool,
        /// Write a component of yours, composed with the plugin
        ///
        /// It imports functions of the contract. The file imports what the plugin imports, and what yours imports besides.
        #[arg(long, value_name = "COMPONENT", conflicts_with_all = ["service", "steps"])]
        with: Option<PathBuf>,
        /// File to write; `-` is standard output
        file: PathBuf,
    },
}

/// Arguments of `serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeArguments {
    /// Address to listen on; port 0 is any free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Allow an address that other machines can reach
    ///
    /// It has no TLS: put a proxy in front.
    #[arg(long)]
    pub(crate) public: bool,
    /// Append an OCSF event per changed user to this file
    ///
    /// It is written before the answer. Without the option, it goes to standard error.
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
}

/// Arguments of `mcp`.
#[derive(Args, Debug)]
pub(crate) struct McpArguments {
    /// Offer the tools that suspend and reactivate users
    ///
    /// Without it, the agent can only look users up. Each change needs a plan, which a dry run makes.
    #[arg(long)]
    pub(crate) allow_contain: bool,
    #[command(flatten)]
    pub(crate) protect: ProtectArguments,
    /// Refuse to change more users with one plan [default: 25]
    #[arg(long, value_name = "N")]
    pub(crate) max_changes: Option<u32>,
    /// Person, for the audit
    ///
    /// The person whose agent it is; the default is login and host.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) operator: Option<String>,
    /// Append an OCSF event per changed user to this file
    ///
    /// It is written before the answer. Without the option, it goes to standard error.
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
}

/// Arguments of `list`.
#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    /// Users in this state: active or suspended
    #[arg(long, value_enum, hide_possible_values = true)]
    pub(crate) state: Option<StateArgument>,
    /// Users whose name or address contains TEXT
    ///
    /// Case and accents do not count.
    #[arg(
        long = "match",
        value_name = "TEXT",
        conflicts_with_all = ["page_size", "page_token"]
    )]
    pub(crate) matched: Option<String>,
    /// Sort by name, email, created or state
    ///
    /// All users are kept in memory for that.
    #[arg(long, value_enum, value_name = "BY", hide_possible_values = true, conflicts_with_all = ["page_size", "page_token"])]
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
    /// List the page of this token, which a page prints
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

/// Shell with completions.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ShellArgument {
    Bash,
    Zsh,
    Fish,
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
