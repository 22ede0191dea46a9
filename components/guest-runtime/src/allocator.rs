//! The allocator: TLSF over the instance's memory, which grows at its end.
//!
//! `rlsf` has a global allocator of its own for WebAssembly. It adds each growth as a pool by itself, so that freed memory before
//! it and new memory are never one block, and an instance that asks for more and more runs out at a fraction of its limit.

use core::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32,
    cell::UnsafeCell,
    ptr::{NonNull, null_mut, slice_from_raw_parts_mut},
};

use const_default::ConstDefault;
use rlsf::{FlexSource, FlexTlsf};

/// Size of a page of memory, in bytes (WebAssembly 3.0, section 4.2.8).
const PAGE: usize = 65_536;
/// Number of bits of a bitmap of free blocks.
const BITS: usize = usize::BITS as usize;

/// Alignment of memory that the client asks for and gives back, only to see that it is there. Nothing was written to it.
#[cfg(feature = "zero-freed-memory")]
const PROBE_ALIGNMENT: usize = 1024;

/// Memory of the instance: one region that grows at its end.
struct InstanceMemory;

impl ConstDefault for InstanceMemory {
    const DEFAULT: Self = Self;
}

impl InstanceMemory {
    /// Grows the memory by this many bytes at least. Returns the first new address and the number of new bytes.
    fn grow(bytes: usize) -> Option<(usize, usize)> {
        let pages = bytes.div_ceil(PAGE);
        let old = wasm32::memory_grow::<0>(pages);
        (old != usize::MAX).then(|| (old.wrapping_mul(PAGE), pages.wrapping_mul(PAGE)))
    }
}

#[allow(unsafe_code, reason = "an allocator hands out memory")]
// SAFETY: new pages belong to no other object, and only this source grows the memory.
unsafe impl FlexSource for InstanceMemory {
    unsafe fn alloc(&mut self, min_size: usize) -> Option<NonNull<[u8]>> {
        let (start, size) = Self::grow(min_size)?;
        NonNull::new(slice_from_raw_parts_mut(start as *mut u8, size))
    }

    unsafe fn realloc_inplace_grow(
        &mut self,
        memory: NonNull<[u8]>,
        min_new_len: usize,
    ) -> Option<usize> {
        // The memory has one region, which ends where it grows.
        let more = min_new_len.saturating_sub(memory.len());
        let (_, grown) = Self::grow(more)?;
        Some(memory.len().wrapping_add(grown))
    }

    fn supports_realloc_inplace_grow(&self) -> bool {
        true
    }

    fn is_contiguous_growable(&self) -> bool {
        true
    }

    fn min_align(&self) -> usize {
        PAGE
    }
}

/// The allocator of a component.
pub(crate) struct Allocator(UnsafeCell<FlexTlsf<InstanceMemory, usize, usize, BITS, BITS>>);

impl Allocator {
    /// An allocator without memory. It grows with the first allocation.
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(FlexTlsf::DEFAULT))
    }
}

#[allow(unsafe_code, reason = "static variables must be Sync")]
// SAFETY: a component of WASI 0.2 has one thread, as for `InstanceCell`.
unsafe impl Sync for Allocator {}

#[allow(unsafe_code, reason = "an allocator hands out memory")]
// SAFETY: the calls are passed on with the layouts that they came with. No call is made while another one is under way, because
// there is one thread, and the allocator does not call back.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        let allocator = unsafe { &mut *self.0.get() };
        allocator
            .allocate(layout)
            .map_or(null_mut(), NonNull::as_ptr)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: see above. The caller passes memory that `alloc` returned, which is not null and has the size of the layout.
        unsafe {
            #[cfg(feature = "zero-freed-memory")]
            if layout.align() < PROBE_ALIGNMENT {
                memory.write_bytes(0, layout.size());
                // The compiler must not take the writes for useless.
                core::hint::black_box(memory);
            }
            let allocator = &mut *self.0.get();
            allocator.deallocate(NonNull::new_unchecked(memory), layout.align());
        }
    }
}
