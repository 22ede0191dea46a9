//! Memory, and an end for what cannot go on: nothing here is known to panic.

use core::{arch::wasm32, panic::PanicInfo};

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static MEMORY: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
