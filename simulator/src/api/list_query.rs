//! The query parameters of the list operation.

use crate::{
    api::{error::ApiError, percent_encoding::decode_fields},
    user::State,
};

const DEFAULT_PAGE_SIZE: usize = 25;
const MAX_PAGE_SIZE: usize = 1000;

/// The parsed parameters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    /// State of the users to list; `None` lists all users.
    pub(crate) filter: Option<State>,
    pub(crate) max_page_size: usize,
    pub(crate) page_token: Option<String>,
}

impl ListQuery {
    /// Parses a percent-encoded query. Unknown parameters are ignored.
    ///
    /// `pageToken` is unknown, so a client that sends it gets page 1 forever,
    /// as it may from the real API.
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let (mut filter, mut max_page_size, mut page_token) = (None, None, None);
        for (name, value) in decode_fields(query).ok_or(ApiError::MalformedQuery)? {
            let parameter = match name.as_str() {
                "filter" => &mut filter,
                "max_page_size" => &mut max_page_size,
                "page_token" => &mut page_token,
                _ => continue,
            };
            if parameter.replace(value).is_some() {
                return Err(ApiError::RepeatedParameter(name));
            }
        }
        Ok(Self {
            filter: parse_filter(filter.as_deref().unwrap_or_default())?,
            max_page_size: max_page_size
                .map_or(Ok(DEFAULT_PAGE_SIZE), |text| parse_page_size(&text))?,
            page_token: page_token.filter(|token| !token.is_empty()),
        })
    }
}

fn parse_filter(text: &str) -> Result<Option<State>, ApiError> {
    match text {
        "" => Ok(None),
        "user.isActive()" => Ok(Some(State::Active)),
        "user.isSuspended()" => Ok(Some(State::Suspended)),
        _ => Err(ApiError::InvalidFilter),
    }
}

fn parse_page_size(text: &str) -> Result<usize, ApiError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(size @ 1..=MAX_PAGE_SIZE) if is_number => Ok(size),
        _ => Err(ApiError::InvalidPageSize),
    }
}
