//! Checks that memory is available before it is used, because a component that runs out of it traps.

use alloc::vec::Vec;
use core::hint::black_box;

use crate::secret::SecretBytes;

/// Size of a unit of a probe, in bytes.
const PROBE_UNIT_SIZE: usize = 1024;

/// Unit of a probe of memory. No other allocation has its alignment: the allocator of the steps module, which overwrites freed memory
/// with zeros, leaves memory of this alignment alone, because nothing was written to it.
#[repr(align(1024))]
struct ProbeUnit {
    _bytes: [u8; PROBE_UNIT_SIZE],
}

/// Reserves this many bytes more, and zeroes the memory that was outgrown. False if there is no memory for them.
pub(crate) fn reserve(buffer: &mut SecretBytes, additional: usize) -> bool {
    let needed = buffer.len().saturating_add(additional);
    if needed <= buffer.capacity() {
        return true;
    }
    let mut larger = Vec::new();
    let amortized = needed.max(buffer.capacity().saturating_mul(2));
    if larger.try_reserve_exact(amortized).is_err() {
        return false;
    }
    larger.extend_from_slice(buffer);
    *buffer = SecretBytes::new(larger);
    true
}

/// True if this many bytes could be allocated in blocks of this size. They are given back immediately.
pub(crate) fn can_allocate_blocks(bytes: usize, block: usize) -> bool {
    let mut probe = Vec::<ProbeUnit>::new();
    // Up to one unit more than is needed: the division and the test of its rest would make the plugin larger.
    let units = (block / PROBE_UNIT_SIZE).saturating_add(1);
    let rest = bytes.saturating_sub(units.saturating_mul(PROBE_UNIT_SIZE));
    let can_allocate =
        probe.try_reserve_exact(units).is_ok() && (rest == 0 || can_allocate_blocks(rest, block));
    // Keeps the compiler from removing the unused allocation.
    black_box(&mut probe);
    can_allocate
}

/// True if this many bytes could be allocated at once. They are given back immediately.
#[must_use]
pub fn can_allocate(bytes: usize) -> bool {
    can_allocate_blocks(bytes, bytes)
}
