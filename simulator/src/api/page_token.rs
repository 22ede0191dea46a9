//! Page tokens that are opaque, and valid for one filter of one account.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    api::prng::{SplitMix64, mix},
    user::State,
};

/// Length of a decoded token in bytes: a checksum (8), the masked position (4)
/// and a filler (1).
const TOKEN_BYTES: usize = 13;

/// Encodes and decodes the page tokens of one account.
#[derive(Clone, Debug)]
pub(crate) struct PageTokenCodec {
    key: u64,
}

impl PageTokenCodec {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            key: SplitMix64::new(seed, "pages").next_u64(),
        }
    }

    /// Returns the token of the page that begins at this position of the list.
    ///
    /// 13 bytes in base64's standard alphabet end in `==` and often contain
    /// `+` or `/`. These characters expose clients that do not percent-encode
    /// page tokens.
    pub(crate) fn encode(&self, filter: Option<State>, position: u32) -> String {
        let checksum = self.checksum(filter, position);
        let mut bytes = [0; TOKEN_BYTES];
        bytes[..8].copy_from_slice(&checksum.to_be_bytes());
        bytes[8..12].copy_from_slice(&(position ^ mix(checksum) as u32).to_be_bytes());
        bytes[12] = (mix(checksum) >> 32) as u8;
        STANDARD.encode(bytes)
    }

    /// Returns the position in a token; `None` if the token was not issued by
    /// this account for this filter.
    pub(crate) fn decode(&self, filter: Option<State>, token: &str) -> Option<u32> {
        let bytes: [u8; TOKEN_BYTES] = STANDARD.decode(token).ok()?.try_into().ok()?;
        let checksum = u64::from_be_bytes(bytes[..8].try_into().ok()?);
        let masked = u32::from_be_bytes(bytes[8..12].try_into().ok()?);
        let position = masked ^ mix(checksum) as u32;
        (self.encode(filter, position) == token).then_some(position)
    }

    fn checksum(&self, filter: Option<State>, position: u32) -> u64 {
        let filter = match filter {
            None => 1,
            Some(State::Active) => 2,
            // No filter names another state.
            Some(_) => 3,
        };
        mix(mix(self.key ^ filter).wrapping_add(u64::from(position)) ^ self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_decodes_with_its_own_seed_and_filter_only() {
        let codec = PageTokenCodec::new(1);
        let other = PageTokenCodec::new(2);
        for position in 0..1000 {
            let token = codec.encode(Some(State::Active), position);
            assert_eq!(codec.decode(Some(State::Active), &token), Some(position));
            assert_eq!(codec.decode(Some(State::Suspended), &token), None);
            assert_eq!(codec.decode(None, &token), None);
            assert_eq!(other.decode(Some(State::Active), &token), None);
        }
    }

    #[test]
    fn a_token_with_any_changed_character_is_invalid() {
        let codec = PageTokenCodec::new(1);
        let token = codec.encode(None, 25);
        for index in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[index] = if forged[index] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(codec.decode(None, &forged), None, "{forged}");
        }
    }
}
