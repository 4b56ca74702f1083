use std::fs;
use std::path::Path;

/// Attributes whose value is read by people.
const READ_BY_PEOPLE: [&str; 7] = [
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "label",
    "summary",
];
/// Elements whose content is not prose.
const NOT_PROSE: [&str; 3] = ["script", "style", "code"];

/// Letters in an askama template that no [`Texts`](super::Texts) key stands for: Hangul anywhere, Latin words in
/// text and in the attributes that people read. For the tests of whoever owns templates.
pub fn untranslated(template: &str) -> Vec<String> {
    let markup = without_template_code(template);
    let mut found: Vec<String> = words(&markup)
        .filter(|word| word.chars().any(is_hangul))
        .map(str::to_owned)
        .collect();
    let mut rest = markup.as_str();
    while let Some(at) = rest.find('<') {
        found.extend(prose(&rest[..at]));
        let end = tag_end(&rest[at..]).map_or(rest.len(), |end| at + end);
        let tag = &rest[at..end];
        found.extend(attributes(tag));
        rest = skip_content(tag, &rest[end..]);
    }
    found.extend(prose(rest));
    found
}

/// Text between tags; a macro may write whole attributes there, which are none.
fn prose(text: &str) -> Vec<String> {
    let mut found = attributes(text);
    let mut rest = text;
    while let Some(at) = rest.find("=\"") {
        let name = rest[..at]
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + 1);
        found.extend(latin(&rest[..name]));
        rest = rest[at + 2..]
            .split_once('"')
            .map_or("", |(_, after)| after);
    }
    found.extend(latin(rest));
    found
}

/// [`untranslated`] for every `.html` file below `folder`, with the file's name. A folder that cannot be read is named too.
pub fn untranslated_below(folder: &Path) -> Vec<String> {
    let complain = |path: &Path, what: String| format!("{}: {what}", path.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return vec![complain(folder, error.to_string())],
    };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if path.is_dir() {
            found.extend(untranslated_below(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let template =
                fs::read_to_string(&path).unwrap_or_else(|error| format!("<p>{error}</p>"));
            found.extend(
                untranslated(&template)
                    .into_iter()
                    .map(|word| complain(&path, word)),
            );
        }
    }
    found
}

/// `{# #}`, `{% %}` and `{{ }}` become spaces, outside and inside of tags.
fn without_template_code(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let close = match rest.as_bytes().get(at + 1) {
            Some(b'#') => "#}",
            Some(b'%') => "%}",
            Some(b'{') => "}}",
            _ => {
                out.push('{');
                rest = &rest[at + 1..];
                continue;
            }
        };
        out.push(' ');
        rest = rest[at + 2..]
            .find(close)
            .map_or("", |end| &rest[at + 2 + end + 2..]);
    }
    out.push_str(rest);
    out
}

/// The byte after the `>` that ends the tag at the start of `text`; a `>` in quotes does not.
fn tag_end(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return text.find("-->").map(|at| at + 3);
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn skip_content<'a>(tag: &str, rest: &'a str) -> &'a str {
    let name = tag[1..]
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    if !NOT_PROSE.contains(&name) || tag.ends_with("/>") {
        return rest;
    }
    rest.find(&format!("</{name}")).map_or("", |at| &rest[at..])
}

fn attributes(tag: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in READ_BY_PEOPLE {
        for (at, _) in tag.match_indices(&format!(" {name}=")) {
            let value = &tag[at + name.len() + 2..];
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            found.extend(latin(value[1..].split(quote).next().unwrap_or_default()));
        }
    }
    found
}

/// Words of two Latin letters or more; entities such as `&nbsp;` are none.
fn latin(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let entity = after
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '#')
            .unwrap_or(after.len());
        rest = if after[entity..].starts_with(';') {
            &after[entity + 1..]
        } else {
            after
        };
        plain.push(' ');
    }
    plain.push_str(rest);
    words(&plain)
        .filter(|word| word.len() > 1 && word.is_ascii())
        .map(str::to_owned)
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
}

fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣' | 'ㄱ'..='ㆎ' | '\u{1100}'..='\u{11ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_outside_the_texts_are_found() {
        for (template, expect) in [
            (
                r#"<p class="lead">{{ page.t("cart-title") }} · {# a remark #}&nbsp;1 x</p>"#,
                vec![],
            ),
            ("<p>Hello {{ name }}, welcome</p>", vec!["Hello", "welcome"]),
            (r#"<img src="{{ a > b }}" alt="A mug">"#, vec!["mug"]),
            ("<b data-x='장바구니'>", vec!["장바구니"]),
            (
                "{% if x < 3 %}<i title='{{ t }}'>{% endif %}담기",
                vec!["담기"],
            ),
            (
                "<script>let word = 1;</script><code>cargo run</code><!-- note -->",
                vec![],
            ),
            (
                r#"{% if bad %} aria-invalid="true" title="Wrong"{% endif %} yes"#,
                vec!["Wrong", "yes"],
            ),
            (
                "<input placeholder=\"Search\" name=\"title\">",
                vec!["Search"],
            ),
        ] {
            assert_eq!(untranslated(template), expect, "{template}");
        }
    }
}
