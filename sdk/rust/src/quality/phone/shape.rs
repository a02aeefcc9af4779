//! Shapes of numbers: which digits may follow one another. All of them are places in one graph, which is walked digit by
//! digit; it stands for the regular expressions of libphonenumber.

/// The edges of the graph, twenty a line.
const EDGES: &[u8] = include_bytes!("shapes.txt");

const BASE: usize = 50;
const FIRST: u8 = b'*';
const EDGE_LENGTH: usize = 5;
const EDGES_PER_LINE: usize = 20;
/// At or above this, a number may end behind the edge; below are the digits it takes, a bit each.
const MAY_END: usize = 1024;

/// Where the first state begins, times two, and one more if no digits at all are of the shape.
#[derive(Clone, Copy)]
pub(super) struct Shape(usize);

struct Edge {
    digits: usize,
    following: usize,
    is_last: bool,
}

impl Shape {
    /// From its number in the table of plans.
    pub(super) fn read(word: &str) -> Option<Self> {
        word.parse().ok().map(Self)
    }

    /// Whether the digits, all of them, are of this shape.
    pub(super) fn fits(self, digits: &str) -> bool {
        let mut state = self.0 / 2;
        let mut may_end = self.0 % 2 == 1;
        for digit in digits.bytes() {
            let wanted = 1 << (digit - b'0');
            let Some(edge) = edges(state).find(|edge| edge.digits & wanted != 0) else { return false };
            state = edge.following;
            may_end = edge.digits >= MAY_END;
        }
        may_end
    }

    /// How many of the first digits are of this shape.
    pub(super) fn longest(self, digits: &str) -> Option<usize> {
        (0..=digits.len()).rev().find(|end| self.fits(&digits[..*end]))
    }
}

/// The edges of a state.
fn edges(state: usize) -> impl Iterator<Item = Edge> {
    let mut next = Some(state);
    std::iter::from_fn(move || {
        let number = next?;
        let edge = edge(number);
        next = if edge.is_last { None } else { Some(number + 1) };
        Some(edge)
    })
}

fn edge(number: usize) -> Edge {
    let at = number * EDGE_LENGTH + number / EDGES_PER_LINE;
    let value = |places: std::ops::Range<usize>| {
        places.fold(0, |value, place| value * BASE + usize::from(EDGES[at + place] - FIRST))
    };
    let following = value(2..5);
    Edge { digits: value(0..2), following: following / 2, is_last: following % 2 == 1 }
}
