//! Fuzzes `onepassword_users::fuzzing::settings`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users::fuzzing::settings(data));
