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
    Adapter, Cases, HostResults, Problem, Progress, Session, TableFile, Verdict, run, table,
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
    Table {
        /// Write the table between the marks of this page
        #[arg(long, value_name = "PAGE", conflicts_with = "check")]
        write: Option<PathBuf>,

        /// Fail if the table of this page is another one
        #[arg(long, value_name = "PAGE")]
        check: Option<PathBuf>,

        /// Files of results
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
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
        Subcommands::List { json } => list(arguments.cases_in.as_deref(), json),
        Subcommands::Table {
            write,
            check,
            files,
        } => make_table(
            arguments.cases_in.as_deref(),
            write.as_deref(),
            check.as_deref(),
            &files,
        ),
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

fn read_cases(folder: Option<&Path>) -> Result<Cases, Problem> {
    folder.map_or_else(Cases::of_this_repository, Cases::of_folder)
}

/// Prints verdicts as they come.
struct Printer {
    is_json: bool,
    count: usize,
    judged: BTreeSet<String>,
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
    let mut printer = Printer {
        is_json,
        count: cases.len(),
        judged: BTreeSet::new(),
    };
    let session = Arc::new(Session::new(Arc::new(cases), host));
    let (results, failure) = run(session, adapter, &mut printer).await?;
    if let Some(file) = file {
        results.append_to(file)?;
    }
    if is_json {
        let failure = failure.as_ref().map(Problem::to_string);
        println!("{}", json!({"results": results, "adapter": failure}));
    } else {
        summarize(&results, failure.as_ref());
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

fn list(folder: Option<&Path>, is_json: bool) -> Result<bool, Problem> {
    let cases = read_cases(folder)?;
    if is_json {
        let names: Vec<_> = cases.iter().map(|case| case.name()).collect();
        println!("{}", json!(names));
    } else {
        for case in cases.iter() {
            println!("{}: {}", case.name(), case.about());
        }
    }
    Ok(true)
}

fn make_table(
    folder: Option<&Path>,
    write: Option<&Path>,
    check: Option<&Path>,
    files: &[PathBuf],
) -> Result<bool, Problem> {
    let mut results = Vec::new();
    for file in files {
        results.extend(HostResults::read_all(file)?);
    }
    let table = table(&read_cases(folder)?, results)?;
    if let Some(page) = write {
        TableFile::read(page)?.write(&table)?;
    } else if let Some(page) = check {
        if !TableFile::read(page)?.is_current(&table) {
            let text = format!(
                "the table is not current; write it with `conformance table --write {}`",
                page.display()
            );
            return Err(Problem::new(text).clone());
        }
    } else {
        print!("{table}");
    }
    Ok(true)
}
