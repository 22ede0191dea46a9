//! The cases of a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    case::{Case, read},
    difference::is_host,
    problem::Problem,
};

/// Cases, in the order of their names, and what is known of all hosts.
#[derive(Clone, Debug)]
pub struct Cases {
    cases: Vec<Case>,
    hosts: Hosts,
}

/// Facts about hosts that hold for every case: `hosts.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Hosts {
    without_settled: Vec<WithoutSettled>,
}

/// Hosts that do not tell the results of a bulk change one by one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WithoutSettled {
    hosts: Vec<String>,
    why: String,
}

impl Cases {
    /// The cases of this repository.
    ///
    /// # Errors
    ///
    /// The first mistake in a file, with its place.
    pub fn of_this_repository() -> Result<Self, Problem> {
        Self::of_folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cases")))
    }

    /// The cases of a folder and the folders in it: each `.json` file is one.
    ///
    /// # Errors
    ///
    /// The first mistake in a file, with its place; a folder without cases; two cases of one name.
    pub fn of_folder(folder: &Path) -> Result<Self, Problem> {
        let mut cases = Vec::new();
        for (name, file) in case_files(folder)? {
            let text = fs::read_to_string(&file).map_err(|error| at(&file, &error))?;
            cases.push(Case::read(&name, &text)?);
        }
        let hosts = serde_json::from_str(include_str!("../hosts.json"))
            .map_err(|error| Problem::new(error.to_string()))
            .and_then(read)
            .map_err(|problem| problem.within("hosts.json"))?;
        Ok(Self { cases, hosts })
    }

    /// The cases with a text in their names.
    ///
    /// # Errors
    ///
    /// No case has it.
    pub fn named(mut self, part: &str) -> Result<Self, Problem> {
        self.cases.retain(|case| case.name().contains(part));
        if self.cases.is_empty() {
            return Err(Problem::new(format!("no case has `{part}` in its name")));
        }
        Ok(self)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter()
    }

    /// Number of cases: at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// The case with a name.
    pub fn get(&self, name: &str) -> Option<&Case> {
        self.iter().find(|case| case.name() == name)
    }

    /// Reason for which a host does not tell the results of a bulk change one by one, if it does not.
    pub fn without_settled(&self, host: &str) -> Option<&str> {
        let mut hosts = self.hosts.without_settled.iter();
        let found = hosts.find(|it| is_host(&it.hosts, host));
        found.map(|it| it.why.as_str())
    }
}

/// Files of a folder and the folders in it, with the names of their cases, in the order of these.
///
/// # Errors
///
/// A file is no case, two cases have one name, or there is none.
pub(crate) fn case_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Problem> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let name = |file: &PathBuf| {
        let stem = file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let mut named: Vec<_> = files.into_iter().map(|file| (name(&file), file)).collect();
    named.sort();
    if named.is_empty() {
        return Err(Problem::new(format!("no case in {}", folder.display())));
    }
    if let Some(twice) = named.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Problem::new(format!("two cases `{}`", twice[0].0)));
    }
    Ok(named)
}

/// Collects the `.json` files of a folder and the folders in it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Problem> {
    for entry in fs::read_dir(folder).map_err(|error| at(folder, &error))? {
        let path = entry.map_err(|error| at(folder, &error))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        } else {
            return Err(Problem::new(format!("{} is no case", path.display())));
        }
    }
    Ok(())
}

fn at(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(error.to_string()).within(path.display())
}
