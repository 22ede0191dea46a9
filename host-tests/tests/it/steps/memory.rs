//! Memory of the module after its calls: secrets stand where they are held, and nowhere else.

use host::STEPS;
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

const SECRET: &str = "correct-horse-battery-staple";
const BASIC: &str = "Y2xpZW50LTE6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
const TOKEN: &str = "token-of-the-test";

/// An instance of the module.
struct Instantiated {
    store: Store<()>,
    memory: Memory,
    inbox: TypedFunc<u32, u32>,
    event: TypedFunc<u32, u32>,
}

impl Instantiated {
    fn new() -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, STEPS).expect("the module compiles");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
        let memory = instance.get_memory(&mut store, "memory");
        let inbox = instance.get_typed_func(&mut store, "inbox");
        let event = instance.get_typed_func(&mut store, "event");
        Self {
            memory: memory.expect("a memory"),
            inbox: inbox.expect("the function inbox"),
            event: event.expect("the function event"),
            store,
        }
    }

    /// Tells an event. Returns the actions.
    fn tell(&mut self, event: &str) -> String {
        let size = u32::try_from(event.len()).expect("a short event");
        let address = self.inbox.call(&mut self.store, size).expect("no trap");
        let address = usize::try_from(address).expect("an address");
        let written = self
            .memory
            .write(&mut self.store, address, event.as_bytes());
        written.expect("room for the event");
        let actions = self.event.call(&mut self.store, size).expect("no trap");
        let actions = usize::try_from(actions).expect("an address");
        let rest = &self.memory.data(&self.store)[actions..];
        let (length, rest) = rest.split_first_chunk().expect("a length");
        let length = usize::try_from(u32::from_le_bytes(*length)).expect("a length");
        String::from_utf8(rest[..length].to_vec()).expect("actions are UTF-8")
    }

    /// Number of places at which the memory contains a text.
    fn count(&self, text: &str) -> usize {
        let windows = self.memory.data(&self.store).windows(text.len());
        windows.filter(|window| *window == text.as_bytes()).count()
    }
}

#[test]
fn secrets_stand_in_the_module_only_where_they_are_held() {
    let mut module = Instantiated::new();
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
