//! Allocator, panic handler and static cells for components that are built without `std`.

#![cfg(target_arch = "wasm32")]
#![no_std]
#![warn(missing_docs)]

mod allocator;
mod instance_cell;

use core::{arch::wasm32, panic::PanicInfo};

use self::allocator::Allocator;
pub use self::instance_cell::InstanceCell;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator::new();

/// Traps. Lints forbid panics in the components' own code.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
