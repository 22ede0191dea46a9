//! Checks that memory is available before it is used, because a component that runs out of it traps.

use alloc::vec::Vec;
use core::hint::black_box;

use zeroize::Zeroizing;

/// Reserves this many bytes more, and zeroes the memory that was outgrown. False if there is no memory for them.
pub(crate) fn reserve(buffer: &mut Zeroizing<Vec<u8>>, additional: usize) -> bool {
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
    *buffer = Zeroizing::new(larger);
    true
}

/// True if this many bytes could be allocated at once. They are given back immediately.
#[must_use]
pub fn can_allocate(bytes: usize) -> bool {
    let mut probe = Vec::<u8>::new();
    let can_allocate = probe.try_reserve_exact(bytes).is_ok();
    // Keeps the compiler from removing the unused allocation.
    black_box(&mut probe);
    can_allocate
}
