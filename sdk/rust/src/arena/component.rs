//! What only exists inside a component: its linear memory, the global allocator, and the host's way to place arguments.
//! Why its `unsafe` is right is argued in the parent module.

use std::alloc::{GlobalAlloc, Layout, alloc, realloc};
use std::cell::UnsafeCell;
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::{Heap, Pages};

const PAGE: usize = 64 << 10;

/// What is there from the start, enough for a usual batch: growing costs a system call or two in each fresh instance,
/// pages that nobody touches cost nothing.
const FIRST_BYTES: usize = 1 << 20;

/// Memory grows by at least this.
const STEP_PAGES: usize = 16;

#[global_allocator]
static GLOBAL: Global = Global(UnsafeCell::new(Heap::new(LinearMemory::new())));

static FIRST: First = First(UnsafeCell::new([0; FIRST_BYTES]));

#[repr(align(16))]
struct First(UnsafeCell<[u8; FIRST_BYTES]>);

// SAFETY: a component has one thread, and only the heap, which is handed the memory once, uses it.
unsafe impl Sync for First {}

/// Whether the plugin runs: then what the system hands over is the C library's.
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether the system has handed anything over: only then may a block be the C library's.
static HAS_FOREIGN_BLOCKS: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    #[link_name = "realloc"]
    fn c_realloc(block: *mut u8, size: usize) -> *mut u8;
    #[link_name = "free"]
    fn c_free(block: *mut u8);
}

/// Exists while the plugin runs.
pub(crate) struct Running;

impl Running {
    pub(crate) fn begin() -> Self {
        IS_RUNNING.store(true, Relaxed);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        IS_RUNNING.store(false, Relaxed);
    }
}

/// Calls an import of the contract, whose result the bindings free.
pub(crate) fn for_bindings<T>(call: impl FnOnce() -> T) -> T {
    let was_running = IS_RUNNING.swap(false, Relaxed);
    let result = call();
    IS_RUNNING.store(was_running, Relaxed);
    result
}

/// Stretches of memory that are remembered; neighbours are one.
const STRETCHES: usize = 64;

struct LinearMemory {
    is_first_taken: bool,
    /// What was grown, by address; the C library grows memory in between.
    grown: [Range<usize>; STRETCHES],
    count: usize,
}

impl LinearMemory {
    const fn new() -> Self {
        Self { is_first_taken: false, grown: [const { 0..0 }; STRETCHES], count: 0 }
    }

    fn owns(&self, block: *mut u8) -> bool {
        let first = FIRST.0.get().addr();
        let address = block.addr();
        (first..first + FIRST_BYTES).contains(&address)
            || self.grown[..self.count].iter().any(|stretch| stretch.contains(&address))
    }

    /// Memory that nobody else uses; none when there is no more, or it can't be remembered.
    fn take_pages(&mut self, pages: usize) -> Option<(*mut u8, usize)> {
        let newest = self.count.checked_sub(1);
        if self.count == STRETCHES {
            return None;
        }
        let start = match core::arch::wasm32::memory_grow::<0>(pages) {
            usize::MAX => return None,
            page => page * PAGE,
        };
        let end = start + pages * PAGE;
        match newest.map(|newest| &mut self.grown[newest]).filter(|stretch| stretch.end == start) {
            Some(stretch) => stretch.end = end,
            None => {
                self.grown[self.count] = start..end;
                self.count += 1;
            }
        }
        Some((ptr::with_exposed_provenance_mut(start), pages * PAGE))
    }
}

impl Pages for LinearMemory {
    fn grow(&mut self, bytes: usize) -> Option<(*mut u8, usize)> {
        if !self.is_first_taken && bytes <= FIRST_BYTES {
            self.is_first_taken = true;
            return Some((FIRST.0.get().cast(), FIRST_BYTES));
        }
        let needed = bytes.div_ceil(PAGE);
        self.take_pages(needed.max(STEP_PAGES)).or_else(|| self.take_pages(needed))
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
        // SAFETY: as above; the caller vouches for the block, which the C library gave if it is not from here.
        unsafe {
            match self.is_foreign(block) {
                true => c_free(block),
                false => (*self.0.get()).give(block, layout),
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the caller vouches for block and size.
        unsafe {
            match self.is_foreign(block) {
                true => c_realloc(block, size),
                false => (*self.0.get()).resize(block, layout, size),
            }
        }
    }
}

impl Global {
    /// Whether the C library gave this block.
    #[inline]
    fn is_foreign(&self, block: *mut u8) -> bool {
        // SAFETY: see `Sync`.
        HAS_FOREIGN_BLOCKS.load(Relaxed) && !unsafe { (*self.0.get()).pages.owns(block) }
    }
}

/// Where the host puts a call's arguments, and what the imports return: the canonical ABI's `realloc`.
///
/// # Safety
/// As the canonical ABI has it: `old` is null with length 0, or a block of this length from an earlier call.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, len: usize) -> *mut u8 {
    if len == 0 {
        return ptr::without_provenance_mut(align);
    }
    if IS_RUNNING.load(Relaxed) {
        HAS_FOREIGN_BLOCKS.store(true, Relaxed);
        let old = if old_len == 0 { ptr::null_mut() } else { old };
        // SAFETY: null, or a block that an earlier such call gave. It is aligned to 16, more than the ABI ever asks for.
        let block = unsafe { c_realloc(old, len) };
        if block.is_null() {
            core::arch::wasm32::unreachable()
        }
        return block;
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
