//! The e-mail address that was shown to a person, which a confirmed change must find again.

/// Returns true if the component accepts the address as an expected one. A server may have users with other addresses.
pub(crate) fn is_comparable(email: &str) -> bool {
    email.contains('@') && email.len() <= 1024 && !email.contains(char::is_control)
}
