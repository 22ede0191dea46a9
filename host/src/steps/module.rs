//! An instance of the steps module: events in, actions out.

use onepassword_users_protocol::{Actions, Event, VERSION};
use wasmtime::{
    Engine, Instance, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, TypedFunc, ensure,
    format_err,
};

use crate::error::Result;

/// Room that is made at first, in bytes: a piece of a body and its line.
const MIN_ROOM: usize = (64 << 10) + 1024;

/// An instance of the module. It cannot be used again after an error.
pub(super) struct StepsModule {
    store: Store<StoreLimits>,
    memory: Memory,
    inbox: TypedFunc<u32, u32>,
    event: TypedFunc<u32, u32>,
    room: Room,
    /// Maximum for one event, in ticks of the engine's clock.
    max_step: u64,
}

/// Limits of an instance.
#[derive(Clone, Copy)]
pub(super) struct StepsLimits {
    /// Of its memory, in bytes.
    pub(super) memory: usize,
    /// Of one event, in ticks of the engine's clock.
    pub(super) step: u64,
}

/// Room for events in the instance's memory.
#[derive(Clone, Copy)]
struct Room {
    address: usize,
    size: usize,
}

impl StepsModule {
    /// Creates an instance. Fails for a module of another version.
    pub(super) fn new(engine: &Engine, module: &Module, limits: StepsLimits) -> Result<Self> {
        let memory_limit = StoreLimitsBuilder::new().memory_size(limits.memory).build();
        let mut store = Store::new(engine, memory_limit);
        store.limiter(|limits| limits);
        store.set_epoch_deadline(limits.step);
        let instance = Instance::new(&mut store, module, &[])?;
        let version = instance.get_typed_func::<(), u32>(&mut store, "version")?;
        let version = version.call(&mut store, ())?;
        ensure!(
            version == VERSION,
            "the module has version {version} of the messages, this host version {VERSION}"
        );
        let memory = instance.get_memory(&mut store, "memory");
        Ok(Self {
            memory: memory.ok_or_else(|| format_err!("the module exports no memory"))?,
            inbox: instance.get_typed_func(&mut store, "inbox")?,
            event: instance.get_typed_func(&mut store, "event")?,
            room: Room {
                address: 0,
                size: 0,
            },
            max_step: limits.step,
            store,
        })
    }

    /// Tells an event, with a piece of a body. Fails if the module traps, runs for longer than it may, needs more memory than
    /// it may have, or returns other actions than those of its version.
    pub(super) fn event(&mut self, event: &Event, piece: &[u8]) -> Result<Actions> {
        let mut bytes = serde_json::to_vec(event)?;
        if !piece.is_empty() {
            bytes.push(b'\n');
            bytes.extend_from_slice(piece);
        }
        self.store.set_epoch_deadline(self.max_step);
        let size = u32::try_from(bytes.len())?;
        let room = self.room(bytes.len())?;
        self.memory.write(&mut self.store, room.address, &bytes)?;
        let actions = self.event.call(&mut self.store, size)?;
        Ok(serde_json::from_slice(self.actions(actions)?)?)
    }

    /// Room for an event of this size in bytes.
    fn room(&mut self, size: usize) -> Result<Room> {
        if self.room.size < size {
            let size = size.max(MIN_ROOM);
            let address = self.inbox.call(&mut self.store, u32::try_from(size)?)?;
            ensure!(address != 0, "the module has no memory for an event");
            self.room = Room {
                address: usize::try_from(address)?,
                size,
            };
        }
        Ok(self.room)
    }

    /// Actions at an address: their length, and their bytes.
    fn actions(&self, address: u32) -> Result<&[u8]> {
        let memory = self.memory.data(&self.store);
        let outbox = memory.get(usize::try_from(address)?..);
        let (length, outbox) = outbox
            .and_then(<[u8]>::split_first_chunk)
            .ok_or_else(|| format_err!("the actions are outside of the memory"))?;
        outbox
            .get(..usize::try_from(u32::from_le_bytes(*length))?)
            .ok_or_else(|| format_err!("the actions are outside of the memory"))
    }
}
