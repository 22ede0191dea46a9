//! Allocator, panic handler and static cells for components that are built without `std`.

#![cfg(target_arch = "wasm32")]
#![no_std]
#![warn(missing_docs)]

mod instance_cell;

use core::{arch::wasm32, panic::PanicInfo};

use rlsf::SmallGlobalTlsf;

pub use self::instance_cell::InstanceCell;

#[global_allocator]
static ALLOCATOR: SmallGlobalTlsf = SmallGlobalTlsf::new();

/// Traps. Lints forbid panics in the components' own code.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
