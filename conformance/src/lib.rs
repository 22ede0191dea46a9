//! Cases that every host of the client must pass: their files, the server that plays its part in them, and the comparison of
//! results and requests with the case.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod case;
mod case_file;
mod cases;
mod compare;
mod control;
mod difference;
mod expand;
mod problem;
mod results;
mod run;
mod server;
mod service;
mod session;
mod table;

pub use self::{
    case::{Call, Case, Step},
    cases::Cases,
    control::Control,
    problem::Problem,
    results::{HostResults, NotRun},
    run::{Adapter, Progress, run},
    service::{ServiceCase, ServiceCases, ServiceHost, run_service},
    session::{PlayedCase, Session, StartedCase, Verdict},
    table::{TableFile, table},
};
