use serde::de::IgnoredAny;

use super::entry::Entry;
use super::file::{Parsed, Place, Problem, Spot};
use super::walk::{Walk, around};

/// The products of a JSON array. Every element that is none is a problem of its own.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let offset = offset(text, &error).min(text.len());
        parsed.problems.push(Problem {
            place: Place::Offset(offset),
            what: plain(&error),
        });
        return parsed;
    }
    if !text.trim_start().starts_with('[') {
        let what = "must be an array of products: [{\"sku\": …}, …]".to_owned();
        parsed.problems.push(Problem {
            place: Place::Offset(0),
            what,
        });
        return parsed;
    }
    for element in Walk::new(text, 0).members() {
        let slice = &text[element.value.clone()];
        if !slice.starts_with('{') {
            let what = "must be a product: {\"sku\": …}".to_owned();
            parsed.problems.push(Problem {
                place: Place::Offset(element.value.start),
                what,
            });
            continue;
        }
        match serde_json::from_str::<Entry>(slice) {
            Ok(entry) => {
                parsed.entries.push(entry);
                parsed.spots.push(Spot::Offset(element.value.start));
            }
            Err(error) => {
                let offset =
                    element.value.start + offset(slice, &error).min(slice.len().saturating_sub(1));
                let (field, place) = around(text, element.value.start, offset);
                let what = if field.is_empty() {
                    plain(&error)
                } else {
                    format!("{field}: {}", plain(&error))
                };
                parsed.problems.push(Problem {
                    place: Place::Offset(place),
                    what,
                });
            }
        }
    }
    parsed
}

/// Of the last byte that was read.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let mut offset = line + error.column().saturating_sub(1);
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Without serde's place, which is of the element and not of the file.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::import::file::File;

    fn check(text: &str, expect: &[&str]) {
        let file = File {
            name: "f.json".to_owned(),
            text: text.to_owned(),
        };
        let lines: Vec<String> = parse(text)
            .problems
            .iter()
            .map(|problem| file.line(problem))
            .collect();
        assert_eq!(lines, expect, "{text}");
    }

    #[test]
    fn a_problem_is_told_with_the_line_and_column_of_the_value() {
        check(
            "[\n  {\"sku\": \"A\",\n",
            &["f.json, line 3, column 1: EOF while parsing an object"],
        );
        check(
            "{}",
            &["f.json, line 1, column 1: must be an array of products: [{\"sku\": …}, …]"],
        );
        check("", &["f.json, line 1, column 1: EOF while parsing a value"]);
        check(
            "[{\"sku\": \"A\"}] x",
            &["f.json, line 1, column 16: trailing characters"],
        );
        check(
            "[\n {\"sku\": \"가나\", \"price\": \"1,000\"},\n 7,\n {\"prise\": 1},\n {\"name\": {\"ko\": 3}}]",
            &[
                "f.json, line 2, column 25: price: a whole number of won, or an amount of money",
                "f.json, line 3, column 2: must be a product: {\"sku\": …}",
                "f.json, line 4, column 3: prise: unknown field `prise`, expected one of `sku`, `name`, `description`, \
                 `price`, `category`, `category_name`, `options`, `pictures`, `on_hand`",
                "f.json, line 5, column 18: name.ko: invalid type: integer `3`, expected a string",
            ],
        );
    }

    #[test]
    fn products_are_read_as_the_demo_writes_them() {
        let parsed = parse(include_str!("../../../demo/products.json"));
        assert!(parsed.problems.is_empty());
        assert!(parsed.entries.len() >= 60);
        assert!(parsed.entries.iter().any(|entry| !entry.options.is_empty()));
    }

    #[test]
    fn what_is_nested_without_end_is_refused_and_nothing_worse() {
        let text = format!(
            "[{{\"options\": {}{}}}]",
            "[".repeat(200_000),
            "]".repeat(200_000)
        );
        assert_eq!(parse(&text).problems.len(), 1);
    }
}
