//! A set of small numbers, one bit each.

use std::ops::Range;

/// A set of the numbers below its length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::syntax::xml) struct Bits(Vec<u64>);

const fn place(index: u32) -> (usize, u64) {
    ((index / 64) as usize, 1 << (index % 64))
}

impl Bits {
    /// The empty set, for numbers below `length`.
    pub(in crate::syntax::xml) fn new(length: u32) -> Self {
        Self(vec![0; length.div_ceil(64) as usize])
    }

    pub(in crate::syntax::xml) fn get(&self, index: u32) -> bool {
        let (word, bit) = place(index);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    pub(in crate::syntax::xml) fn set(&mut self, index: u32, member: bool) {
        let (word, bit) = place(index);
        if let Some(word) = self.0.get_mut(word) {
            if member {
                *word |= bit;
            } else {
                *word &= !bit;
            }
        }
    }

    pub(in crate::syntax::xml) fn clear(&mut self, range: Range<u32>) {
        for index in range {
            self.set(index, false);
        }
    }

    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_kept_apart() {
        let mut bits = Bits::new(130);
        assert!(bits.is_empty());
        for index in [0, 63, 64, 129] {
            bits.set(index, true);
        }
        let members = |bits: &Bits| (0..200).filter(|index| bits.get(*index)).collect::<Vec<_>>();
        assert_eq!(members(&bits), [0, 63, 64, 129]);
        bits.clear(60..65);
        assert_eq!(members(&bits), [0, 129]);
        bits.set(1000, true);
        assert_eq!(members(&bits), [0, 129]);
    }
}
