//! Which bytes are a picture that may be shown.

use sha2::{Digest, Sha256};

pub const LARGEST_KIB: usize = 2048;
/// Elements of SVG that run or load something, and those that carry other languages.
const ACTIVE: [&str; 9] = [
    "script",
    "foreignobject",
    "iframe",
    "embed",
    "object",
    "handler",
    "listener",
    "audio",
    "video",
];

/// A picture: its bytes, and the name that its bytes give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `<hash>.<ext>`
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPicture {
    #[error("is larger than {LARGEST_KIB} KiB")]
    TooLarge,
    #[error("is not an SVG, PNG, JPEG or WebP picture")]
    Unknown,
    #[error("is an SVG with scripts or links to elsewhere in it")]
    Active,
}

impl Picture {
    /// By the bytes alone: what a sender says of them is not believed.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, BadPicture> {
        if bytes.len() > LARGEST_KIB * 1024 {
            return Err(BadPicture::TooLarge);
        }
        let (ext, media_type) = sniff(&bytes)?;
        let hash = Sha256::digest(&bytes);
        let mut name = String::with_capacity(37);
        for byte in &hash[..16] {
            use std::fmt::Write as _;
            let _ = write!(name, "{byte:02x}");
        }
        name.push('.');
        name.push_str(ext);
        Ok(Self {
            name,
            media_type,
            bytes,
        })
    }
}

/// Whether `name` can be the name of a picture at all.
pub fn is_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, ext)| {
        hash.len() == 32
            && hash
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && matches!(ext, "svg" | "png" | "jpg" | "webp")
    })
}

fn sniff(bytes: &[u8]) -> Result<(&'static str, &'static str), BadPicture> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(("png", "image/png"))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Ok(("jpg", "image/jpeg"))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Ok(("webp", "image/webp"))
    } else {
        let text = std::str::from_utf8(bytes).map_err(|_| BadPicture::Unknown)?;
        svg(text)?;
        Ok(("svg", "image/svg+xml"))
    }
}

/// Passive SVG: no scripts, no entities, no links to anything outside of itself.
fn svg(text: &str) -> Result<(), BadPicture> {
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut is_svg = false;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").ok_or(BadPicture::Unknown)?.1;
            continue;
        }
        if rest.starts_with('!') && !rest.starts_with("![CDATA[") {
            // a document type may declare entities, and hides what they say
            return Err(
                if is_svg || rest[1..].to_ascii_lowercase().starts_with("doctype svg") {
                    BadPicture::Active
                } else {
                    BadPicture::Unknown
                },
            );
        }
        let end = tag_end(rest).ok_or(BadPicture::Unknown)?;
        let tag = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        if tag.starts_with("?xml-stylesheet") {
            return Err(BadPicture::Active);
        }
        if tag.starts_with(['?', '!', '/']) {
            continue;
        }
        let name = tag
            .split(|c: char| c.is_whitespace() || matches!(c, '/' | '>'))
            .next()
            .unwrap_or_default();
        let name = name.rsplit(':').next().unwrap_or_default();
        if !is_svg {
            if name != "svg" {
                return Err(BadPicture::Unknown);
            }
            is_svg = true;
        }
        if ACTIVE.contains(&name) || !attributes_are_passive(&tag) {
            return Err(BadPicture::Active);
        }
    }
    if !is_svg {
        return Err(BadPicture::Unknown);
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("@import") || lower.contains("javascript:") {
        Err(BadPicture::Active)
    } else {
        Ok(())
    }
}

/// The byte of the `>` that ends the tag; one in quotes does not.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// `tag` in small letters.
fn attributes_are_passive(tag: &str) -> bool {
    for (at, _) in tag.match_indices('=') {
        let name = tag[..at].trim_end();
        let name = name
            .rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/'))
            .next()
            .unwrap_or_default();
        let value = tag[at + 1..]
            .trim_start()
            .trim_start_matches(['"', '\''])
            .trim_start();
        if name.starts_with("on") {
            return false;
        }
        if (name == "href" || name.ends_with(":href") || name == "src")
            && !value.starts_with('#')
            && !value.starts_with("data:image/")
        {
            return false;
        }
    }
    // addresses in presentation attributes may only name parts of the picture
    tag.match_indices("url(").all(|(at, found)| {
        tag[at + found.len()..]
            .trim_start()
            .trim_start_matches(['"', '\''])
            .trim_start_matches("&quot;")
            .starts_with('#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passive_pictures_are_taken() {
        let ok = Ok(());
        for (bytes, expect) in [
            (
                "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d='M0 0'/></svg>",
                ok,
            ),
            (
                "\u{feff}<?xml version=\"1.0\"?><!-- a > b --><svg:svg xmlns:svg='x'><use href='#a'/></svg:svg>",
                ok,
            ),
            (
                "<svg><rect fill=\"url(#grad)\" style=\"fill:url('#b')\"/><title>on = off</title></svg>",
                ok,
            ),
            (
                "<svg><script>alert(1)</script></svg>",
                Err(BadPicture::Active),
            ),
            (
                "<svg><SVG:Script href='#x'/></svg>",
                Err(BadPicture::Active),
            ),
            ("<svg onload = \"x()\"/>", Err(BadPicture::Active)),
            (
                "<svg><a href=\"java&#115;cript:alert(1)\">x</a></svg>",
                Err(BadPicture::Active),
            ),
            (
                "<svg><image xlink:href=\"https://evil.example/x.png\"/></svg>",
                Err(BadPicture::Active),
            ),
            (
                "<svg><rect fill='url(https://evil.example/#x)'/></svg>",
                Err(BadPicture::Active),
            ),
            (
                "<svg><style>@import 'x'</style></svg>",
                Err(BadPicture::Active),
            ),
            (
                "<!DOCTYPE svg [<!ENTITY x 'y'>]><svg/>",
                Err(BadPicture::Active),
            ),
            ("<svg><foreignObject/></svg>", Err(BadPicture::Active)),
            ("<html><svg/></html>", Err(BadPicture::Unknown)),
            ("<!doctype html><svg/>", Err(BadPicture::Unknown)),
            ("GIF89a", Err(BadPicture::Unknown)),
            ("", Err(BadPicture::Unknown)),
            ("\u{89}PNG", Err(BadPicture::Unknown)),
        ] {
            assert_eq!(
                Picture::parse(bytes.as_bytes().to_vec()).map(|_| ()),
                expect,
                "{bytes}"
            );
        }
    }

    #[test]
    fn the_bytes_decide_type_and_name() {
        for (bytes, ext, media_type) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), "png", "image/png"),
            (b"\xff\xd8\xff\xe0....", "jpg", "image/jpeg"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "webp", "image/webp"),
        ] {
            let picture = Picture::parse(bytes.to_vec()).unwrap();
            assert!(
                picture.name.ends_with(ext) && is_name(&picture.name),
                "{}",
                picture.name
            );
            assert_eq!(picture.media_type, media_type);
        }
        assert_eq!(
            Picture::parse(vec![0; (LARGEST_KIB << 10) + 1]),
            Err(BadPicture::TooLarge)
        );
        assert!(!is_name("../../etc/passwd") && !is_name("0123456789abcdef0123456789abcdef.html"));
    }
}
