//! Numbers that look random and depend on the seed alone (SplitMix64): the same on every machine.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Begins the stream of a subject: one subject's numbers don't move when another one takes more of them.
    pub(crate) fn new(seed: u64, subject: &str) -> Self {
        let start = subject.bytes().fold(seed ^ 0x9E37_79B9_7F4A_7C15, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self(start)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Gives a number from 0 to below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: i64) -> i64 {
        let end = u64::try_from(end).unwrap_or_default().max(1);
        i64::try_from(self.next() % end).unwrap_or_default()
    }

    /// Gives a number between two, both included.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(to - from + 1)
    }

    /// Tells whether something happens that happens this often in a hundred.
    pub(crate) fn percent(&mut self, often: i64) -> bool {
        self.below(100) < often
    }

    /// Picks one of a list.
    pub(crate) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.below(i64::try_from(list.len()).unwrap_or_default()));
        at.ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
    }
}
