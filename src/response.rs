//! Bodies of the API's responses. Unknown fields are ignored, because the API is a preview.

mod json;
mod object;
mod problem;
mod token;
mod users;

pub(crate) use self::{
    object::{CHECK_BASE_URL, HTML, NO_MEMORY, NO_USER, is_html, malformed},
    problem::{Problem, oauth_problem, problem},
    token::token,
    users::{page, user},
};

#[cfg(test)]
mod tests;
