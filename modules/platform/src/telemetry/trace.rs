use actix_web::http::header::HeaderMap;

/// W3C Trace Context, level 1.
pub const TRACEPARENT: &str = "traceparent";

/// Which trace a request belongs to, and its own span in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    sampled: bool,
}

impl Trace {
    /// Goes on with the sender's trace if there is a valid one, begins a new one else.
    pub(super) fn of_headers(headers: &HeaderMap, random: impl Fn(&mut [u8])) -> Self {
        let given = headers
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok())
            .and_then(Self::parse);
        let mut own = given.unwrap_or_else(|| {
            let mut trace = [0; 16];
            random(&mut trace);
            Self {
                id: trace,
                span: [0; 8],
                sampled: true,
            }
        });
        random(&mut own.span);
        own
    }

    pub fn parse(header: &str) -> Option<Self> {
        let parts: Vec<&str> = header.trim().split('-').collect();
        let [version, trace, span, flags, rest @ ..] = parts.as_slice() else {
            return None;
        };
        let [version] = hex::<1>(version)?;
        if version == 0xff || version == 0 && !rest.is_empty() {
            return None;
        }
        let (trace, span, [flags]) = (hex::<16>(trace)?, hex::<8>(span)?, hex::<1>(flags)?);
        (trace != [0; 16] && span != [0; 8]).then_some(Self {
            id: trace,
            span,
            sampled: flags & 1 == 1,
        })
    }

    /// 32 hexadecimal digits.
    pub fn id(&self) -> String {
        text(&self.id)
    }

    /// The header for calls that this request makes.
    pub fn traceparent(&self) -> String {
        format!(
            "00-{}-{}-{:02x}",
            text(&self.id),
            text(&self.span),
            u8::from(self.sampled)
        )
    }
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_lower_hex =
        text.len() == 2 * N && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_lower_hex {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

fn text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn only_valid_headers_are_accepted() {
        for (header, valid) in [
            (GIVEN, true),
            (
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later",
                true,
            ),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later",
                false,
            ),
            (
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                false,
            ),
            (
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                false,
            ),
            (
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                false,
            ),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                false,
            ),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(Trace::parse(header).is_some(), valid, "{header}");
        }
    }

    #[test]
    fn a_senders_trace_goes_on_in_a_span_of_our_own() {
        let mut headers = HeaderMap::new();
        let fresh = Trace::of_headers(&headers, |bytes| bytes.fill(7));
        assert_eq!(
            fresh.traceparent(),
            format!("00-{}-{}-01", "07".repeat(16), "07".repeat(8))
        );
        headers.insert(
            HeaderName::from_static(TRACEPARENT),
            HeaderValue::from_static(GIVEN),
        );
        let onward = Trace::of_headers(&headers, |bytes| bytes.fill(9)).traceparent();
        assert_eq!(
            onward,
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0909090909090909-01"
        );
    }
}
