//! Budgets of the plugin that are exact: fuel, and pages of memory. A server in the host's memory answers at once, so that nothing but
//! the plugin and the calls that it makes is counted.

mod account;
mod metered_plugin;

use wasmtime::component::Val;

use self::{
    account::Account,
    metered_plugin::{ErrorCode, ListOptions, MeteredPlugin, StateFilter},
};

/// A KiB in bytes.
const KIB: usize = 1 << 10;

/// Asserts that a measured number is no larger than its budget, and says by how much it is.
fn assert_within(what: &str, measured: u64, budget: u64) {
    println!("{what}: {measured} of {budget}");
    assert!(
        measured <= budget,
        "{what} needs {measured}: {} more than its budget of {budget}",
        measured - budget
    );
}

/// The options for a page of the largest size.
fn largest_page() -> ListOptions {
    ListOptions {
        filter: None::<StateFilter>,
        max_page_size: Some(1000),
        page_token: None,
    }
}

/// Fuel of a second call: the first one has exchanged the token.
async fn warm_fuel(plugin: &mut MeteredPlugin, call: impl AsyncFn(&mut MeteredPlugin)) -> u64 {
    call(plugin).await;
    let before = plugin.fuel();
    call(plugin).await;
    plugin.fuel() - before
}

async fn get(plugin: &mut MeteredPlugin) {
    let id = Account::id(7);
    let user = plugin.get_user(&id).await.expect("a user");
    assert_eq!(user.id, id);
}

async fn suspend(plugin: &mut MeteredPlugin) {
    let user = plugin.suspend_user(&Account::id(7)).await.expect("a user");
    assert_eq!(user.id, Account::id(7));
}

async fn list(plugin: &mut MeteredPlugin) {
    let page = plugin.list_users(&largest_page()).await.expect("a page");
    assert_eq!(page.users.len(), 1000);
}

async fn find_last(plugin: &mut MeteredPlugin) {
    let last = plugin.users() - 1;
    let user = plugin.find_user(&Account::email(last)).await;
    assert_eq!(user.expect("a user").id, Account::id(last));
}

#[tokio::test]
async fn calls_keep_to_their_budgets_of_fuel() {
    let mut plugin = MeteredPlugin::new(1000).await;
    let fuel = warm_fuel(&mut plugin, get).await;
    assert_within("fuel of a get", fuel, 48_000);
    let fuel = warm_fuel(&mut plugin, suspend).await;
    assert_within("fuel of a suspension", fuel, 50_000);
    let fuel = warm_fuel(&mut plugin, list).await;
    assert_within("fuel of a page of 1,000 users", fuel, 20_000_000);
}

#[tokio::test]
async fn the_fuel_of_a_find_grows_in_a_straight_line() {
    let mut per_user = Vec::new();
    for users in [1000, 10_000, 100_000] {
        let mut plugin = MeteredPlugin::new(users).await;
        let fuel = warm_fuel(&mut plugin, find_last).await;
        per_user.push(fuel / u64::from(users));
    }
    println!("fuel of a find for each user: {per_user:?}");
    let (least, most) = (per_user.iter().min(), per_user.iter().max());
    let (least, most) = least.zip(most).expect("three measurements");
    assert!(*most <= least + least / 20, "{per_user:?}");
}

#[tokio::test]
async fn instances_keep_to_their_budgets_of_memory() {
    let mut plugin = MeteredPlugin::new(1000).await;
    get(&mut plugin).await;
    assert_within("memory of a get", plugin.memory(), 256 * KIB as u64);
    list(&mut plugin).await;
    let page = plugin.memory();
    assert_within("memory of a page of 1,000 users", page, 1536 * KIB as u64);
}

#[tokio::test]
async fn a_find_needs_the_same_memory_in_accounts_of_any_size() {
    let mut needed = Vec::new();
    for users in [1000, 1_000_000] {
        let mut plugin = MeteredPlugin::new(users).await;
        find_last(&mut plugin).await;
        needed.push(plugin.memory());
    }
    println!("memory of a find: {needed:?}");
    assert_within("memory of a find", needed[0], 1536 * KIB as u64);
    assert_eq!(needed[0], needed[1]);
}

#[tokio::test]
async fn a_list_larger_than_hosts_copy_is_an_error() {
    let mut plugin = MeteredPlugin::new(600_000).await;
    let error = plugin.list_all_users(u32::MAX).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Other, "{error:?}");
    assert!(error.message.contains("128 MiB"), "{}", error.message);
    // The instance can be used as before.
    get(&mut plugin).await;
}

#[tokio::test]
async fn a_list_that_is_returned_can_be_copied_by_every_host() {
    const LIMIT: u32 = 250_000;
    let mut plugin = MeteredPlugin::new(LIMIT).await;
    let list = plugin.list_all_users(LIMIT).await.expect("a list");
    assert_eq!((list.users.len(), list.complete), (250_000, true));
    drop(list);
    let mut plugin = MeteredPlugin::new(LIMIT).await;
    let Val::Result(Ok(Some(list))) = plugin.list_all_users_as_values(LIMIT).await else {
        panic!("an error");
    };
    let Val::Record(fields) = *list else {
        panic!("no record");
    };
    let users = fields.into_iter().find_map(|(name, value)| match value {
        Val::List(users) if name == "users" => Some(users.len()),
        _ => None,
    });
    assert_eq!(users, Some(250_000));
}
