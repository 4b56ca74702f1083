//! Finds places in JSON that is known to be well formed: serde tells where a value went wrong by what it had read so
//! far, and the catalogue by the field's name; people want the line and column of the value itself.

use std::ops::Range;

/// A cursor over JSON without syntax errors.
pub struct Walk<'a> {
    text: &'a str,
    at: usize,
}

/// A member of an object or an element of an array.
pub struct Member {
    /// A key, or an index.
    pub name: String,
    /// Where it begins: at the key, if there is one.
    pub start: usize,
    pub value: Range<usize>,
}

impl<'a> Walk<'a> {
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// What the object or array at the cursor holds; nothing for other values.
    pub fn members(&mut self) -> Vec<Member> {
        self.blanks();
        let is_object = match self.byte() {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return Vec::new(),
        };
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.blanks_and_commas();
            if matches!(self.byte(), None | Some(b'}' | b']')) {
                self.at += 1;
                return members;
            }
            let start = self.at;
            let mut name = members.len().to_string();
            if is_object {
                let key = self.value();
                name = serde_json::from_str(&self.text[key]).unwrap_or_default();
                self.blanks();
                // the colon
                self.at += 1;
                self.blanks();
            }
            let value = self.value();
            members.push(Member { name, start, value });
        }
    }

    /// Steps over one value, however deep it is.
    fn value(&mut self) -> Range<usize> {
        self.blanks();
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth > 0 => self.at += 1,
                _ => self.scalar(),
            }
            if depth == 0 {
                break;
            }
        }
        start..self.at
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte() {
            self.at += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if byte == b'"' {
                return;
            }
        }
    }

    fn scalar(&mut self) {
        self.at += 1;
        while self
            .byte()
            .is_some_and(|b| !matches!(b, b',' | b':' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
        {
            self.at += 1;
        }
    }

    fn blanks(&mut self) {
        while self.byte().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn blanks_and_commas(&mut self) {
        while self
            .byte()
            .is_some_and(|b| b.is_ascii_whitespace() || b == b',')
        {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Where `field` (`options.2.sku`) of the value at `start` is, or the nearest thing around it that is there.
pub fn find(text: &str, start: usize, field: &str) -> usize {
    let mut at = start;
    for part in field.split('.').filter(|part| !part.is_empty()) {
        match Walk::new(text, at)
            .members()
            .into_iter()
            .find(|member| member.name == part)
        {
            Some(member) => at = member.value.start,
            None => break,
        }
    }
    at
}

/// The innermost field of the value at `start` around `offset`: its name, and where it begins. A closing bracket stands
/// for the last thing before it: so far serde has read when it finds that thing wrong.
pub fn around(text: &str, start: usize, offset: usize) -> (String, usize) {
    let (mut path, mut at) = (String::new(), start);
    loop {
        let mut members = Walk::new(text, at).members();
        let inside = members
            .iter()
            .position(|member| (member.start..member.value.end).contains(&offset));
        let is_end = matches!(text.as_bytes().get(offset), Some(b'}' | b']'));
        let member = match inside {
            Some(inside) => members.swap_remove(inside),
            None if is_end && members.last().is_some_and(|last| last.value.end <= offset) => {
                members.remove(members.len() - 1)
            }
            None => return (path, at),
        };
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&member.name);
        if offset < member.value.start {
            return (path, member.start);
        }
        at = member.value.start;
        if inside.is_none() {
            return (path, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" [ {"sku": "A \"]}", "name": {"ko": "가", "en": "a"}, "n": -1.5e3, "options": [{"sku":"A-1"},{"x":[[]],"sku":null}]}, [] , {} ]"#;

    #[test]
    fn elements_are_found_whatever_is_in_their_strings() {
        let all = Walk::new(TEXT, 0).members();
        let texts: Vec<&str> = all
            .iter()
            .map(|member| &TEXT[member.value.clone()])
            .collect();
        assert_eq!(texts.len(), 3);
        assert!(
            texts[0].starts_with("{\"sku\"") && texts[0].ends_with("null}]}"),
            "{}",
            texts[0]
        );
        assert_eq!(texts[1..], ["[]", "{}"]);
    }

    #[test]
    fn a_field_is_found_or_the_nearest_thing_around_it() {
        let start = Walk::new(TEXT, 0).members()[0].value.start;
        for (field, expect) in [
            ("sku", "\"A \\\"]}\""),
            ("name.en", "\"a\""),
            ("n", "-1.5e3"),
            ("options.1.sku", "null"),
            ("options.1.price", "{\"x\""),
            ("options.7.sku", "[{\"sku\":\"A-1\""),
            ("pictures.0", "{\"sku\": "),
        ] {
            let at = find(TEXT, start, field);
            assert!(TEXT[at..].starts_with(expect), "{field}: {}", &TEXT[at..]);
        }
    }

    #[test]
    fn a_place_knows_its_field() {
        for (inside, field) in [
            ("-1.5", "n"),
            ("\"가\"", "name.ko"),
            ("null", "options.1.sku"),
            ("\"x\"", "options.1.x"),
        ] {
            let start = Walk::new(TEXT, 0).members()[0].value.start;
            let offset = TEXT.find(inside).unwrap();
            assert_eq!(
                around(TEXT, start, offset),
                (field.to_owned(), offset),
                "{inside}"
            );
        }
    }
}
