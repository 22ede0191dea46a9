//! The parameters of a list.

use crate::api::error::ApiError;
use crate::api::percent_encoding;
use crate::user::State;

const DEFAULT_PAGE_SIZE: usize = 25;
const MAX_PAGE_SIZE: usize = 1000;

/// What to list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    /// Users in this state only.
    pub(crate) filter: Option<State>,
    pub(crate) max_page_size: usize,
    pub(crate) page_token: Option<String>,
}

impl ListQuery {
    /// Reads a raw query. Unknown parameters are ignored, `pageToken` among
    /// them, which then repeats page 1 for ever as the real API may.
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let (mut filter, mut max_page_size, mut page_token) = (None, None, None);
        for (name, value) in
            percent_encoding::decode_fields(query).ok_or(ApiError::MalformedQuery)?
        {
            let slot = match name.as_str() {
                "filter" => &mut filter,
                "max_page_size" => &mut max_page_size,
                "page_token" => &mut page_token,
                _ => continue,
            };
            if slot.replace(value).is_some() {
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
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(size @ 1..=MAX_PAGE_SIZE) if digits => Ok(size),
        _ => Err(ApiError::InvalidPageSize),
    }
}
