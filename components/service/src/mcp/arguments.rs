//! Parameters of the methods, and arguments of the tools. Fields of arguments that are not described are refused.

use alloc::{format, string::String};

use super::fields::Fields;
use crate::{
    bindings::users::ListOptions,
    bulk_request::{BulkRequest, WholeNumber},
    list,
    problem::Problem,
    text::{MAX_CHARS, is_too_long},
};

/// Maximum number of users in one change: a person has to read the plan.
const MAX_USERS: usize = 100;
/// Number of users in a page, unless the caller chooses one.
const DEFAULT_PAGE_SIZE: u32 = 50;
/// Maximum number of users in a page: a model reads all of it.
const MAX_PAGE_SIZE: u32 = 100;

/// Parameters of `tools/call`.
pub(super) struct CallParams<'a> {
    pub(super) name: String,
    arguments: Fields<'a>,
    /// Answers of the person, by the names of the questions.
    pub(super) answers: Option<Fields<'a>>,
    /// Text that came with the question.
    pub(super) state: Option<String>,
}

impl<'a> CallParams<'a> {
    pub(super) fn read(params: &Fields<'a>) -> Result<Self, String> {
        let name = params.text("name")?;
        Ok(Self {
            name: name.ok_or("`name` is missing")?,
            arguments: params.object("arguments")?.unwrap_or_default(),
            answers: params.object("inputResponses")?,
            state: params.text("requestState")?,
        })
    }

    /// Error about the arguments, which a model can mend.
    fn invalid(&self, cause: &str) -> Problem {
        Problem::bad_request(format!(
            "the arguments are not those of {}: {cause}",
            self.name
        ))
    }

    /// Returns the only argument.
    fn text(&self, name: &str) -> Result<String, Problem> {
        let fields = &self.arguments;
        let value = fields
            .check_names(&[name])
            .and_then(|()| fields.text(name))
            .map_err(|cause| self.invalid(&cause))?
            .unwrap_or_default();
        if value.is_empty() || is_too_long(&value) {
            return Err(Problem::bad_request(format!(
                "`{name}` must have 1 to {MAX_CHARS} characters"
            )));
        }
        Ok(value)
    }
}

/// A change, as a model asks for it.
pub(super) struct ChangeRequest {
    pub(super) request: BulkRequest,
    /// Digest of the plan.
    pub(super) plan: Option<String>,
}

/// Checks that there are no arguments.
pub(super) fn none(params: &CallParams<'_>) -> Result<(), Problem> {
    params
        .arguments
        .check_names(&[])
        .map_err(|cause| params.invalid(&cause))
}

/// Returns the argument of `get_user`.
pub(super) fn id(params: &CallParams<'_>) -> Result<String, Problem> {
    let id = params.text("id")?;
    if id.contains('@') {
        let detail = "`id` must be an id: find_user finds a user by address";
        return Err(Problem::bad_request(detail));
    }
    Ok(id)
}

/// Returns the argument of `find_user`.
pub(super) fn email(params: &CallParams<'_>) -> Result<String, Problem> {
    params.text("email")
}

/// Returns the arguments of `list_users`.
pub(super) fn list_options(params: &CallParams<'_>) -> Result<ListOptions, Problem> {
    let fields = &params.arguments;
    let read = || {
        fields.check_names(&list::PARAMETERS)?;
        let [state, _, page_token] = list::PARAMETERS;
        Ok((
            fields.text(state)?,
            fields.number("page_size")?,
            fields.text(page_token)?,
        ))
    };
    let (state, page_size, page_token) = read().map_err(|cause: String| params.invalid(&cause))?;
    let page_size = page_size.map_or(DEFAULT_PAGE_SIZE, |WholeNumber(size)| size);
    if !(1..=MAX_PAGE_SIZE).contains(&page_size) {
        return Err(Problem::bad_request(format!(
            "`page_size` must be a number from 1 to {MAX_PAGE_SIZE}"
        )));
    }
    let options = list::parse_options([state, None, page_token])?;
    Ok(ListOptions {
        max_page_size: Some(page_size),
        ..options
    })
}

/// Returns the arguments of `suspend_users` or `reactivate_users`.
pub(super) fn change_request(params: &CallParams<'_>) -> Result<ChangeRequest, Problem> {
    const NAMES: [&str; 6] = [
        "users",
        "dry_run",
        "plan",
        "max_changes",
        "reason",
        "ticket",
    ];
    let fields = &params.arguments;
    let read = || {
        fields.check_names(&NAMES)?;
        let request = BulkRequest {
            users: fields.texts("users")?.unwrap_or_default(),
            dry_run: fields.flag("dry_run")?,
            max_changes: fields.number("max_changes")?,
            reason: fields.text("reason")?,
            ticket: fields.text("ticket")?,
        };
        Ok((request, fields.text("plan")?))
    };
    let (request, plan) = read().map_err(|cause: String| params.invalid(&cause))?;
    let request = request.checked(MAX_USERS)?;
    Ok(ChangeRequest { request, plan })
}
