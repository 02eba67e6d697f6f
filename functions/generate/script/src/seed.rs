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
}

impl Seed {
    /// `request` is what makes one episode differ from another: the place, the type, the length.
    pub(crate) fn new(request: String) -> Self {
        Self { request }
    }

    /// A number in `0..1` for `key`.
    pub(crate) fn unit(&self, key: &str) -> f32 {
        (hash(&[&self.request, key]) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// An index below `count` for `key`.
    pub(crate) fn index(&self, key: &str, count: usize) -> usize {
        ((self.unit(key) * count as f32) as usize).min(count.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_chooses_the_same_and_another_place_mostly_not() {
        let seeds: Vec<Seed> = (0..600).map(|id| Seed::new(id.to_string())).collect();
        let mut chosen = [0u32; 6];
        for seed in &seeds {
            chosen[seed.index("M8", 6)] += 1;
        }

        assert_eq!(seeds[1].index("M8", 6), seeds[1].index("M8", 6));
        assert!(chosen.iter().all(|n| (60..=140).contains(n)), "{chosen:?}");
        assert_ne!(seeds[1].unit("a"), seeds[1].unit("b"));
    }
}
