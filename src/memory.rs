//! Memory that may not be there: a component that runs out of it traps, so whoever needs much asks first.

use alloc::vec::Vec;
use core::hint::black_box;

use zeroize::Zeroizing;

/// Makes room for so many bytes more, if there is memory for it. What is outgrown is zeroed.
pub(crate) fn make_room(buffer: &mut Zeroizing<Vec<u8>>, more: usize) -> bool {
    let needed = buffer.len().saturating_add(more);
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

/// Whether so much memory could be had. It is given back at once.
pub(crate) fn is_spare(bytes: usize) -> bool {
    let mut probe = Vec::<u8>::new();
    let is_spare = probe.try_reserve_exact(bytes).is_ok();
    // Else the compiler may see that nothing is done with it, and take it for granted.
    black_box(&mut probe);
    is_spare
}
