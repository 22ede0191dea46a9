//! The table of tools, and what all of them need.

use alloc::{borrow::ToOwned, string::String};

use super::plan::UsedPlans;
use crate::{
    api_key::{ApiKey, Role},
    settings::Settings,
};

/// Tools of each role, as JSON.
const READ_TOOLS: &str = include_str!(concat!(env!("OUT_DIR"), "/read_tools.json"));
const CONTAIN_TOOLS: &str = include_str!(concat!(env!("OUT_DIR"), "/contain_tools.json"));

/// Parts of the tools' schemas, each with the reference that it stands in the place of. A part that uses another one comes first.
const DEFINITIONS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

/// A tool. `tools.json` describes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tool {
    ListUsers,
    GetUser,
    FindUser,
    CheckConnection,
    SuspendUsers,
    ReactivateUsers,
}

impl Tool {
    const ALL: [Self; 6] = [
        Self::ListUsers,
        Self::GetUser,
        Self::FindUser,
        Self::CheckConnection,
        Self::SuspendUsers,
        Self::ReactivateUsers,
    ];

    /// Returns the tool of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ListUsers => "list_users",
            Self::GetUser => "get_user",
            Self::FindUser => "find_user",
            Self::CheckConnection => "check_connection",
            Self::SuspendUsers => "suspend_users",
            Self::ReactivateUsers => "reactivate_users",
        }
    }

    /// Returns the role that a caller needs.
    pub(super) const fn role(self) -> Role {
        match self {
            Self::ListUsers | Self::GetUser | Self::FindUser | Self::CheckConnection => Role::Read,
            Self::SuspendUsers | Self::ReactivateUsers => Role::Contain,
        }
    }
}

/// Everything that a call needs, beside its arguments.
pub(crate) struct Tools<'a, P> {
    pub(crate) plugin: &'a P,
    pub(crate) settings: &'a Settings,
    /// Key of the caller.
    pub(crate) key: &'a ApiKey,
    /// Plans that were carried out, or declined.
    pub(crate) used_plans: &'a UsedPlans,
}

/// Returns the descriptions of the tools that a role may call, as JSON: the items of an array. Without references, which some
/// clients do not resolve.
pub(super) fn listed(role: Role) -> String {
    let mut tools = READ_TOOLS.to_owned();
    if role == Role::Contain {
        tools.push(',');
        tools.push_str(CONTAIN_TOOLS);
    }
    for (reference, definition) in DEFINITIONS {
        tools = tools.replace(reference, definition);
    }
    tools
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_table_has_each_tool_under_its_role() {
        for role in [Role::Read, Role::Contain] {
            let text = listed(role);
            assert!(!text.contains("$ref"), "{text}");
            let table: Vec<Value> = serde_json::from_str(&format!("[{text}]")).unwrap();
            let listed: Vec<_> = table
                .iter()
                .map(|tool| tool["name"].as_str().unwrap())
                .collect();
            let named = Tool::ALL.into_iter().filter(|tool| tool.role() <= role);
            let expected: Vec<_> = named.map(Tool::name).collect();
            assert_eq!(listed, expected);
        }
    }
}
