//! One spelling per path, before anything is matched: what is matched is what is forwarded.

use std::borrow::Cow;

/// Why a path is answered with 400. Each of these can be read in two ways, and a router that reads
/// it in one way must not pass it on to a service that reads it in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    #[error("a path begins with \"/\"")]
    NotAbsolute,
    #[error("% must be followed by two hexadecimal digits")]
    BadEscape,
    #[error("an escaped slash, backslash or control character is not allowed in a path")]
    Hidden,
    #[error("{0:?} is not allowed in a path")]
    Forbidden(char),
    #[error("\"..\" leads above the root")]
    AboveRoot,
}

/// The normal form of a request's path, without its query (RFC 3986 §6.2.2, and repeated slashes count once).
///
/// Escapes of plain letters are undone, all others written in capitals; what should be escaped is; `.` and `..`
/// are resolved. The normal form of a normal form is itself, and a path that is normal already is only borrowed.
pub fn normalise(path: &str) -> Result<Cow<'_, str>, BadPath> {
    if !path.starts_with('/') {
        return Err(BadPath::NotAbsolute);
    }
    if is_normal(path) {
        return Ok(Cow::Borrowed(path));
    }
    let spelled = respell(path)?;
    Ok(Cow::Owned(resolve(&spelled)?))
}

/// Quick and cautious: plain characters only, no empty segment and none that begins with a dot.
fn is_normal(path: &str) -> bool {
    let (mut flaws, mut before) = (0, 0);
    for byte in path.bytes() {
        let kind = KINDS[usize::from(byte)];
        flaws |= kind & (UNPLAIN | before);
        before = (kind & SLASH) << 1;
    }
    flaws == 0
}

fn is_plain(byte: u8) -> bool {
    KINDS[usize::from(byte)] & UNPLAIN == 0
}

const UNPLAIN: u8 = 1;
const SLASH: u8 = 2;
/// Not normal after a slash.
const BEGINS_BADLY: u8 = SLASH << 1;

/// What the bytes of a path are; plain is `pchar` of RFC 3986, and the slash. A table, because every byte of every path
/// is looked up.
const KINDS: [u8; 256] = {
    let mut kinds = [UNPLAIN; 256];
    let mut byte = 0;
    while byte < u8::MAX {
        kinds[byte as usize] = match byte {
            b'/' => SLASH | BEGINS_BADLY,
            b'.' => BEGINS_BADLY,
            b'!' | b'$' | b'&'..=b',' | b':' | b';' | b'=' | b'@' => 0,
            _ if is_unreserved(byte) => 0,
            _ => UNPLAIN,
        };
        byte += 1;
    }
    kinds
};

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn respell(path: &str) -> Result<String, BadPath> {
    let mut spelled = String::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => match escaped(rest.next(), rest.next())? {
                hidden if hidden.is_ascii_control() || b"/\\".contains(&hidden) => {
                    return Err(BadPath::Hidden);
                }
                plain if is_unreserved(plain) => spelled.push(char::from(plain)),
                other => push_escaped(&mut spelled, other),
            },
            b'?' | b'#' | b'\\' => return Err(BadPath::Forbidden(char::from(byte))),
            control if control.is_ascii_control() => {
                return Err(BadPath::Forbidden(char::from(control)));
            }
            plain if is_plain(plain) => spelled.push(char::from(plain)),
            other => push_escaped(&mut spelled, other),
        }
    }
    Ok(spelled)
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Result<u8, BadPath> {
    let digit = |byte: Option<u8>| {
        byte.and_then(|byte| char::from(byte).to_digit(16))
            .ok_or(BadPath::BadEscape)
    };
    u8::try_from(digit(high)? * 16 + digit(low)?).map_err(|_| BadPath::BadEscape)
}

fn push_escaped(spelled: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    spelled.extend(['%', digit(byte >> 4), digit(byte & 15)]);
}

fn resolve(path: &str) -> Result<String, BadPath> {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment {
            "." => {}
            ".." => drop(kept.pop().ok_or(BadPath::AboveRoot)?),
            name => kept.push(name),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if is_folder && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    Ok(format!("/{}{end}", kept.join("/")))
}
