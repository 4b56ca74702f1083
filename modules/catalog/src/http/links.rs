//! Addresses of our own pages with a query.

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `path?name=value&…`, without the empty ones.
pub fn link<'a>(path: &str, parts: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = path.to_owned();
    let mut mark = '?';
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        out.push(mark);
        out.push_str(name);
        out.push('=');
        out.push_str(&encode(value));
        mark = '&';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded_and_empty_parts_left_out() {
        assert_eq!(link("/products", [("q", ""), ("sort", "")]), "/products");
        assert_eq!(
            link(
                "/products",
                [("q", "유기 a&b"), ("cursor", ""), ("sort", "-price")]
            ),
            "/products?q=%EC%9C%A0%EA%B8%B0%20a%26b&sort=-price"
        );
    }
}
