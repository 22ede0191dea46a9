//! The results of a host: one line of JSON in a file.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Results of a host: names of cases.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostResults {
    /// Name and version of the host.
    pub host: String,
    /// Cases without any difference.
    pub passed: Vec<String>,
    /// Cases that passed with a difference that they write down for this host.
    pub differ: Vec<String>,
    /// Cases that the host cannot run, as they write down.
    pub not_run: Vec<NotRun>,
    /// Cases with a difference that is not written down.
    pub failed: Vec<String>,
    /// Cases without results.
    pub missing: Vec<String>,
}

/// A case that a host cannot run, as the case says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NotRun {
    /// Name of the case.
    pub case: String,
    /// Reason.
    pub why: String,
}

impl HostResults {
    /// True if every case has a result, and none has a difference that is not written down.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.missing.is_empty()
    }

    /// Number of cases.
    pub fn count(&self) -> usize {
        self.passed.len()
            + self.differ.len()
            + self.not_run.len()
            + self.failed.len()
            + self.missing.len()
    }

    /// Appends the results to a file, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn append_to(&self, file: &Path) -> Result<(), Problem> {
        let line = serde_json::to_string(self).map_err(|error| Problem::new(error.to_string()))?;
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .and_then(|mut file| writeln!(file, "{line}"))
            .map_err(|error| Problem::new(error.to_string()).within(file.display()))
    }

    /// Reads the results of a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line of it is not the results of a host.
    pub fn read_all(file: &Path) -> Result<Vec<Self>, Problem> {
        let within = |error: String| Problem::new(error).within(file.display());
        let reader = BufReader::new(File::open(file).map_err(|error| within(error.to_string()))?);
        let mut all = Vec::new();
        for (line, number) in reader.lines().zip(1..) {
            let line = line.map_err(|error| within(error.to_string()))?;
            let results = serde_json::from_str(&line)
                .map_err(|error| within(format!("line {number}: {error}")))?;
            all.push(results);
        }
        Ok(all)
    }
}
