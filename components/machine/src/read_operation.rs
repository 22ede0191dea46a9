//! Reads the operation of a call, with its arguments.

use onepassword_users_protocol::{
    ChangeOptions, ChangeUsers, FindUser, ListAllUsers, ListUsers, NoArguments, OneUser, Operation,
    Selector, StateFilter, Target,
};

use crate::json::{Field, Fields, Unreadable};

/// Reads an operation.
pub(crate) fn operation(field: Field<'_, '_>) -> Result<Operation, Unreadable> {
    field.variant(operation_of)
}

fn operation_of(name: &str, field: Field<'_, '_>) -> Result<Operation, Unreadable> {
    let path = field.path;
    let mut fields = field.object()?;
    let operation = match name {
        "list-users" => Operation::ListUsers(ListUsers {
            filter: filter(&mut fields)?,
            max_page_size: fields.optional_whole("maxPageSize")?,
            page_token: fields.optional_text("pageToken")?,
        }),
        "get-user" => Operation::GetUser(one_user(&mut fields)?),
        "suspend-user" => Operation::SuspendUser(one_user(&mut fields)?),
        "reactivate-user" => Operation::ReactivateUser(one_user(&mut fields)?),
        "find-user" => Operation::FindUser(FindUser {
            email: fields.required("email")?.text()?,
            deadline_ms: fields.optional_whole("deadlineMs")?,
        }),
        "list-all-users" => Operation::ListAllUsers(ListAllUsers {
            filter: filter(&mut fields)?,
            limit: fields.required("limit")?.whole(u32::MAX)?,
            deadline_ms: fields.optional_whole("deadlineMs")?,
        }),
        "suspend-users" => Operation::SuspendUsers(change_users(&mut fields)?),
        "reactivate-users" => Operation::ReactivateUsers(change_users(&mut fields)?),
        "check" => Operation::Check(NoArguments {}),
        "revoke-token" => Operation::RevokeToken(NoArguments {}),
        _ => return Err(path.unreadable("there is no such operation")),
    };
    fields.end()?;
    Ok(operation)
}

fn filter(fields: &mut Fields<'_, '_>) -> Result<Option<StateFilter>, Unreadable> {
    let Some(field) = fields.optional("filter")? else {
        return Ok(None);
    };
    let path = field.path;
    match &*field.word()? {
        "active" => Ok(Some(StateFilter::Active)),
        "suspended" => Ok(Some(StateFilter::Suspended)),
        _ => Err(path.unreadable("must be active or suspended")),
    }
}

fn one_user(fields: &mut Fields<'_, '_>) -> Result<OneUser, Unreadable> {
    let id = fields.required("id")?.text()?;
    Ok(OneUser { id })
}

fn change_users(fields: &mut Fields<'_, '_>) -> Result<ChangeUsers, Unreadable> {
    Ok(ChangeUsers {
        targets: fields.required("targets")?.list(target)?,
        options: match fields.optional("options")? {
            Some(options) => change_options(options)?,
            None => ChangeOptions::default(),
        },
    })
}

fn target(field: Field<'_, '_>) -> Result<Target, Unreadable> {
    let mut fields = field.object()?;
    let target = Target {
        who: selector(fields.required("who")?)?,
        expect_email: fields.optional_text("expectEmail")?,
    };
    fields.end()?;
    Ok(target)
}

fn selector(field: Field<'_, '_>) -> Result<Selector, Unreadable> {
    let path = field.path;
    field.variant(|name, field| match name {
        "id" => field.text().map(Selector::Id),
        "email" => field.text().map(Selector::Email),
        _ => Err(path.unreadable("must have `id` or `email`")),
    })
}

fn change_options(field: Field<'_, '_>) -> Result<ChangeOptions, Unreadable> {
    let mut fields = field.object()?;
    let mut flag = |name| match fields.optional(name)? {
        Some(field) => field.bool(),
        None => Ok(false),
    };
    let dry_run = flag("dryRun")?;
    let stop_on_error = flag("stopOnError")?;
    let options = ChangeOptions {
        dry_run,
        max_changes: fields.optional_whole("maxChanges")?,
        protect: match fields.optional("protect")? {
            Some(field) => field.list(selector)?,
            None => Default::default(),
        },
        concurrency: match fields.optional("concurrency")? {
            Some(field) => u8::try_from(field.whole(u8::MAX.into())?).ok(),
            None => None,
        },
        stop_on_error,
        deadline_ms: fields.optional_whole("deadlineMs")?,
    };
    fields.end()?;
    Ok(options)
}
