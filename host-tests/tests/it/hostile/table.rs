//! Runs cases, and prints their results as a table.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    num::NonZero,
    sync::LazyLock,
    thread::available_parallelism,
};

use host_tests::runtime;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    case::Case,
    check_case::CaseResult,
    run_case::{Build, run_case},
};
use crate::steps;

/// Limit of concurrent cases in all tests of the process.
static CONCURRENT_CASES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(4 * cores)
});

/// Runs every case with each build of the client, and with its own server; prints one line per case, of the plugin.
///
/// Panics with all problems of all cases.
pub(super) async fn run(theme: &str, cases: Vec<Case>) {
    let (lines, problems) = run_cases(cases).await;
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    print(&format!("{theme}\n{}\n\n", lines.join("\n")));
    assert!(problems.is_empty(), "{theme}:\n{}", problems.join("\n"));
}

/// Prints a part of the table to the standard output.
///
/// Not with `print!`, whose output the test harness shows for failed tests only.
fn print(part: &str) {
    // An output that was closed is no failure.
    io::stdout().lock().write_all(part.as_bytes()).ok();
}

/// Runs cases that differ in a number only, and prints consecutive cases with the same result as one line.
pub(super) async fn run_compact(theme: &str, cases: Vec<Case>) {
    let names: Vec<_> = cases.iter().map(|case| case.name.clone()).collect();
    let (lines, problems) = run_cases(cases).await;
    let mut table = format!("{theme}\n");
    let mut names = names.iter().zip(lines).peekable();
    while let Some((first, (result, _))) = names.next() {
        let mut last = first;
        while let Some((name, _)) = names.next_if(|(_, (next, _))| *next == result) {
            last = name;
        }
        let range = format!("{first}..{last}");
        let name = if first == last { first } else { &range };
        writeln!(table, "  {name:<65}{result}").expect("a string can be written");
    }
    table.push('\n');
    print(&table);
    assert!(problems.is_empty(), "{theme}:\n{}", problems.join("\n"));
}

/// Returns for each case its result without numbers that depend on jitter and its line; then all problems.
async fn run_cases(cases: Vec<Case>) -> (Vec<(String, String)>, Vec<String>) {
    // Compiles both builds before the first case measures its time.
    runtime();
    steps::runtime();
    let mut running = JoinSet::new();
    for (index, case) in cases.into_iter().enumerate() {
        running.spawn(async move {
            let run = async |build| {
                let _permit = CONCURRENT_CASES.acquire().await;
                run_case(&case, build).await
            };
            let (mut plugin, steps) = tokio::join!(run(Build::Plugin), run(Build::Steps));
            let of_steps = steps.problems.into_iter();
            plugin
                .problems
                .extend(of_steps.map(|problem| format!("module without I/O: {problem}")));
            (index, case, plugin)
        });
    }
    let mut done = running.join_all().await;
    done.sort_by_key(|(index, ..)| *index);
    let mut problems = Vec::new();
    let lines = done.into_iter().map(|(_, case, result)| {
        let CaseResult {
            code,
            effect,
            requests,
            elapsed,
            problems: found,
        } = result;
        let (operation, name) = (case.call.operation(), case.name);
        let result = format!("{code:<19} {effect:<16}");
        let ms = elapsed.as_millis();
        let line = format!("  {operation:<16}{name:<48} {result} {requests} {ms:>6} ms");
        problems.extend(
            found
                .iter()
                .map(|problem| format!("{operation}, {name}: {problem}")),
        );
        let (min, max) = case.requests.into_inner();
        let count = if min == max {
            requests.to_string()
        } else {
            format!("{min}..{max}")
        };
        (format!("{result} {count}"), line)
    });
    (lines.collect(), problems)
}
