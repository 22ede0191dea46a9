//! UserPage tokens: opaque, and bound to the filter that they were issued for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::api::prng::{SplitMix64, mix};
use crate::user::State;

/// Makes and opens the page tokens of one account.
#[derive(Clone, Debug)]
pub(crate) struct PageTokenCodec {
    key: u64,
}

const LENGTH: usize = 13;

impl PageTokenCodec {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            key: SplitMix64::new(seed, "pages").draw(),
        }
    }

    /// The token for the page that begins at `position` of the account's list.
    ///
    /// 13 bytes in base64's standard alphabet end in `==` and often contain
    /// `+` or `/`, which find out clients that do not percent-encode them.
    pub(crate) fn encode(&self, filter: Option<State>, position: u32) -> String {
        let mac = self.mac(filter, position);
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(&mac.to_be_bytes());
        bytes[8..12].copy_from_slice(&(position ^ mix(mac) as u32).to_be_bytes());
        bytes[12] = (mix(mac) >> 32) as u8;
        STANDARD.encode(bytes)
    }

    /// The position in a token, unless it is none of this account and filter.
    pub(crate) fn decode(&self, filter: Option<State>, token: &str) -> Option<u32> {
        let bytes: [u8; LENGTH] = STANDARD.decode(token).ok()?.try_into().ok()?;
        let mac = u64::from_be_bytes(bytes[..8].try_into().ok()?);
        let masked = u32::from_be_bytes(bytes[8..12].try_into().ok()?);
        let position = masked ^ mix(mac) as u32;
        (self.encode(filter, position) == token).then_some(position)
    }

    fn mac(&self, filter: Option<State>, position: u32) -> u64 {
        let filter = match filter {
            None => 1,
            Some(State::Active) => 2,
            Some(State::Suspended) => 3,
        };
        mix(mix(self.key ^ filter).wrapping_add(u64::from(position)) ^ self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_with_its_own_key_and_filter_only() {
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
    fn every_character_of_a_token_counts() {
        let codec = PageTokenCodec::new(1);
        let token = codec.encode(None, 25);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(codec.decode(None, &forged), None, "{forged}");
        }
    }
}
