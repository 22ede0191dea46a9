//! Runs one case with its own client, simulator and hostile server.

use std::{
    fmt::Debug,
    io,
    net::TcpListener,
    time::{Duration, Instant},
};

use host::{Instance, InstanceOptions, StepsClient, StepsOptions};
use host_tests::{environment, first_page, instance};
use simulator::{Simulator, State};
use tokio::time::timeout;

use super::{
    case::{Call, Case},
    check_case::{CallResult, CaseResult, check, describe},
    server::Server,
};
use crate::{secrets::leak, steps};

/// Maximum duration of a call before it counts as stuck.
const MAX_CALL_TIME: Duration = Duration::from_secs(20);

/// Build of the client, in its host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Build {
    /// The plugin over `wasi:http`.
    Plugin,
    /// The module without I/O.
    Steps,
}

/// Runs one case, and calls the same client again afterwards.
pub(super) async fn run_case(case: &Case, build: Build) -> CaseResult {
    let simulator = Simulator::builder().users(60).seed(1).start().await;
    let simulator = simulator.expect("a simulator starts");
    let other_server = OtherServer::new().expect("a port is free");
    let mut users = simulator.users().into_iter();
    let member = users
        .find(|user| user.role == simulator::Role::Member && user.state == State::Active)
        .expect("an account of 60 has active members");
    let mut server = Server::closed(simulator.url()).expect("a port is free");
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), server.url()));
    let deadline_ms = case.deadline.as_millis().to_string();
    variables.push(("OP_USERS_DEADLINE_MS".into(), deadline_ms));
    let client = match build {
        Build::Plugin => {
            let options = InstanceOptions::new(variables).max_memory(case.memory);
            let (instance, _) = instance(options).await;
            Client::Plugin(Box::new(instance))
        }
        Build::Steps => {
            let options = StepsOptions::new(variables).max_memory(case.memory);
            let client = steps::runtime().client(options);
            Client::Steps(client.expect("the module can be instantiated"))
        }
    };
    let mut caller = Caller {
        client,
        id: member.id,
        page_token: None,
    };

    if case.call == Call::Reactivate {
        simulator.set_state(&caller.id, State::Suspended);
    }
    let before = simulator.user(&caller.id).map(|user| user.state);
    if case.script.is_some() {
        server.open().expect("a server opens");
    }
    if matches!(case.call, Call::NextPage | Call::Revoke) {
        caller.prepare().await;
    }
    let names = [
        ("id", caller.id.clone()),
        ("other", simulator.owner().id),
        ("secret", simulator.client_secret()),
        ("account", simulator.account_id().to_owned()),
        ("elsewhere", other_server.url.clone()),
        ("page", caller.page_token.clone().unwrap_or_default()),
    ];
    server.set_script(case.script.clone().map(|script| script.filled(&names)));
    let start = Instant::now();
    let result = caller.call(case.call).await;
    let elapsed = start.elapsed();

    let mut case_result = check(case, &result, elapsed, server.requests());
    let problems = &mut case_result.problems;
    if let Some(secret) = leak(&simulator, &result) {
        problems.push(format!("{secret:?} stands in {}", describe(&result)));
    }
    let after = simulator.user(&caller.id).map(|user| user.state);
    if case_result.effect == "not-applied" && after != before {
        problems.push("the effect is not-applied, but the user was changed".into());
    }
    if other_server.was_called() {
        problems.push("a request went to another server".into());
    }

    server.set_script(None);
    server.open().expect("a server opens");
    // A refusal in the server's words is remembered for a short time. A check asks in spite of that.
    let next = caller.call(case.call).await;
    if describe(&next).contains("it is not asked again within 10 seconds") {
        caller.check().await;
    }
    for next in [case.call, Call::List, Call::Suspend, Call::Get] {
        let result = caller.call(next).await;
        if !matches!(result, Some(Ok(Ok(_)))) {
            let result = describe(&result);
            problems.push(format!("the next call, {}: {result}", next.operation()));
        }
    }
    case_result
}

enum Client {
    Plugin(Box<Instance>),
    Steps(StepsClient),
}

/// Calls a function of either client.
macro_rules! call {
    ($client:expr, $function:ident($($argument:expr),*)) => {
        match $client {
            Client::Plugin(instance) => instance.$function($($argument),*).await,
            Client::Steps(client) => client.$function($($argument),*).await,
        }
    };
}

/// A client, and the arguments of its calls.
struct Caller {
    client: Client,
    id: String,
    /// Token of the second page.
    page_token: Option<String>,
}

impl Caller {
    /// Lists the first page, so that the client holds a token and the second page is known.
    async fn prepare(&mut self) {
        let page = call!(&mut self.client, list_users(&first_page()));
        let page = page
            .expect("the component does not trap")
            .expect("the first page is listed");
        self.page_token = page.next_page_token;
    }

    async fn check(&mut self) {
        call!(&mut self.client, check()).expect("the component does not trap");
    }

    async fn call(&mut self, call: Call) -> CallResult {
        let mut page = first_page();
        match call {
            Call::NextPage => page.page_token.clone_from(&self.page_token),
            Call::ListTwo => page.max_page_size = Some(2),
            _ => (),
        }
        let (client, id) = (&mut self.client, &self.id);
        let result = timeout(MAX_CALL_TIME, async {
            Ok(match call {
                Call::List | Call::NextPage | Call::ListTwo => {
                    format_ok(call!(client, list_users(&page))?)
                }
                Call::Get => format_ok(call!(client, get_user(id))?),
                Call::Suspend => format_ok(call!(client, suspend_user(id))?),
                Call::Reactivate => format_ok(call!(client, reactivate_user(id))?),
                Call::Revoke => format_ok(call!(client, revoke_token())?),
            })
        });
        result.await.ok()
    }
}

/// Formats the value of a success.
fn format_ok<E>(result: Result<impl Debug, E>) -> Result<String, E> {
    result.map(|value| format!("{value:?}"))
}

/// A server that must receive no request.
struct OtherServer {
    listener: TcpListener,
    url: String,
}

impl OtherServer {
    fn new() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    fn was_called(&self) -> bool {
        self.listener.accept().is_ok()
    }
}
