use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use podcast::{Owner, Status};
use sha2::{Digest, Sha256};
use storage::Cursor;

/// How many bytes of hash a cursor carries: enough that no slip of a client goes unnoticed.
const SEAL_BYTES: usize = 8;

/// Writes a place in a library so that clients have nothing to read in it.
///
/// It only fits the list it was made for. That is a service to clients, not what keeps libraries
/// apart: the owner of a page is always its caller, whatever the cursor says.
pub(crate) fn write(cursor: Cursor, owner: &Owner, status: Option<Status>) -> String {
    let mut bytes = cursor.to_string().into_bytes();
    bytes.extend(seal(&bytes, owner, status));
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`write()`] wrote for the same list; anything else is `None`.
pub(crate) fn read(text: &str, owner: &Owner, status: Option<Status>) -> Option<Cursor> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (cursor, sealed) = bytes.split_last_chunk::<SEAL_BYTES>()?;
    if seal(cursor, owner, status) != *sealed {
        return None;
    }
    std::str::from_utf8(cursor).ok()?.parse().ok()
}

fn seal(cursor: &[u8], owner: &Owner, status: Option<Status>) -> [u8; SEAL_BYTES] {
    let hash = Sha256::new()
        .chain_update(cursor)
        .chain_update([0])
        .chain_update(status.map_or("", Status::as_str))
        .chain_update([0])
        .chain_update(owner.as_str())
        .finalize();
    std::array::from_fn(|at| hash[at])
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use podcast::PodcastId;

    use super::*;

    fn cursor() -> Cursor {
        let created_at = Timestamp::from_millisecond(1_767_225_600_123).unwrap();
        Cursor {
            created_at,
            id: PodcastId::new(),
        }
    }

    #[test]
    fn a_cursor_reads_back_for_its_own_list_only() {
        let (ann, ben) = (Owner::new("ann"), Owner::new("ben"));
        let (cursor, failed) = (cursor(), Some(Status::Failed));

        let text = write(cursor, &ann, failed);

        assert_eq!(read(&text, &ann, failed), Some(cursor));
        assert_eq!(read(&text, &ben, failed), None);
        assert_eq!(read(&text, &ann, None), None);
    }

    #[test]
    fn a_cursor_with_any_character_changed_is_none() {
        let text = write(cursor(), &Owner::local(), None);

        for at in 0..text.len() {
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let tampered = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(read(&tampered, &Owner::local(), None), None, "{tampered}");
        }
        for text in ["", "A", "====", "é", &text[1..]] {
            assert_eq!(read(text, &Owner::local(), None), None, "{text}");
        }
    }
}
