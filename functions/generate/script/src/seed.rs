//! Choices that are the same for the same request, and independent of one another.

/// A stable 64-bit hash of `parts`: FNV-1a with a final mix.
pub(crate) fn hash(parts: &[&str]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^ (h >> 33)
}

/// Where one request's choices come from: each key has its own stream.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    request: String,
    neighbour: u64,
}

impl Seed {
    /// `neighbour` sets apart places that sort next to each other, such as a rank in the country.
    pub(crate) fn new(request: String, neighbour: u64) -> Self {
        Self { request, neighbour }
    }

    /// A number in `0..1` for `key`.
    pub(crate) fn unit(&self, key: &str) -> f32 {
        (hash(&[&self.request, key]) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// An index below `count` for `key`; requests that differ only in `neighbour` by one get different ones.
    pub(crate) fn index(&self, key: &str, count: usize) -> usize {
        let start = hash(&[key]).wrapping_add(self.neighbour);
        (start % count.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_choose_differently_and_a_repeat_chooses_the_same() {
        let (one, two) = (Seed::new("1".into(), 7), Seed::new("2".into(), 8));

        assert_ne!(one.index("M8", 6), two.index("M8", 6));
        assert_eq!(one.index("M8", 6), one.index("M8", 6));
        assert_ne!(one.unit("a"), one.unit("b"));
    }
}
