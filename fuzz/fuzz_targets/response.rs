//! Fuzzes `onepassword_users::fuzzing::response`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users::fuzzing::response(data));
