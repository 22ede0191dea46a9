//! The command that runs the cases against a host, and writes the table of hosts.

#![forbid(unsafe_code)]

use std::{
    collections::BTreeSet,
    ffi::OsString,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Parser, Subcommand};
use serde_json::json;

use conformance::{
    Adapter, Cases, HostResults, Problem, Progress, ServiceCases, ServiceHost, Session, TableFile,
    Verdict, run, run_service, table,
};

/// Runs the same cases against every host of the client.
#[derive(Parser)]
#[command(name = "conformance", version)]
struct Arguments {
    /// Folder of the cases; by default that of this repository
    #[arg(long, global = true, value_name = "FOLDER")]
    cases_in: Option<PathBuf>,

    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    /// Runs the cases against a host, by the command of its adapter
    Run {
        /// Name and version of the host, for example "Node 24.21.0"
        #[arg(long)]
        host: String,

        /// Run only cases with this text in their names
        #[arg(long, value_name = "TEXT")]
        cases: Option<String>,

        /// Append the results to this file, as one line of JSON
        #[arg(long, value_name = "FILE")]
        results: Option<PathBuf>,

        /// Maximum time for all cases in seconds
        #[arg(long, default_value_t = 300)]
        timeout: u64,

        /// Print JSON lines in place of text
        #[arg(long)]
        json: bool,

        /// Command of the adapter, which finds the control server by CONFORMANCE_URL
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Lists the cases
    List {
        /// Print one JSON array in place of text
        #[arg(long)]
        json: bool,
    },
    /// Prints the table of hosts, from files of results
    Table(TableArguments),
    /// The cases of the service, by URL
    Service {
        #[command(subcommand)]
        command: ServiceCommands,
    },
}

#[derive(Subcommand)]
enum ServiceCommands {
    /// Runs the cases against a runtime, by the command that starts it
    Run {
        /// Name and version of the runtime, for example "wasmtime serve 48.0.2"
        #[arg(long)]
        host: String,

        /// Run only cases with this text in their names
        #[arg(long, value_name = "TEXT")]
        cases: Option<String>,

        /// Append the results to this file, as one line of JSON
        #[arg(long, value_name = "FILE")]
        results: Option<PathBuf>,

        /// Number of cases at once
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
        jobs: u16,

        /// Print JSON lines in place of text
        #[arg(long)]
        json: bool,

        /// Command of the runtime: gets the settings as environment variables, prints a line with its URL, and ends at SIGTERM
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Lists the cases
    List {
        /// Print one JSON array in place of text
        #[arg(long)]
        json: bool,
    },
    /// Prints the table of runtimes, from files of results
    Table(TableArguments),
}

#[derive(clap::Args)]
struct TableArguments {
    /// Write the table between the marks of these pages
    #[arg(long, value_name = "PAGE", conflicts_with = "check")]
    write: Vec<PathBuf>,

    /// Fail if the table of one of these pages is another one
    #[arg(long, value_name = "PAGE")]
    check: Vec<PathBuf>,

    /// Files of results
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Subcommands::Run {
            host,
            cases,
            results,
            timeout,
            json,
            command,
        } => {
            let adapter = Adapter {
                command,
                timeout: Duration::from_secs(timeout),
            };
            let all = read_cases(arguments.cases_in.as_deref());
            let named = all.and_then(|all| match cases {
                Some(text) => all.named(&text),
                None => Ok(all),
            });
            match named {
                Ok(cases) => run_host(cases, host, &adapter, results.as_deref(), json).await,
                Err(problem) => Err(problem),
            }
        }
        Subcommands::List { json } => read_cases(arguments.cases_in.as_deref())
            .map(|cases| list(cases.iter().map(|case| (case.name(), case.about())), json)),
        Subcommands::Table(table) => read_cases(arguments.cases_in.as_deref()).and_then(|cases| {
            let names: Vec<_> = cases.iter().map(|case| case.name()).collect();
            make_table(&names, "host", "conformance", &table)
        }),
        Subcommands::Service { command } => service(arguments.cases_in.as_deref(), command).await,
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Carries out a command for the cases of the service.
async fn service(folder: Option<&Path>, command: ServiceCommands) -> Result<bool, Problem> {
    let all = folder.map_or_else(ServiceCases::of_this_repository, ServiceCases::of_folder)?;
    match command {
        ServiceCommands::List { json } => Ok(list(
            all.iter().map(|case| (case.name(), case.about())),
            json,
        )),
        ServiceCommands::Table(table) => {
            let names: Vec<_> = all.iter().map(|case| case.name()).collect();
            make_table(&names, "runtime", "service conformance", &table)
        }
        ServiceCommands::Run {
            host,
            cases,
            results: file,
            jobs,
            json,
            command,
        } => {
            let cases = match cases {
                Some(text) => all.named(&text)?,
                None => all,
            };
            let mut printer = Printer::new(json, cases.len());
            let host = ServiceHost {
                name: host,
                command,
                jobs: jobs.into(),
            };
            let results = run_service(cases, &host, &mut printer).await;
            finish(&results, file.as_deref(), json, None)
        }
    }
}

fn read_cases(folder: Option<&Path>) -> Result<Cases, Problem> {
    folder.map_or_else(Cases::of_this_repository, Cases::of_folder)
}

/// Prints verdicts as they come.
struct Printer {
    is_json: bool,
    count: usize,
    judged: BTreeSet<String>,
}

impl Printer {
    fn new(is_json: bool, count: usize) -> Self {
        Self {
            is_json,
            count,
            judged: BTreeSet::new(),
        }
    }
}

impl Progress for Printer {
    fn judged(&mut self, case: &str, verdict: &Verdict) {
        self.judged.insert(case.to_owned());
        if self.is_json {
            println!("{}", json!({"case": case, "verdict": verdict}));
            return;
        }
        let (done, count) = (self.judged.len(), self.count);
        let outcome = match &verdict.not_run {
            Some(why) => format!("not run: {why}"),
            None if verdict.passed => "ok".into(),
            None => "FAILED".into(),
        };
        if io::stdout().is_terminal() && verdict.passed {
            print!("\r\x1b[K{done}/{count} {case}");
            let _ = io::stdout().flush();
            return;
        }
        let clear = if io::stdout().is_terminal() {
            "\r\x1b[K"
        } else {
            ""
        };
        println!("{clear}{done}/{count} {case}: {outcome}");
        for difference in &verdict.differences {
            println!("    {difference}");
        }
    }
}

async fn run_host(
    cases: Cases,
    host: String,
    adapter: &Adapter,
    file: Option<&Path>,
    is_json: bool,
) -> Result<bool, Problem> {
    let mut printer = Printer::new(is_json, cases.len());
    let session = Arc::new(Session::new(Arc::new(cases), host));
    let (results, failure) = run(session, adapter, &mut printer).await?;
    finish(&results, file, is_json, failure.as_ref())
}

/// Keeps and prints the results of a host. Returns true if it passed.
fn finish(
    results: &HostResults,
    file: Option<&Path>,
    is_json: bool,
    failure: Option<&Problem>,
) -> Result<bool, Problem> {
    if let Some(file) = file {
        results.append_to(file)?;
    }
    if is_json {
        let failure = failure.map(Problem::to_string);
        println!("{}", json!({"results": results, "adapter": failure}));
    } else {
        summarize(results, failure);
    }
    Ok(results.is_success() && failure.is_none())
}

fn summarize(results: &HostResults, failure: Option<&Problem>) {
    if io::stdout().is_terminal() {
        print!("\r\x1b[K");
    }
    if let Some(failure) = failure {
        println!("{failure}");
    }
    for name in &results.missing {
        println!("{name}: no results");
    }
    let HostResults {
        host,
        passed,
        differ,
        not_run,
        failed,
        missing,
    } = results;
    println!(
        "{host}: {} cases: {} passed, {} passed with a written difference, {} not run as written, {} failed, {} without results",
        results.count(),
        passed.len(),
        differ.len(),
        not_run.len(),
        failed.len(),
        missing.len()
    );
}

/// Prints names and sentences of cases.
fn list<'c>(cases: impl Iterator<Item = (&'c str, &'c str)>, is_json: bool) -> bool {
    if is_json {
        let names: Vec<_> = cases.map(|(name, _)| name).collect();
        println!("{}", json!(names));
    } else {
        for (name, about) in cases {
            println!("{name}: {about}");
        }
    }
    true
}

/// Prints, writes or checks the table of hosts. `kind` is its heading, and `marks` the name of its marks in a page.
fn make_table(
    cases: &[&str],
    kind: &str,
    marks: &str,
    arguments: &TableArguments,
) -> Result<bool, Problem> {
    let mut results = Vec::new();
    for file in &arguments.files {
        results.extend(HostResults::read_all(file)?);
    }
    let table = table(cases, kind, results)?;
    for page in &arguments.write {
        TableFile::read(page, marks)?.write(&table)?;
    }
    for page in &arguments.check {
        if !TableFile::read(page, marks)?.is_current(&table) {
            let text = format!(
                "the table is not current; write it with `--write {}`",
                page.display()
            );
            return Err(Problem::new(text));
        }
    }
    if arguments.write.is_empty() && arguments.check.is_empty() {
        print!("{table}");
    }
    Ok(true)
}
