//! Allocator and panic handler for components that are built without `std`.

#![cfg(target_arch = "wasm32")]
#![no_std]

use core::{arch::wasm32, panic::PanicInfo};

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

/// Traps. Lints forbid panics in the components' own code.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
