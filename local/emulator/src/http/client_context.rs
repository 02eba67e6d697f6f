//! What a caller of the Invoke API tells of itself, for the function's context.
use std::{collections::BTreeMap, fmt::Write};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::de::IgnoredAny;

/// The longest client context, in base64.
const MOST_BYTES: usize = 3_583;

/// Why a client context is refused. The first sentence is AWS's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    #[error("Client context must be a valid Base64-encoded JSON object.")]
    NoObject,
    #[error("Client context must have at most {MOST_BYTES} bytes in Base64, not {0}.")]
    TooLong(usize),
}

/// Returns the JSON object that `encoded` holds in base64, in one line of ASCII: a function gets it in a header.
pub(super) fn read(encoded: &[u8]) -> Result<String, Flaw> {
    if encoded.len() > MOST_BYTES {
        return Err(Flaw::TooLong(encoded.len()));
    }
    let json = BASE64.decode(encoded).map_err(|_| Flaw::NoObject)?;
    let json = str::from_utf8(&json).map_err(|_| Flaw::NoObject)?;
    serde_json::from_str::<BTreeMap<String, IgnoredAny>>(json).map_err(|_| Flaw::NoObject)?;
    Ok(in_one_line(json))
}

/// Writes JSON with none but printable ASCII characters; it means the same.
fn in_one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            ' '..='~' => line.push(c),
            // Between tokens only: in a text JSON allows none of them.
            '\t' | '\n' | '\r' => line.push(' '),
            // In a text only.
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(line, "\\u{unit:04x}");
                }
            }
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_context_fits_into_a_header_and_means_the_same() {
        let json = "{\n\t\"custom\": {\"who\": \"Zo\u{eb} \u{1f600}\u{7f}\", \"n\": 1.0}}\r\n";

        let line = read(BASE64.encode(json).as_bytes()).unwrap();

        assert!(
            line.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{line}"
        );
        let same = |json| serde_json::from_str::<Value>(json).unwrap();
        assert_eq!(same(&line), same(json));
        assert!(line.contains("1.0"));
    }

    #[test]
    fn what_is_no_object_in_base64_is_refused() {
        for json in ["", "[]", "1", "{", "{} {}"] {
            let encoded = BASE64.encode(json);
            assert_eq!(read(encoded.as_bytes()), Err(Flaw::NoObject), "{json}");
        }
        for encoded in ["{}", "e30", "e3 0="] {
            assert_eq!(read(encoded.as_bytes()), Err(Flaw::NoObject), "{encoded}");
        }
        assert_eq!(
            read(&BASE64.encode([b'{', 0xff]).into_bytes()),
            Err(Flaw::NoObject)
        );
    }

    #[test]
    fn a_context_has_3583_bytes() {
        // Base64 has four bytes for three.
        let of = |size: usize| BASE64.encode(format!("{{{}}}", " ".repeat(size - 2)));

        assert!(read(of(2_685).as_bytes()).is_ok());
        assert_eq!(read(of(2_688).as_bytes()), Err(Flaw::TooLong(3_584)));
    }
}
