/// Named byte sections, one after the other, with a table of contents in front.
///
/// `WPLACES1`, the number of sections, then per section its name (16 bytes), offset and
/// length; all numbers little-endian.
#[derive(Default)]
pub(crate) struct Container {
    sections: Vec<(&'static str, Vec<u8>)>,
}

impl Container {
    /// Adds a section.
    pub(crate) fn bytes(&mut self, name: &'static str, bytes: Vec<u8>) {
        self.sections.push((name, bytes));
    }

    /// Adds a column of numbers of `N` bytes.
    pub(crate) fn column<const N: usize>(
        &mut self,
        name: &'static str,
        values: impl Iterator<Item = [u8; N]>,
    ) {
        self.bytes(name, values.flatten().collect());
    }

    /// Adds a list of strings: where each starts, then their text.
    pub(crate) fn strings<'a>(
        &mut self,
        name: &'static str,
        strings: impl Iterator<Item = &'a str>,
    ) {
        let mut starts = vec![0u32];
        let mut text = Vec::new();
        for string in strings {
            text.extend_from_slice(string.as_bytes());
            starts.push(text.len() as u32);
        }
        let mut bytes = (starts.len() as u32 - 1).to_le_bytes().to_vec();
        bytes.extend(starts.iter().flat_map(|start| start.to_le_bytes()));
        bytes.extend(text);
        self.bytes(name, bytes);
    }

    /// Returns the whole as bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = b"WPLACES1".to_vec();
        out.extend((self.sections.len() as u64).to_le_bytes());
        let mut offset = out.len() + self.sections.len() * 32;
        for (name, bytes) in &self.sections {
            let mut padded = [0u8; 16];
            padded[..name.len()].copy_from_slice(name.as_bytes());
            out.extend(padded);
            out.extend((offset as u64).to_le_bytes());
            out.extend((bytes.len() as u64).to_le_bytes());
            offset += bytes.len();
        }
        for (_, bytes) in self.sections {
            out.extend(bytes);
        }
        out
    }
}
