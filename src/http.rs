//! One attempt of a request.

mod body;
