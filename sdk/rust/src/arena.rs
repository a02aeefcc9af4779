//! The memory allocator of a component whose instance lives for one batch.
//!
//! It takes memory from the end of what it has, and keeps freed blocks in one list per size class for the next request
//! of that class; it never splits or joins blocks. Both ways take a few instructions, where a general allocator
//! searches. Reusing blocks also keeps the number of touched pages low, and page faults are most of what a fresh
//! instance costs. An instance that is kept for many batches holds the peak of each size class, not more with time.
//!
//! The newest block grows in place, for instance while a JSON text is written. If there is a freed block of the wanted
//! class, that one is used instead: otherwise each text would add a block to its list, and an instance that is kept for
//! many batches would grow with every message.
//!
//! # Why `unsafe` is right here
//!
//! An allocator handles raw memory by definition. It relies on this:
//! - `wasm32-wasip2` components have one thread, so the one static heap is never entered twice ([`Global`]).
//! - All memory it hands out comes from [`Pages::grow`], which yields memory that nobody else uses.
//! - Every block has the size that [`Class::of`] its layout's size says, so a block that is freed or resized is put
//!   back where a block of that size belongs.
//! - `cabi_realloc`, by which the host places a call's arguments and the rows of a table, is this allocator too. It has to
//!   be: the bindings free those through the global allocator, and the C library's version would take them from elsewhere.
//! - What the system hands over while a plugin runs (variables of the environment, folders, what is in them) is the C
//!   library's: it frees most of that itself, by its own `free`. Such a block never enters a list here, even where the
//!   standard library frees it through the global allocator: what is not in this allocator's memory goes back to the C
//!   library.

#![allow(unsafe_code, reason = "argued above")]

#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
pub(crate) use component::{Running, for_bindings};

use std::alloc::Layout;
use std::ptr;

/// Every block begins at a multiple of this.
const GRAIN: usize = 16;

/// Up to here, one class per grain; above, four classes per doubling, so that at most a quarter is wasted.
const SMALL: usize = 512;

const SMALL_CLASSES: usize = SMALL / GRAIN;

/// 22 doublings from `SMALL` to the end of a 32-bit memory.
const CLASSES: usize = SMALL_CLASSES + 22 * 4;

/// Where fresh memory comes from.
pub(crate) trait Pages {
    /// At least `bytes` of memory that nobody else uses, aligned to [`GRAIN`], and how many bytes it really is. None
    /// when there is no more.
    fn grow(&mut self, bytes: usize) -> Option<(*mut u8, usize)>;
}

/// A size class: which list, and how long its blocks are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Class {
    list: usize,
    block: usize,
}

impl Class {
    #[inline]
    const fn of(size: usize) -> Self {
        let last = size.saturating_sub(1);
        if size <= SMALL {
            let list = last / GRAIN;
            return Self { list, block: (list + 1) * GRAIN };
        }
        let doubling = last.ilog2() as usize;
        let quarter = (last >> (doubling - 2)) & 3;
        let list = SMALL_CLASSES + (doubling - SMALL.ilog2() as usize) * 4 + quarter;
        Self { list, block: (quarter + 5) << (doubling - 2) }
    }
}

/// The allocator's state.
pub(crate) struct Heap<P> {
    pages: P,
    /// The end of the newest block, and the end of the memory behind it.
    top: *mut u8,
    end: *mut u8,
    /// The first free block per class; each free block begins with a pointer to the next.
    free: [*mut u8; CLASSES],
}

impl<P: Pages> Heap<P> {
    pub(crate) const fn new(pages: P) -> Self {
        Self { pages, top: ptr::null_mut(), end: ptr::null_mut(), free: [ptr::null_mut(); CLASSES] }
    }

    /// A block for this layout; null when memory is used up.
    #[inline]
    pub(crate) fn take(&mut self, layout: Layout) -> *mut u8 {
        let class = Class::of(layout.size());
        let Some(first) = self.free.get_mut(class.list).filter(|_| layout.align() <= GRAIN) else {
            return self.take_new(class.block, layout.align());
        };
        if first.is_null() {
            return self.take_new(class.block, GRAIN);
        }
        let block = *first;
        // SAFETY: a block in a list begins with the pointer that `give` wrote there.
        *first = unsafe { block.cast::<*mut u8>().read() };
        block
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// The block came from this heap for this layout, and nobody uses it any more.
    #[inline]
    pub(crate) unsafe fn give(&mut self, block: *mut u8, layout: Layout) {
        let class = Class::of(layout.size());
        if block.wrapping_add(class.block) == self.top {
            self.top = block;
        } else if let Some(first) = self.free.get_mut(class.list) {
            // SAFETY: the block is ours again, at least a grain long and aligned to it.
            unsafe { block.cast::<*mut u8>().write(*first) };
            *first = block;
        }
    }

    /// Makes a block longer or shorter, in place where that costs nothing.
    ///
    /// # Safety
    /// As for [`give`](Self::give); `size` isn't 0.
    #[inline]
    pub(crate) unsafe fn resize(&mut self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let old = Class::of(layout.size());
        let new = Class::of(size);
        if old == new {
            return block;
        }
        let is_newest = block.wrapping_add(old.block) == self.top;
        if is_newest && !self.has_free(new) && self.end.addr() - block.addr() >= new.block {
            self.top = block.wrapping_add(new.block);
            return block;
        }
        let Ok(new_layout) = Layout::from_size_align(size, layout.align()) else { return ptr::null_mut() };
        let target = self.take(new_layout);
        if !target.is_null() {
            // SAFETY: both blocks are at least that long, and they are different ones.
            unsafe { ptr::copy_nonoverlapping(block, target, layout.size().min(size)) };
            // SAFETY: by this function's own contract.
            unsafe { self.give(block, layout) };
        }
        target
    }

    /// True when a freed block of this class waits.
    #[inline]
    fn has_free(&self, class: Class) -> bool {
        self.free.get(class.list).is_some_and(|first| !first.is_null())
    }

    fn take_new(&mut self, size: usize, align: usize) -> *mut u8 {
        let padding = self.top.addr().wrapping_neg() & (align - 1);
        let Some(needed) = size.checked_add(padding) else { return ptr::null_mut() };
        if self.end.addr() - self.top.addr() < needed {
            let Some(needed) = size.checked_add(align) else { return ptr::null_mut() };
            let Some((start, len)) = self.pages.grow(needed) else { return ptr::null_mut() };
            // What is left of memory that ends elsewhere is lost; in a component it ends where the new one begins.
            if start != self.end {
                self.top = start;
            }
            self.end = start.wrapping_add(len);
            return self.take_new(size, align);
        }
        let block = self.top.wrapping_add(padding);
        self.top = block.wrapping_add(size);
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Memory in boxes, either each behind the last or scattered.
    struct Boxes {
        boxes: Vec<Box<[u128]>>,
        left: usize,
    }

    impl Pages for Boxes {
        fn grow(&mut self, bytes: usize) -> Option<(*mut u8, usize)> {
            let bytes = bytes.next_multiple_of(4096);
            self.left = self.left.checked_sub(bytes)?;
            let mut memory = vec![0u128; bytes / 16].into_boxed_slice();
            let start = memory.as_mut_ptr().cast();
            self.boxes.push(memory);
            Some((start, bytes))
        }
    }

    fn heap(left: usize) -> Heap<Boxes> {
        Heap::new(Boxes { boxes: Vec::new(), left })
    }

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn classes_are_wide_enough_and_waste_at_most_a_quarter() {
        let mut list = 0;
        for size in (1..70_000).chain([1 << 20, (1 << 30) - 1, 1 << 31]) {
            let class = Class::of(size);
            assert!(class.block >= size && class.list < CLASSES && class.block.is_multiple_of(GRAIN), "{size}");
            assert!(size <= SMALL || class.block <= size + size / 4, "{size}");
            assert!(class.list >= list, "{size}");
            list = class.list;
        }
    }

    #[test]
    fn a_freed_block_is_used_again() {
        let mut heap = heap(1 << 20);
        let first = heap.take(layout(100, 8));
        let _second = heap.take(layout(100, 8));
        unsafe { heap.give(first, layout(100, 8)) };
        assert_eq!(heap.take(layout(110, 8)), first);
    }

    #[test]
    fn the_newest_block_grows_in_place() {
        let mut heap = heap(1 << 20);
        let block = heap.take(layout(64, 1));
        assert_eq!(unsafe { heap.resize(block, layout(64, 1), 2000) }, block);
    }

    /// What a mapping does with each message: the input is placed, a text grows, the input goes, then the text.
    #[test]
    fn the_same_work_again_and_again_takes_no_more_memory() {
        let mut heap = heap(2 << 20);
        // One stretch of memory with room to grow in place, as a component has it.
        let room = layout(1 << 20, 1);
        let stretch = heap.take(room);
        unsafe { heap.give(stretch, room) };
        let tops = (0..1000).map(|_| {
            let input = heap.take(layout(500, 1));
            let text = heap.take(layout(128, 1));
            let small = unsafe { heap.resize(text, layout(128, 1), 256) };
            let text = unsafe { heap.resize(small, layout(256, 1), 512) };
            let text = unsafe { heap.resize(text, layout(512, 1), 1024) };
            let answer = heap.take(layout(200, 8));
            unsafe {
                heap.give(input, layout(500, 1));
                heap.give(text, layout(1024, 1));
                heap.give(answer, layout(200, 8));
            }
            heap.top.addr()
        });
        let tops: Vec<_> = tops.collect();
        assert_eq!(tops[10], tops[999]);
    }

    #[test]
    fn memory_that_is_used_up_is_null_and_not_a_crash() {
        let mut heap = heap(8192);
        assert!(heap.take(layout(100_000, 8)).is_null());
        assert!(!heap.take(layout(100, 8)).is_null());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Take(usize, usize),
        Give(usize),
        Resize(usize, usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let size = || prop_oneof![4 => 1usize..600, 1 => 1usize..20_000];
        let step = prop_oneof![
            (size(), 0u32..7).prop_map(|(size, align)| Step::Take(size, 1 << align)),
            (0usize..64).prop_map(Step::Give),
            (0usize..64, size()).prop_map(|(which, size)| Step::Resize(which, size)),
        ];
        proptest::collection::vec(step, 1..300)
    }

    proptest! {
        /// Each block is filled with its own mark; a block that overlaps another destroys a mark.
        #[test]
        fn no_two_blocks_ever_overlap(steps in steps()) {
            let mut heap = heap(64 << 20);
            let mut blocks: Vec<(*mut u8, Layout, u8)> = Vec::new();
            for (mark, step) in (0u8..=255).cycle().zip(steps) {
                match step {
                    Step::Take(size, align) => {
                        let layout = layout(size, align);
                        let block = heap.take(layout);
                        prop_assert!(!block.is_null() && block.addr().is_multiple_of(align));
                        unsafe { block.write_bytes(mark, size) };
                        blocks.push((block, layout, mark));
                    }
                    Step::Give(which) if which < blocks.len() => {
                        let (block, layout, _) = blocks.swap_remove(which);
                        unsafe { heap.give(block, layout) };
                    }
                    Step::Resize(which, size) if which < blocks.len() => {
                        let (block, old, mark) = blocks[which];
                        let block = unsafe { heap.resize(block, old, size) };
                        let kept = unsafe { std::slice::from_raw_parts(block, old.size().min(size)) };
                        prop_assert!(kept.iter().all(|&byte| byte == mark));
                        unsafe { block.write_bytes(mark, size) };
                        blocks[which] = (block, layout(size, old.align()), mark);
                    }
                    Step::Give(_) | Step::Resize(..) => {}
                }
                for &(block, layout, mark) in &blocks {
                    let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
                    prop_assert!(bytes.iter().all(|&byte| byte == mark));
                }
            }
        }
    }
}
