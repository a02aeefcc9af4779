//! What only exists inside a component: its linear memory, the global allocator, and the host's way to place arguments.
//! Why its `unsafe` is right is argued in the parent module.

use std::alloc::{GlobalAlloc, Layout, alloc, realloc};
use std::cell::UnsafeCell;
use std::ptr;

use super::{Heap, Pages};

const PAGE: usize = 64 << 10;

/// What is there from the start, enough for a usual batch: growing costs a system call or two in each fresh instance,
/// pages that nobody touches cost nothing.
const FIRST_BYTES: usize = 1 << 20;

/// Memory grows by at least this.
const STEP_PAGES: usize = 16;

#[global_allocator]
static GLOBAL: Global = Global(UnsafeCell::new(Heap::new(LinearMemory { is_first_taken: false })));

static FIRST: First = First(UnsafeCell::new([0; FIRST_BYTES]));

#[repr(align(16))]
struct First(UnsafeCell<[u8; FIRST_BYTES]>);

// SAFETY: a component has one thread, and only the heap, which is handed the memory once, uses it.
unsafe impl Sync for First {}

struct LinearMemory {
    is_first_taken: bool,
}

impl Pages for LinearMemory {
    fn grow(&mut self, bytes: usize) -> Option<(*mut u8, usize)> {
        if !self.is_first_taken && bytes <= FIRST_BYTES {
            self.is_first_taken = true;
            return Some((FIRST.0.get().cast(), FIRST_BYTES));
        }
        let needed = bytes.div_ceil(PAGE);
        let grow = |pages| match core::arch::wasm32::memory_grow::<0>(pages) {
            usize::MAX => None,
            page => Some((ptr::with_exposed_provenance_mut(page * PAGE), pages * PAGE)),
        };
        grow(needed.max(STEP_PAGES)).or_else(|| grow(needed))
    }
}

struct Global(UnsafeCell<Heap<LinearMemory>>);

// SAFETY: a component has one thread, and no method calls back into the allocator.
unsafe impl Sync for Global {}

// SAFETY: blocks are as long as their class, at least the layout's size; aligned to the larger of grain and the
// layout's alignment; and belong to their taker until given back.
unsafe impl GlobalAlloc for Global {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the one reference there is, see `Sync`.
        unsafe { (*self.0.get()).take(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; the caller vouches for the block.
        unsafe { (*self.0.get()).give(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the caller vouches for block and size.
        unsafe { (*self.0.get()).resize(block, layout, size) }
    }
}

/// Where the host puts a call's arguments: the canonical ABI's `realloc`.
///
/// # Safety
/// As the canonical ABI has it: `old` is null with length 0, or a block of this length from an earlier call.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, len: usize) -> *mut u8 {
    if len == 0 {
        return ptr::without_provenance_mut(align);
    }
    let Ok(layout) = Layout::from_size_align(if old_len == 0 { len } else { old_len }, align) else {
        core::arch::wasm32::unreachable()
    };
    // SAFETY: by this function's own contract; the length isn't 0.
    let block = unsafe { if old_len == 0 { alloc(layout) } else { realloc(old, layout, len) } };
    if block.is_null() {
        core::arch::wasm32::unreachable()
    }
    block
}
