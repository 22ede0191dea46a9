//! What std would bring to the component: memory, and an end for what cannot go on.

use core::{arch::wasm32, panic::PanicInfo};

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static MEMORY: GlobalDlmalloc = GlobalDlmalloc;

/// Lints keep the service's own code from ever coming here.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
