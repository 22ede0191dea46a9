//! Warnings of a bulk change: sentences about guards that did less than they seem to.

use alloc::string::{String, ToString};

/// Maximum number of names in a warning. With the maximum length of a name, they fit into the budget of the report.
const MAX_NAMED: usize = 8;

/// Warning about protected names that no user has. None if there are no such names.
pub(super) fn unknown_protected_names<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut text = String::new();
    let mut count = 0_usize;
    for name in names {
        if count < MAX_NAMED {
            text.push_str(if count == 0 {
                "protected names that no user of the account has: "
            } else {
                ", "
            });
            text.push_str(name);
        }
        count = count.saturating_add(1);
    }
    let more = count.saturating_sub(MAX_NAMED);
    if more > 0 {
        text.push_str(" and ");
        text.push_str(&more.to_string());
        text.push_str(" more");
    }
    (count > 0).then_some(text)
}

/// Warning about users who are to be changed without a look-up. None if there are no such users.
pub(super) fn users_without_look_up(count: usize) -> Option<String> {
    let users = if count == 1 { " user" } else { " users" };
    let warning = [
        "no look-up of ",
        &count.to_string(),
        users,
        ", because the OAuth application may not get users: their addresses and their states before the change are unknown",
    ];
    (count > 0).then(|| warning.concat())
}
