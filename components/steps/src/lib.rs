//! The client as a module that imports nothing: its host carries out the requests.
//!
//! See `onepassword_users_protocol` for the functions and messages.

#![cfg(target_arch = "wasm32")]
#![no_std]
#![allow(unsafe_code, reason = "names of exports are fixed")]

extern crate alloc;

use alloc::vec::Vec;
use core::cell::RefCell;

use onepassword_users_guest_runtime::InstanceCell;
use onepassword_users_machine::Machine;
use onepassword_users_protocol::{MAX_EVENT, VERSION};

/// The client of this instance, and what it shares with its host.
struct Instance {
    machine: Machine,
    /// Room for the events of the host.
    inbox: Vec<u8>,
    /// Length of the actions, and the actions.
    outbox: Vec<u8>,
}

static INSTANCE: InstanceCell<RefCell<Instance>> = InstanceCell::new();

/// Runs a function on the instance. The host calls one function at a time: the module calls none of the host's.
fn with_instance<T>(run: impl FnOnce(&mut Instance) -> T) -> T {
    let instance = INSTANCE.get_or_init(|| {
        RefCell::new(Instance {
            machine: Machine::new(),
            inbox: Vec::new(),
            outbox: Vec::new(),
        })
    });
    run(&mut instance.borrow_mut())
}

/// Version of the functions and messages.
#[unsafe(no_mangle)]
extern "C" fn version() -> u32 {
    VERSION
}

/// Makes room for an event of this size in bytes. Returns its address, or 0 if there is no memory for it.
#[unsafe(no_mangle)]
extern "C" fn inbox(size: usize) -> *mut u8 {
    with_instance(|instance| {
        // The memory of the old boxes is overwritten when it is freed.
        instance.inbox = Vec::new();
        instance.outbox = Vec::new();
        if size > MAX_EVENT || instance.inbox.try_reserve_exact(size.max(1)).is_err() {
            return core::ptr::null_mut();
        }
        instance.inbox.resize(size.max(1), 0);
        instance.inbox.as_mut_ptr()
    })
}

/// Carries out the event in the first bytes of the inbox. Returns the address of the length of the actions and the actions.
#[unsafe(no_mangle)]
extern "C" fn event(size: usize) -> *const u8 {
    with_instance(|instance| {
        instance.outbox = Vec::new();
        let inbox = instance.inbox.get_mut(..size).unwrap_or_default();
        let mut actions = instance.machine.event(inbox);
        inbox.fill(0);
        let length = u32::try_from(actions.len()).unwrap_or_default();
        // Moved within its memory: there is room at its end, because it grew by doubling.
        actions.splice(..0, length.to_le_bytes());
        instance.outbox = actions;
        instance.outbox.as_ptr()
    })
}
