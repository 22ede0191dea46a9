//! Cases for the service: requests to it by URL, and the requests that it must send to the API.

mod case;
mod client;
mod host;
mod run;

pub use self::{
    case::{ServiceCase, ServiceCases},
    run::{ServiceHost, run_service},
};
