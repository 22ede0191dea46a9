//! The table of hosts, in Markdown, and its place in a page.

use std::{fmt::Write, fs, path::Path};

use crate::{problem::Problem, results::HostResults};

/// Table of the results of hosts. Of several results of one host, the last one counts.
///
/// `names` are the cases, in order; `kind` is the heading of the hosts.
///
/// # Errors
///
/// A host failed a case, or its results are not those of these cases.
pub fn table(names: &[&str], kind: &str, results: Vec<HostResults>) -> Result<String, Problem> {
    let mut hosts: Vec<HostResults> = Vec::new();
    for result in results {
        match hosts.iter_mut().find(|it| it.host == result.host) {
            Some(earlier) => *earlier = result,
            None => hosts.push(result),
        }
    }
    let mut table = format!(
        "| {kind} | version | cases | passed | passed with a difference that the case explains | not possible there, as the case explains |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for host in &hosts {
        check(names, host)?;
        let (name, version) = name_and_version(&host.host);
        let (count, passed) = (host.count(), host.passed.len());
        let (differ, not_run) = (host.differ.len(), host.not_run.len());
        // Writing to memory does not fail.
        let _ = writeln!(
            table,
            "| {name} | {version} | {count} | {passed} | {differ} | {not_run} |"
        );
    }
    Ok(table)
}

/// Checks that a host has a good result for each of the cases.
fn check(cases: &[&str], host: &HostResults) -> Result<(), Problem> {
    let within = |text: String| Problem::new(text).within(&host.host);
    if !host.is_success() {
        let names = [host.failed.as_slice(), &host.missing].concat().join(", ");
        return Err(within(format!("cases failed or were not run: {names}")));
    }
    let mut names: Vec<_> = host.passed.iter().chain(&host.differ).collect();
    names.extend(host.not_run.iter().map(|it| &it.case));
    names.sort();
    if !names.iter().copied().eq(cases) {
        return Err(within("the results are not those of these cases".into()));
    }
    Ok(())
}

/// The version is the last word of a host's name, if it begins with a digit.
fn name_and_version(host: &str) -> (&str, &str) {
    match host.rsplit_once(' ') {
        Some((name, version)) if version.starts_with(|it: char| it.is_ascii_digit()) => {
            (name, version)
        }
        _ => (host, ""),
    }
}

/// A page that contains the table between two marks.
#[derive(Clone, Debug)]
pub struct TableFile<'p> {
    path: &'p Path,
    marks: [String; 2],
    before: String,
    table: String,
    after: String,
}

impl<'p> TableFile<'p> {
    /// Reads a page. Its marks are `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
    ///
    /// # Errors
    ///
    /// The page cannot be read, or lacks the marks.
    pub fn read(path: &'p Path, name: &str) -> Result<Self, Problem> {
        let marks = ["begin", "end"].map(|which| format!("<!-- {name}: {which} -->"));
        let [begin, end] = &marks;
        let within = |text: String| Problem::new(text).within(path.display());
        let text = fs::read_to_string(path).map_err(|error| within(error.to_string()))?;
        let parts = text.split_once(begin).and_then(|(before, rest)| {
            let (table, after) = rest.split_once(end)?;
            Some((before.to_owned(), table.to_owned(), after.to_owned()))
        });
        let (before, table, after) =
            parts.ok_or_else(|| within(format!("the marks `{begin}` and `{end}` are missing")))?;
        Ok(Self {
            path,
            marks,
            before,
            table,
            after,
        })
    }

    /// True if the page contains this table.
    pub fn is_current(&self, table: &str) -> bool {
        self.table.trim() == table.trim()
    }

    /// Writes the page with another table.
    ///
    /// # Errors
    ///
    /// The page cannot be written.
    pub fn write(&self, table: &str) -> Result<(), Problem> {
        let (before, after, table) = (&self.before, &self.after, table.trim());
        let [begin, end] = &self.marks;
        let text = format!("{before}{begin}\n{table}\n{end}{after}");
        fs::write(self.path, text)
            .map_err(|error| Problem::new(error.to_string()).within(self.path.display()))
    }
}
