//! Fuzzes `onepassword_users_lists::fuzzing::list`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users_lists::fuzzing::list(data));
