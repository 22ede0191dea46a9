//! An instance of the module without a driver: events in, actions out, and the fuel between them.

use host::STEPS;
use host_tests::compiled_folder;
use wasmtime::{Cache, CacheConfig, Config, Engine, Instance, Memory, Module, Store, TypedFunc};

/// An instance of the module.
pub(super) struct RawModule {
    store: Store<()>,
    memory: Memory,
    inbox: TypedFunc<u32, u32>,
    event: TypedFunc<u32, u32>,
}

impl RawModule {
    pub(super) fn new() -> Self {
        let mut config = Config::new();
        config.consume_fuel(true);
        if let Some(folder) = compiled_folder() {
            let mut cache = CacheConfig::new();
            cache.with_directory(folder);
            config.cache(Cache::new(cache).ok());
        }
        let engine = Engine::new(&config).expect("an engine");
        let module = Module::new(&engine, STEPS).expect("the module compiles");
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX).expect("fuel is counted");
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
    pub(super) fn tell(&mut self, event: &str) -> String {
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

    /// The fuel that was used so far: about one for each instruction.
    pub(super) fn fuel(&self) -> u64 {
        u64::MAX - self.store.get_fuel().expect("fuel is counted")
    }

    /// Number of places at which the memory contains a text.
    pub(super) fn count(&self, text: &str) -> usize {
        let windows = self.memory.data(&self.store).windows(text.len());
        windows.filter(|window| *window == text.as_bytes()).count()
    }
}
