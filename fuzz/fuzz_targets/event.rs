//! Fuzzes `onepassword_users_machine::fuzzing::event`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| onepassword_users_machine::fuzzing::event(data));
