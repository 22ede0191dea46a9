//! Fuzzes `onepassword_users::fuzzing::error_response`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users::fuzzing::error_response(data));
