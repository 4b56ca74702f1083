//! Reads a mail as a mail program does: unfolds headers, undoes the encodings of RFC 2045 and 2047.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub struct Paper {
    head: Vec<(String, String)>,
    pub text: String,
    pub html: String,
}

impl Paper {
    pub fn read(raw: &str) -> Self {
        let (head, body) = split(raw);
        let boundary = value(&head, "content-type")
            .split("boundary=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let parts: Vec<_> = body
            .split(&format!("--{boundary}"))
            .map(|part| split(part.trim_start()))
            .collect();
        let part = |kind: &str| {
            let (head, body) = parts
                .iter()
                .find(|(head, _)| value(head, "content-type").starts_with(kind))
                .unwrap();
            decode(value(head, "content-transfer-encoding"), body)
        };
        Self {
            text: part("text/plain"),
            html: part("text/html"),
            head,
        }
    }

    pub fn header(&self, name: &str) -> String {
        words(value(&self.head, name))
    }
}

fn split(raw: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let head = unfolded
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    (head, body.to_owned())
}

fn value<'a>(head: &'a [(String, String)], name: &str) -> &'a str {
    head.iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value)
}

fn decode(encoding: &str, body: &str) -> String {
    match encoding {
        "base64" => {
            let packed: String = body.split_whitespace().collect();
            String::from_utf8(STANDARD.decode(packed).unwrap()).unwrap()
        }
        "quoted-printable" => unquoted(&body.replace("=\r\n", "")),
        _ => body.to_owned(),
    }
}

fn unquoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// `=?utf-8?b?…?=`; white space between two of them does not count.
fn words(value: &str) -> String {
    let mut bytes = Vec::new();
    let value = value.replace("?= =?", "?==?");
    let mut rest = value.as_str();
    while let Some(at) = rest.find("=?") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let mut parts = rest[at + 2..].splitn(4, '?');
        assert_eq!(parts.next().unwrap().to_lowercase(), "utf-8");
        let (encoding, packed) = (parts.next().unwrap(), parts.next().unwrap());
        match encoding {
            "b" | "B" => bytes.extend(STANDARD.decode(packed).unwrap()),
            _ => bytes.extend(unquoted(&packed.replace('_', " ")).into_bytes()),
        }
        rest = &parts.next().unwrap()[1..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}
