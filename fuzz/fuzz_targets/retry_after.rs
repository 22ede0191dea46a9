//! Fuzzes `onepassword_users::fuzzing::retry_after`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users::fuzzing::retry_after(data));
