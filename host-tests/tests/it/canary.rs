//! A secret that everybody knows, put wherever one can stand: nothing that is printed shows it.

use std::fmt::Debug;

use host::{ApiVersion, BaseUrl, BasicCredentials, ClientCredentials, Credentials, Settings};
use host_tests::Harness;

use crate::secrets::leak;

#[tokio::test]
async fn debug_of_every_type_that_holds_a_secret_shows_none() {
    let harness = Harness::new().await;
    let client = ClientCredentials {
        client_id: harness.simulator.client_id().to_owned(),
        client_secret: harness.simulator.client_secret(),
    };
    let basic = BasicCredentials(harness.simulator.client_secret());
    let settings = |credentials| Settings {
        account_id: harness.simulator.account_id().to_owned(),
        credentials,
        base_url: BaseUrl::Com,
        api_version: ApiVersion::V1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    };
    let all: [&dyn Debug; 5] = [
        &client.clone(),
        &basic.clone(),
        &settings(Credentials::Client(client.clone())),
        &settings(Credentials::Basic(basic.clone())),
        &harness.simulator,
    ];
    for shown in all {
        assert_eq!(leak(&harness.simulator, &shown), None, "{shown:?}");
    }
    // They are there, and would be found.
    assert!(leak(&harness.simulator, &client.client_secret).is_some());
    assert!(leak(&harness.simulator, &basic.0).is_some());
}
