//! Memory of the module after its calls: secrets stand where they are held, and nowhere else.

use super::raw_module::RawModule;

const SECRET: &str = "correct-horse-battery-staple";
const BASIC: &str = "Y2xpZW50LTE6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
const TOKEN: &str = "token-of-the-test";

#[test]
fn secrets_stand_in_the_module_only_where_they_are_held() {
    let mut module = RawModule::new();
    let settings = format!(
        r#"{{"accountId":"ACCOUNT1","credentials":{{"client":{{"clientId":"client-1","clientSecret":"{SECRET}"}}}},"apiVersion":"v1beta1"}}"#
    );
    let configured = module.tell(&format!(
        r#"{{"configure":{{"now":0,"from":{{"settings":{settings}}}}}}}"#
    ));
    assert_eq!(configured, "{}");
    // The secret is held to be redacted; its base64 in the header for the token endpoint, and to be redacted.
    assert_eq!((module.count(SECRET), module.count(BASIC)), (1, 2));
    let started = module.tell(r#"{"start":{"now":1,"call":1,"operation":{"list-users":{}}}}"#);
    assert!(started.contains(BASIC));
    // One more in the request, which stands in the outbox.
    assert_eq!((module.count(SECRET), module.count(BASIC)), (1, 3));
    let asked = module.tell(&format!(
        "{{\"answer\":{{\"now\":2,\"request\":1,\"status\":200,\"more\":false}}}}\n{{\"access_token\":\"{TOKEN}\",\"token_type\":\"Bearer\",\"expires_in\":900}}"
    ));
    assert!(asked.contains(TOKEN));
    assert_eq!((module.count(SECRET), module.count(BASIC)), (1, 2));
    let done = module.tell(
        "{\"answer\":{\"now\":3,\"request\":2,\"status\":200,\"more\":false}}\n{\"results\":[{\"id\":\"U1\",\"email\":\"wendy@acme.example\"}]}",
    );
    assert!(done.contains("wendy@acme.example"));
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!((module.count(TOKEN), module.count(&bearer)), (1, 0));
    // The result stands in the outbox, until the next event.
    assert_eq!(module.count("wendy@acme.example"), 1);
    module.tell(r#"{"tick":{"now":4}}"#);
    assert_eq!(module.count("wendy@acme.example"), 0);
    // Settings that are replaced are gone, and so is the token.
    module.tell(
        r#"{"configure":{"now":5,"from":{"settings":{"accountId":"ACCOUNT2","credentials":{"basic":"eDp5"}}}}}"#,
    );
    for text in [SECRET, BASIC, TOKEN] {
        assert_eq!(module.count(text), 0, "{text}");
    }
}
