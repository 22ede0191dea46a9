//! Destination of the users of a list: written page by page, sorted at the end, or counted.

use host::User;
use serde_json::json;

use super::order::sort;
use crate::{
    arguments::{ListArguments, SortArgument},
    output::{Output, users::UserWriter},
};

/// Destination of the users.
pub(super) struct Sink {
    kind: Kind,
    writer: UserWriter,
    /// Maximum number of users written.
    limit: u64,
    /// Number of users taken.
    taken: u64,
}

enum Kind {
    Written,
    Sorted { users: Vec<User>, by: SortArgument },
    Counted,
}

/// Number of users that a sink took.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Taken {
    All,
    /// All of them, and no more after that.
    AllUpToLimit,
    /// Some of them: the limit is reached.
    Some,
}

impl Sink {
    pub(super) fn new(arguments: &ListArguments, output: &Output) -> Self {
        let writer = if arguments.csv {
            UserWriter::csv()
        } else {
            UserWriter::new(output.is_json())
        };
        let kind = match arguments.sort {
            _ if arguments.count => Kind::Counted,
            Some(by) => Kind::Sorted {
                users: Vec::new(),
                by,
            },
            None => Kind::Written,
        };
        Self {
            kind,
            writer,
            limit: arguments.limit.unwrap_or(u64::MAX),
            taken: 0,
        }
    }

    /// Takes the users of a page.
    pub(super) fn take(&mut self, mut page: Vec<User>, output: &mut Output) -> Taken {
        let mut taken = Taken::All;
        if matches!(self.kind, Kind::Written) {
            let room = usize::try_from(self.limit - self.taken).unwrap_or(usize::MAX);
            if page.len() > room {
                taken = Taken::Some;
            } else if page.len() == room {
                taken = Taken::AllUpToLimit;
            }
            page.truncate(room);
        }
        // At most the limit if there is one.
        self.taken += page.len() as u64;
        match &mut self.kind {
            Kind::Written => output.more_users(&mut self.writer, &page),
            Kind::Sorted { users, .. } => users.append(&mut page),
            Kind::Counted => {}
        }
        taken
    }

    /// Writes what can only be written at the end. Returns true if a limit left users out.
    pub(super) fn finish(&mut self, is_complete: bool, output: &mut Output) -> bool {
        match &mut self.kind {
            Kind::Written => {
                // The header of CSV, if no page was written.
                output.more_users(&mut self.writer, &[]);
                false
            }
            Kind::Sorted { users, by } => {
                sort(users, *by);
                let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
                let is_cut = users.len() > limit;
                users.truncate(limit);
                output.more_users(&mut self.writer, users);
                is_cut
            }
            // A number that is too small is worse than none.
            Kind::Counted if !is_complete => false,
            Kind::Counted => {
                if output.is_json() {
                    output.object(&json!({ "count": self.taken }));
                } else {
                    output.line(&self.taken.to_string());
                }
                false
            }
        }
    }

    /// Returns true if there was no user, and their number is not the output.
    pub(super) fn is_empty(&self) -> bool {
        self.taken == 0 && !matches!(self.kind, Kind::Counted)
    }
}
