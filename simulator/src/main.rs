//! The command that runs the simulator until Ctrl-C.

#![forbid(unsafe_code)]

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use serde_json::json;

use simulator::{
    Action, Endpoint, Fault, Generation, MAX_USERS, MIN_USERS, Permissions, Recorded, ShutOff,
    Simulator,
};

/// A simulator of the 1Password Users API on 127.0.0.1.
#[derive(Parser)]
#[command(name = "simulator", version, after_help = EXAMPLES)]
struct Arguments {
    /// Port on 127.0.0.1; 0 selects a free port
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Number of users in the account
    #[arg(long, default_value_t = 100, value_parser = parse_users)]
    users: usize,

    /// Seed of all generated data; the same seed gives the same account, credentials and tokens
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Lifetime of an access token in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    token_life: u64,

    /// Permissions of the OAuth application, separated by commas, or none
    #[arg(
        long,
        value_name = "LIST",
        default_value = "get,list,suspend,reactivate"
    )]
    permissions: Permissions,

    /// Generation of the API that is served
    #[arg(long, value_enum, default_value_t = ServedGeneration::Both)]
    generation: ServedGeneration,

    /// Answer to the paths of a generation that is not served: 404 with text, 410, or 404 with a page of HTML (invented)
    #[arg(long, value_enum, default_value_t = ShutOffAnswer::NotFound)]
    shut_off: ShutOffAnswer,

    /// Refuse every token request as if the credentials were of another region: `invalid_client` with this status (invented)
    #[arg(long, value_name = "STATUS", value_parser = ["400", "401"])]
    wrong_region: Option<String>,

    /// Give four users states that the API does not document: PENDING, INACTIVE, RECOVERY_STARTED, TRANSFER_SUSPENDED (invented)
    #[arg(long)]
    unknown_states: bool,

    /// Answer every change with 200 and the user in the old state, and change nothing (invented)
    #[arg(long)]
    keep_state: bool,

    /// Print one line of JSON instead of the export lines
    #[arg(long)]
    json: bool,

    /// Print one line to stderr for each request
    #[arg(long, short)]
    verbose: bool,
}

/// Generations of the API to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ServedGeneration {
    #[value(name = "v1beta1")]
    V1Beta1,
    V1,
    Both,
}

/// Answer of a generation that is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ShutOffAnswer {
    #[value(name = "404")]
    NotFound,
    #[value(name = "410")]
    Gone,
    Html,
}

const EXAMPLES: &str = "\
Examples:
  simulator --port 8080 --users 5000
  simulator --permissions get,list --token-life 60 --verbose
  simulator --generation v1 --shut-off html
  simulator --json

What is marked as invented has no public source: the real API may answer in another way.
The printed client secret is simulated. It gives no access to a real account.";

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("simulator: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let mut builder = Simulator::builder()
        .port(arguments.port)
        .users(arguments.users)
        .seed(arguments.seed)
        .token_life(Duration::from_secs(arguments.token_life))
        .permissions(arguments.permissions)
        .generations(match arguments.generation {
            ServedGeneration::V1Beta1 => vec![Generation::V1Beta1],
            ServedGeneration::V1 => vec![Generation::V1],
            ServedGeneration::Both => vec![Generation::V1Beta1, Generation::V1],
        })
        .shut_off(match arguments.shut_off {
            ShutOffAnswer::NotFound => ShutOff::NotFound,
            ShutOffAnswer::Gone => ShutOff::Gone,
            ShutOffAnswer::Html => ShutOff::Html,
        });
    if arguments.unknown_states {
        builder = builder.unknown_states();
    }
    if arguments.verbose {
        builder = builder.on_request(print_request);
    }
    let simulator = builder.start().await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} is already in use; choose another port, or 0 for a free one",
            arguments.port
        ),
        _ => format!("cannot listen on 127.0.0.1:{}: {error}", arguments.port),
    })?;
    if let Some(status) = &arguments.wrong_region {
        simulator.fault(Fault::wrong_region(if status == "400" { 400 } else { 401 }));
    }
    if arguments.keep_state {
        for endpoint in [Endpoint::Suspend, Endpoint::Reactivate] {
            simulator.fault(Fault::new(Action::KeepState).on(endpoint).always());
        }
    }
    print_connection(&simulator, arguments.json)
        .map_err(|error| format!("cannot write to stdout: {error}"))?;
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| format!("cannot wait for Ctrl-C: {error}"))?;
    simulator.stop().await;
    Ok(())
}

/// Prints the data that a client needs, and flushes it for programs that wait
/// for the line.
fn print_connection(simulator: &Simulator, as_json: bool) -> io::Result<()> {
    let (url, account_id) = (simulator.url(), simulator.account_id());
    let (client_id, client_secret) = (simulator.client_id(), simulator.client_secret());
    let mut stdout = io::stdout().lock();
    if as_json {
        let line = json!({
            "url": url,
            "account_id": account_id,
            "client_id": client_id,
            "client_secret": client_secret,
            "owner_id": simulator.owner().id,
            "externally_managed_id": simulator.externally_managed().id,
        });
        writeln!(stdout, "{line}")?;
    } else {
        writeln!(stdout, "export OP_USERS_BASE_URL={url}")?;
        writeln!(stdout, "export OP_USERS_ACCOUNT_ID={account_id}")?;
        writeln!(stdout, "export OP_USERS_CLIENT_ID={client_id}")?;
        writeln!(stdout, "export OP_USERS_CLIENT_SECRET='{client_secret}'")?;
    }
    stdout.flush()
}

/// Prints a request without its query, which may contain private data.
fn print_request(request: &Recorded) {
    let status = match request.status {
        Some(status) => status.to_string(),
        None => "no response".to_owned(),
    };
    // The simulator continues if stderr is closed.
    let _ = writeln!(
        io::stderr(),
        "{} {} {status} {} ms",
        request.method,
        request.path,
        request.duration.as_millis()
    );
}

fn parse_users(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(users) if (MIN_USERS..=MAX_USERS).contains(&users) => Ok(users),
        _ => Err(format!(
            "the number of users must be from {MIN_USERS} to {MAX_USERS}"
        )),
    }
}
