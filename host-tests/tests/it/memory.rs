//! How little memory an instance needs.

use host::{InstanceOptions, ListOptions};
use host_tests::{environment, first_page, instance};
use simulator::Simulator;

#[tokio::test]
async fn a_page_of_1000_users_fits_into_4_mib() {
    let simulator = Simulator::builder().users(1000).start().await.unwrap();
    let options = InstanceOptions::new(environment(&simulator)).max_memory(4 << 20);
    let (mut instance, _) = instance(options).await;
    let largest = ListOptions {
        max_page_size: Some(1000),
        ..first_page()
    };
    for _ in 0..3 {
        let page = instance.list_users(&largest).await.unwrap().unwrap();
        assert_eq!(page.users.len(), 1000);
    }
}
