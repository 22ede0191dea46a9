//! Runs one row: an instance, a simulator and a hostile server for it alone.

use std::{
    fmt::Debug,
    io,
    net::TcpListener,
    time::{Duration, Instant},
};

use host::{Error, Instance, InstanceOptions};
use host_tests::{environment, first_page, instance};
use simulator::{Simulator, State};
use tokio::time::timeout;

use super::{
    case::{Ask, Row},
    check_case::{Called, Outcome, judge, told},
    server::Server,
};
use crate::secrets::leak;

/// How long a call may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs one row.
pub async fn outcome(row: &Row) -> Outcome {
    let simulator = Simulator::builder().users(60).seed(1).start().await;
    let simulator = simulator.expect("a simulator starts");
    let elsewhere = Elsewhere::new().expect("a port is free");
    let mut users = simulator.users().into_iter();
    let member = users
        .find(|user| user.role == simulator::Role::Member && user.state == State::Active)
        .expect("an account of 60 has active members");
    let mut server = Server::closed(simulator.url()).expect("a port is free");
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), server.url()));
    let deadline_ms = row.deadline.as_millis().to_string();
    variables.push(("OP_USERS_DEADLINE_MS".into(), deadline_ms));
    let (instance, _) = instance(InstanceOptions::new(variables).max_memory(row.memory)).await;
    let mut caller = Caller {
        instance,
        id: member.id,
        page_token: None,
    };

    if row.ask == Ask::Reactivate {
        simulator.set_state(&caller.id, State::Suspended);
    }
    let before = simulator.user(&caller.id).map(|user| user.state);
    if row.script.is_some() {
        server.open().expect("a server opens");
    }
    if matches!(row.ask, Ask::NextPage | Ask::Revoke) {
        caller.prepare().await;
    }
    let names = [
        ("id", caller.id.clone()),
        ("other", simulator.owner().id),
        ("secret", simulator.client_secret()),
        ("account", simulator.account_id().to_owned()),
        ("elsewhere", elsewhere.url.clone()),
        ("page", caller.page_token.clone().unwrap_or_default()),
    ];
    server.play(row.script.clone().map(|script| script.filled(&names)));
    let begun = Instant::now();
    let result = caller.call(row.ask).await;
    let elapsed = begun.elapsed();

    let mut outcome = judge(row, &result, elapsed, server.connections());
    let wrong = &mut outcome.wrong;
    if let Some(what) = leak(&simulator, &result) {
        wrong.push(format!("{what:?} is shown in {}", told(&result)));
    }
    let after = simulator.user(&caller.id).map(|user| user.state);
    if outcome.effect == "unchanged" && after != before {
        wrong.push("it says unchanged, and the user was changed".into());
    }
    if elsewhere.was_asked() {
        wrong.push("a request went to another server".into());
    }

    server.play(None);
    server.open().expect("a server opens");
    for next in [row.ask, Ask::List, Ask::Suspend, Ask::Get] {
        let result = caller.call(next).await;
        if !matches!(result, Some(Ok(Ok(_)))) {
            let told = told(&result);
            wrong.push(format!("the next call, {}: {told}", next.operation()));
        }
    }
    outcome
}

/// An instance, and what it is asked for.
struct Caller {
    instance: Instance,
    id: String,
    /// Where the second page begins.
    page_token: Option<String>,
}

impl Caller {
    /// Lists the first page, which leaves a token and where to go on.
    async fn prepare(&mut self) {
        let page = self.instance.list_users(&first_page()).await;
        let page = page.expect("the component runs").expect("a page comes");
        self.page_token = page.next_page_token;
    }

    async fn call(&mut self, ask: Ask) -> Called {
        let instance = &mut self.instance;
        let mut page = first_page();
        match ask {
            Ask::NextPage => page.page_token.clone_from(&self.page_token),
            Ask::Two => page.max_page_size = Some(2),
            _ => (),
        }
        let result = timeout(PATIENCE, async {
            Ok(match ask {
                Ask::List | Ask::NextPage | Ask::Two => shown(instance.list_users(&page).await?),
                Ask::Get => shown(instance.get_user(&self.id).await?),
                Ask::Suspend => shown(instance.suspend_user(&self.id).await?),
                Ask::Reactivate => shown(instance.reactivate_user(&self.id).await?),
                Ask::Revoke => shown(instance.revoke_token().await?),
            })
        });
        result.await.ok()
    }
}

fn shown(result: Result<impl Debug, Error>) -> Result<String, Error> {
    result.map(|value| format!("{value:?}"))
}

/// Another server, where nothing should ever go.
struct Elsewhere {
    listener: TcpListener,
    url: String,
}

impl Elsewhere {
    fn new() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    fn was_asked(&self) -> bool {
        self.listener.accept().is_ok()
    }
}
