//! Runs rows, prints what came of them, and says which did not hold.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    num::NonZero,
    sync::LazyLock,
    thread::available_parallelism,
};

use host_tests::runtime;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{case::Row, check_case::Outcome, run_case::outcome};

/// Rows under way at once, in all tests of this process.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(4 * cores)
});

/// Runs every row, an instance and a server each. Fails with all that did not hold.
pub async fn run(theme: &str, rows: Vec<Row>) {
    let (lines, wrong) = outcomes(rows).await;
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    print(&format!("{theme}\n{}\n\n", lines.join("\n")));
    assert!(wrong.is_empty(), "{theme}:\n{}", wrong.join("\n"));
}

/// Prints a part of the table past the capture of tests, which shows only what fails: the table is there to be read.
fn print(part: &str) {
    // Whoever closed the output does not read it.
    io::stdout().lock().write_all(part.as_bytes()).ok();
}

/// The same for rows that differ in a number alone: those in a row with the same outcome are one line.
pub async fn run_compact(theme: &str, rows: Vec<Row>) {
    let names: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
    let (lines, wrong) = outcomes(rows).await;
    let mut table = format!("{theme}\n");
    let mut names = names.iter().zip(lines).peekable();
    while let Some((first, (outcome, _))) = names.next() {
        let mut last = first;
        while let Some((name, _)) = names.next_if(|(_, (next, _))| *next == outcome) {
            last = name;
        }
        let range = format!("{first}..{last}");
        let name = if first == last { first } else { &range };
        writeln!(table, "  {name:<65}{outcome}").expect("a string takes all");
    }
    table.push('\n');
    print(&table);
    assert!(wrong.is_empty(), "{theme}:\n{}", wrong.join("\n"));
}

/// For each row, its outcome without what jitter decides, and its line; then what was wrong.
async fn outcomes(rows: Vec<Row>) -> (Vec<(String, String)>, Vec<String>) {
    // Compiled before any time is taken.
    runtime();
    let mut running = JoinSet::new();
    for (at, row) in rows.into_iter().enumerate() {
        running.spawn(async move {
            let _one = AT_ONCE.acquire().await;
            let outcome = outcome(&row).await;
            (at, row, outcome)
        });
    }
    let mut done = running.join_all().await;
    done.sort_by_key(|(at, ..)| *at);
    let mut wrong = Vec::new();
    let lines = done.into_iter().map(|(_, row, outcome)| {
        let Outcome {
            code,
            effect,
            requests,
            elapsed,
            wrong: faults,
        } = outcome;
        let (operation, name) = (row.ask.operation(), row.name);
        let came = format!("{code:<19} {effect:<9}");
        let ms = elapsed.as_millis();
        let line = format!("  {operation:<16}{name:<48} {came} {requests} {ms:>6} ms");
        wrong.extend(
            faults
                .iter()
                .map(|fault| format!("{operation}, {name}: {fault}")),
        );
        let (least, most) = row.requests.into_inner();
        let count = if least == most {
            requests.to_string()
        } else {
            format!("{least}..{most}")
        };
        (format!("{came} {count}"), line)
    });
    (lines.collect(), wrong)
}
