//! What std would bring to a component: memory, and an end for what cannot go on.

#![cfg(target_arch = "wasm32")]
#![no_std]

use core::{arch::wasm32, panic::PanicInfo};

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static MEMORY: GlobalDlmalloc = GlobalDlmalloc;

/// Lints keep the guest's own code from ever coming here.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
