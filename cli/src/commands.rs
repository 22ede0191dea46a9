//! Commands, each in a file of its own.

pub(crate) mod component;
pub(crate) mod demo;
pub(crate) mod list;
pub(crate) mod serve;
pub(crate) mod user;
