//! The file of a case: what all kinds of cases have in common.

use serde::Deserialize;
use serde_json::Value;

use crate::{case::read, difference::Difference, problem::Problem};

/// A case's file, with its name.
#[derive(Clone, Debug)]
pub(crate) struct CaseFile {
    name: String,
    about: String,
    differs: Vec<Difference>,
    value: Value,
}

/// Fields that every kind of case has.
#[derive(Deserialize)]
struct Common {
    about: String,
    #[serde(default)]
    differs: Vec<Difference>,
}

impl CaseFile {
    /// Reads a file, and checks it as it stands for every host that it names.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub(crate) fn read(
        name: &str,
        text: &str,
        check: impl Fn(Value) -> Result<(), Problem>,
    ) -> Result<Self, Problem> {
        let within = |problem: Problem| problem.within(name);
        let value: Value =
            serde_json::from_str(text).map_err(|error| within(Problem::new(error.to_string())))?;
        let Common { about, differs } = read(value.clone()).map_err(within)?;
        if !about.ends_with('.') {
            return Err(within(Problem::new("about: one sentence is expected")));
        }
        let file = Self {
            name: name.into(),
            about,
            differs,
            value,
        };
        check(file.value.clone()).map_err(within)?;
        for (index, difference) in file.differs.iter().enumerate() {
            let host = difference.hosts.first().map_or("", String::as_str);
            difference
                .check()
                .and_then(|()| check(file.of_host(host)?))
                .map_err(|problem| within(problem.within(format_args!("differs[{index}]"))))?;
        }
        Ok(file)
    }

    /// Name: that of the file, without its end.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The behaviour, in one sentence.
    pub(crate) fn about(&self) -> &str {
        &self.about
    }

    /// Differences of a host, as the case says.
    pub(crate) fn differences(&self, host: &str) -> impl Iterator<Item = &Difference> {
        let differences = self.differs.iter();
        differences.filter(move |difference| difference.applies_to(host))
    }

    /// Reason for which a host cannot run the case, as the case says.
    pub(crate) fn not_run(&self, host: &str) -> Option<&str> {
        let found = self.differences(host).find(|difference| difference.not_run);
        found.map(|difference| difference.why.as_str())
    }

    /// The file as it stands for a host.
    pub(crate) fn of_host(&self, host: &str) -> Result<Value, Problem> {
        let mut value = self.value.clone();
        for difference in self.differences(host) {
            difference.apply(&mut value)?;
        }
        Ok(value)
    }
}
