//! Hand-written code in place of library code that would make the component too large.
//!
//! | module | library | cost of the library, built | after `wasm-opt -Oz` |
//! | --- | --- | --- | --- |
//! | `lowercase` | `char::to_lowercase` | 9,759 bytes | 9,733 bytes |

pub(crate) mod lowercase;
