//! Bytes of a file to text: UTF-8 as it is, Latin-1 when asked to guess, and a clear answer for what is no text.

use std::borrow::Cow;

/// Why bytes are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// A NUL byte, which PostgreSQL takes in no text: a binary file, or UTF-16.
    #[error("line {line}: NUL byte at offset {offset}{}", if *.utf16 { ": the file is UTF-16, save it as UTF-8" } else { ": this is a binary file" })]
    Binary {
        /// Offset of the first NUL.
        offset: usize,
        /// Its 1-based line.
        line: u32,
        /// The file begins with a UTF-16 byte order mark.
        utf16: bool,
    },
    /// Bytes that are no UTF-8, in Latin-1 or another single-byte encoding most likely.
    #[error("line {line}: byte {byte:#04x} at offset {offset} is not valid UTF-8")]
    InvalidUtf8 {
        /// Offset of the first bad byte.
        offset: usize,
        /// Its 1-based line.
        line: u32,
        /// The byte.
        byte: u8,
    },
}

/// Text that a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without its byte order mark.
    pub text: Cow<'a, str>,
    /// A byte order mark stood at the start.
    pub byte_order_mark: bool,
    /// The bytes were no UTF-8 and were read as Latin-1: what was wrong, and where.
    pub was_lossy: Option<NotText>,
}

/// UTF-8 or nothing.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, NotText> {
    let (content, byte_order_mark) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let moved = bytes.len() - content.len();
    let line = |offset: usize| 1 + memchr::memchr_iter(b'\n', &content[..offset]).count() as u32;
    if let Some(offset) = memchr::memchr(0, content) {
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        return Err(NotText::Binary { offset: offset + moved, line: line(offset), utf16 });
    }
    match std::str::from_utf8(content) {
        Ok(text) => Ok(Decoded { text: Cow::Borrowed(text), byte_order_mark, was_lossy: None }),
        Err(error) => {
            let offset = error.valid_up_to();
            Err(NotText::InvalidUtf8 { offset: offset + moved, line: line(offset), byte: content[offset] })
        }
    }
}

/// As `decode`, but bytes that are no UTF-8 are read as Latin-1 and said so. Only a binary file is refused.
pub fn decode_lossy(bytes: &[u8]) -> Result<Decoded<'_>, NotText> {
    match decode(bytes) {
        Err(problem @ NotText::InvalidUtf8 { .. }) => Ok(Decoded {
            text: Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
            byte_order_mark: false,
            was_lossy: Some(problem),
        }),
        decoded => decoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_passes_with_and_without_a_mark() {
        assert_eq!(decode("select 'ä'".as_bytes()).unwrap().text, "select 'ä'");
        let marked = decode(b"\xef\xbb\xbfselect 1").unwrap();
        assert!(marked.byte_order_mark);
        assert_eq!(marked.text, "select 1");
    }

    #[test]
    fn what_is_no_text_says_where() {
        assert_eq!(decode(b"a\nb\xe4c"), Err(NotText::InvalidUtf8 { offset: 3, line: 2, byte: 0xe4 }));
        assert_eq!(decode(b"a\nb\0c"), Err(NotText::Binary { offset: 3, line: 2, utf16: false }));
        assert!(matches!(decode(b"\xff\xfea\0"), Err(NotText::Binary { utf16: true, .. })));
        assert!(decode_lossy(b"a\0\xe4").is_err());
        let guessed = decode_lossy(b"-- K\xe4se").unwrap();
        assert_eq!(guessed.text, "-- Käse");
        assert!(guessed.was_lossy.is_some());
    }
}
