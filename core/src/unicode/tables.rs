//! The tables, unpacked. Each is sorted by its first column.

use std::collections::BinaryHeap;
use std::slice::Iter;
use std::sync::LazyLock;

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::read(include_bytes!(concat!(env!("OUT_DIR"), "/unicode.bin"))));

/// What one table says of every character: from each of these on, this.
pub(super) type Ranges = Vec<(u32, u8)>;

pub(super) struct Tables {
    /// A character and the one or two it is made of.
    pub(super) made_of: Vec<(u32, [u32; 2])>,
    /// Two characters, and the one they make.
    pub(super) makes: Vec<([u32; 2], u32)>,
    /// A character, and where what it is folded to ends in `folded`. It begins where the one before ends.
    pub(super) folds: Vec<(u32, usize)>,
    pub(super) folded: Vec<char>,
    /// Canonical combining classes.
    pub(super) classes: Ranges,
    pub(super) kinds: Ranges,
    pub(super) bidi: Ranges,
    pub(super) joining: Ranges,
}

impl Tables {
    fn read(packed: &[u8]) -> Self {
        let mut packed = Numbers(packed.iter());
        let (made_of, makes) = made_of(&mut packed);
        let (folds, folded) = folds(&mut packed);
        let [classes, kinds, bidi, joining] = [(); 4].map(|()| ranges(&mut packed));
        Self { made_of, makes, folds, folded, classes, kinds, bidi, joining }
    }
}

/// Numbers of seven bits a byte, the lowest first; all but the last byte of a number have the eighth.
#[derive(Clone)]
struct Numbers<'a>(Iter<'a, u8>);

impl<'a> Numbers<'a> {
    /// A column: how many bytes it has, and these.
    fn column(&mut self) -> Self {
        let bytes = self.next().unwrap_or_default();
        let (column, rest) = self.0.as_slice().split_at_checked(bytes as usize).unwrap_or_default();
        self.0 = rest.iter();
        Self(column.iter())
    }

    /// The next number as the difference to `from`, in either direction.
    fn after(&mut self, from: u32) -> u32 {
        let folded = self.next().unwrap_or_default();
        from.wrapping_add(folded.wrapping_shr(1) ^ 0_u32.wrapping_sub(folded & 1))
    }
}

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0_u32, 0_u32);
        loop {
            let byte = u32::from(*self.0.next()?);
            number |= (byte & 0x7F).wrapping_shl(shift);
            shift = shift.wrapping_add(7);
            if byte < 0x80 {
                return Some(number);
            }
        }
    }
}

type MadeOf = Vec<(u32, [u32; 2])>;

/// Twice the step, and whether nobody makes it; then what it is made of. The second is 0 where there is one only.
fn made_of(packed: &mut Numbers) -> (MadeOf, Vec<([u32; 2], u32)>) {
    let [steps, mut firsts, mut seconds] = [(); 3].map(|()| packed.column());
    let (mut whole, mut first) = (0_u32, 0_u32);
    // A heap, because the sorts of the standard library weigh 2 KB.
    let (mut made_of, mut makes) = (Vec::new(), BinaryHeap::new());
    for step in steps {
        let (step, is_made) = (step.wrapping_shr(1), step & 1 == 0);
        whole = whole.wrapping_add(step);
        first = firsts.after(first.wrapping_add(step));
        let parts = [first, seconds.next().unwrap_or_default()];
        made_of.push((whole, parts));
        if is_made {
            makes.push((parts, whole));
        }
    }
    (made_of, makes.into_sorted_vec())
}

fn folds(packed: &mut Numbers) -> (Vec<(u32, usize)>, Vec<char>) {
    let [steps, lengths, mut firsts, mut others] = [(); 4].map(|()| packed.column());
    let (mut from, mut to) = (0_u32, 0_u32);
    let (mut folds, mut folded) = (Vec::new(), Vec::new());
    for (step, length) in steps.zip(lengths) {
        from = from.wrapping_add(step);
        to = firsts.after(to.wrapping_add(step));
        folded.push(character(to));
        folded.extend((1..length).filter_map(|_| others.next()).map(character));
        folds.push((from, folded.len()));
    }
    (folds, folded)
}

fn ranges(packed: &mut Numbers) -> Ranges {
    let [steps, values] = [(); 2].map(|()| packed.column());
    let mut from = 0_u32;
    let range = |(step, value): (u32, u32)| {
        from = from.wrapping_add(step);
        (from, value.to_le_bytes()[0])
    };
    steps.zip(values).map(range).collect()
}

pub(super) fn character(number: u32) -> char {
    char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// What `ranges` says of `c`.
pub(super) fn value_of(ranges: &Ranges, c: char) -> u8 {
    let after = ranges.partition_point(|(from, _)| *from <= u32::from(c));
    after.checked_sub(1).and_then(|at| ranges.get(at)).map_or(0, |(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_sorted_by_its_first_column() {
        let Tables { made_of, makes, folds, folded, classes, kinds, bidi, joining } = &*TABLES;
        assert!(made_of.is_sorted_by(|one, other| one.0 < other.0));
        assert!(makes.is_sorted_by(|one, other| one.0 < other.0) && makes.len() > 900);
        assert!(folds.is_sorted_by(|one, other| one.0 < other.0) && folds.last().map(|(_, end)| *end) == Some(folded.len()));
        for ranges in [classes, kinds, bidi, joining] {
            assert!(ranges.is_sorted_by(|one, other| one.0 < other.0));
        }
    }
}
