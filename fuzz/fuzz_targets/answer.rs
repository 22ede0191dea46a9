//! Fuzzes `onepassword_users::fuzzing::answer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users::fuzzing::answer(data));
