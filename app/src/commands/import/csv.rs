use std::collections::HashMap;

use catalog::api::{Amount, Both};
use csv::{Position, ReaderBuilder, StringRecord};

use super::entry::{Entry, OptionEntry, PictureEntry, ValuesEntry};
use super::file::{Parsed, Place, Problem, Spot};

/// In the order in which exports write them.
pub const COLUMNS: [&str; 16] = [
    "sku",
    "product",
    "name_ko",
    "name_en",
    "description_ko",
    "description_en",
    "price",
    "category",
    "category_ko",
    "category_en",
    "color_ko",
    "color_en",
    "size_ko",
    "size_en",
    "on_hand",
    "pictures",
];
const NEEDED: [&str; 5] = ["sku", "name_ko", "name_en", "price", "category"];
/// Of a product as a whole: said in its first row, and left empty or repeated in those of further options.
const SHARED: [&str; 8] = [
    "name_ko",
    "name_en",
    "description_ko",
    "description_en",
    "category",
    "category_ko",
    "category_en",
    "pictures",
];
const BETWEEN_PICTURES: char = ';';

/// One row is one thing that can be bought; consecutive rows with the same `product` are that product's options.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    if let Some(line) = open_quote(text) {
        parsed.problems.push(row_problem(
            line,
            "",
            "a quotation mark opens a field and none closes it",
        ));
        return parsed;
    }
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let columns = match records.next() {
        Some(Ok(header)) => match Columns::of(&header) {
            Ok(columns) => columns,
            Err(problems) => return Parsed { problems, ..parsed },
        },
        _ => {
            return Parsed {
                problems: vec![row_problem(1, "", "the first line must name the columns")],
                ..parsed
            };
        }
    };
    let mut rows: Vec<Row> = Vec::new();
    for record in records {
        // the text is UTF-8 and rows may have any length, so nothing can go wrong
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != columns.width {
            let what = format!(
                "has {} fields, and the first line names {} columns",
                record.len(),
                columns.width
            );
            parsed.problems.push(row_problem(line, "", &what));
            continue;
        }
        let row = columns.row(&record, line);
        match rows.last() {
            Some(last) if row.belongs_to(last) => rows.push(row),
            _ => {
                finish(&mut parsed, std::mem::take(&mut rows));
                rows.push(row);
            }
        }
    }
    finish(&mut parsed, rows);
    parsed
}

/// The row, counted among the product's, and the column that say `field`.
pub fn column_of(field: &str, has_options: bool) -> (usize, String) {
    let mut parts = field.split('.');
    let (row, name) = match (parts.next().unwrap_or_default(), parts.next()) {
        ("options", Some(at)) => (at.parse().unwrap_or(0), parts.collect::<Vec<_>>().join(".")),
        ("pictures", _) => (0, "pictures".to_owned()),
        _ => (0, field.to_owned()),
    };
    let column = match name.as_str() {
        "sku" if has_options && field == "sku" => "product".to_owned(),
        "options" => "product".to_owned(),
        "values" => "color_ko".to_owned(),
        other => other
            .trim_start_matches("values.")
            .replace("category_name", "category")
            .replace('.', "_"),
    };
    (row, column)
}

struct Columns {
    by_name: HashMap<&'static str, usize>,
    width: usize,
}

struct Row {
    line: u64,
    cells: HashMap<&'static str, String>,
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self, Vec<Problem>> {
        let (mut by_name, mut problems) = (HashMap::new(), Vec::new());
        for (at, name) in header.iter().enumerate() {
            let name = name.trim();
            let known = COLUMNS.into_iter().find(|known| *known == name);
            let wrong = match known {
                Some(known) => by_name
                    .insert(known, at)
                    .map(|_| "is there twice".to_owned()),
                None => Some(format!("is not known; there are {}", COLUMNS.join(", "))),
            };
            problems.extend(wrong.map(|what| row_problem(1, name, &what)));
        }
        let missing = NEEDED
            .into_iter()
            .filter(|name| !by_name.contains_key(name));
        problems.extend(missing.map(|name| row_problem(1, name, "is missing")));
        if problems.is_empty() {
            Ok(Self {
                by_name,
                width: header.len(),
            })
        } else {
            Err(problems)
        }
    }

    fn row(&self, record: &StringRecord, line: u64) -> Row {
        let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
        Row {
            line,
            cells: self
                .by_name
                .iter()
                .map(|(name, at)| (*name, cell(*at)))
                .collect(),
        }
    }
}

impl Row {
    fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn belongs_to(&self, other: &Self) -> bool {
        !self.get("product").is_empty() && self.get("product") == other.get("product")
    }

    fn both(&self, ko: &str, en: &str) -> Both {
        Both {
            ko: self.get(ko).to_owned(),
            en: self.get(en).to_owned(),
        }
    }

    fn both_if_any(&self, ko: &str, en: &str) -> Option<Both> {
        Some(self.both(ko, en)).filter(|both| *both != Both::default())
    }

    fn number(&self, column: &str, problems: &mut Vec<Problem>) -> Option<i64> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            let what = format!("must be a whole number like 12900, and not {text:?}");
            problems.push(row_problem(self.line, column, &what));
        }
        number
    }

    fn option(&self, problems: &mut Vec<Problem>) -> OptionEntry {
        OptionEntry {
            sku: self.get("sku").to_owned(),
            values: ValuesEntry {
                color: self.both_if_any("color_ko", "color_en"),
                size: self.both_if_any("size_ko", "size_en"),
            },
            price: self.number("price", problems).map(Amount),
            on_hand: self.number("on_hand", problems),
        }
    }
}

/// Rows that belong together become one product, unless something is wrong with their form.
fn finish(parsed: &mut Parsed, rows: Vec<Row>) {
    let Some(first) = rows.first() else { return };
    let mut problems = Vec::new();
    let options: Vec<OptionEntry> = rows.iter().map(|row| row.option(&mut problems)).collect();
    let has_options = !first.get("product").is_empty();
    if !has_options {
        for column in ["color_ko", "color_en", "size_ko", "size_en"] {
            if !first.get(column).is_empty() {
                let what = "is for options: the column product must say whose";
                problems.push(row_problem(first.line, column, what));
            }
        }
    }
    for row in &rows[1..] {
        for column in SHARED {
            if !["", first.get(column)].contains(&row.get(column)) {
                let what = format!(
                    "differs from line {}: leave it empty or repeat it",
                    first.line
                );
                problems.push(row_problem(row.line, column, &what));
            }
        }
    }
    if !problems.is_empty() {
        parsed.problems.append(&mut problems);
        return;
    }
    let pictures = first
        .get("pictures")
        .split(BETWEEN_PICTURES)
        .map(str::trim)
        .filter(|path| !path.is_empty());
    let own = options.first();
    let entry = Entry {
        sku: first
            .get(if has_options { "product" } else { "sku" })
            .to_owned(),
        name: first.both("name_ko", "name_en"),
        description: first.both("description_ko", "description_en"),
        price: own.and_then(|option| option.price),
        category: first.get("category").to_owned(),
        category_name: first.both_if_any("category_ko", "category_en"),
        pictures: pictures
            .map(|path| PictureEntry::File(path.to_owned()))
            .collect(),
        on_hand: own
            .and_then(|option| option.on_hand)
            .filter(|_| !has_options),
        options: if has_options { options } else { Vec::new() },
    };
    parsed.entries.push(entry);
    parsed.spots.push(Spot::Rows {
        lines: rows.iter().map(|row| row.line).collect(),
        has_options,
    });
}

fn row_problem(line: u64, column: &str, what: &str) -> Problem {
    Problem {
        place: Place::Row(line, column.to_owned()),
        what: what.to_owned(),
    }
}

/// The line with a quotation mark that opens a field for good: all that follows would be one field.
fn open_quote(text: &str) -> Option<u64> {
    let (mut line, mut opened, mut at_start) = (1, None, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, opened) {
            ('"', None) if at_start => opened = Some(line),
            ('"', Some(_)) if chars.peek() == Some(&'"') => {
                chars.next();
            }
            ('"', Some(_)) => opened = None,
            _ => {}
        }
        at_start = opened.is_none() && matches!(c, ',' | '\n' | '\r');
        line += u64::from(c == '\n');
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::import::file::File;

    const HEADER: &str =
        "sku,product,name_ko,name_en,price,category,color_ko,color_en,on_hand,pictures\n";

    fn check(rows: &str, expect: &[&str]) {
        let text = format!("{HEADER}{rows}");
        let lines: Vec<String> = parse(&text)
            .problems
            .iter()
            .map(|problem| shown(&text, problem))
            .collect();
        assert_eq!(lines, expect, "{rows}");
    }

    fn shown(text: &str, problem: &Problem) -> String {
        File {
            name: "f.csv".to_owned(),
            text: text.to_owned(),
        }
        .line(problem)
    }

    #[test]
    fn rows_with_the_same_product_are_its_options() {
        let text = format!(
            "{HEADER}MUG,,머그,Mug,12900,tableware,,,3,a.svg;b.png\nT-R,TEE,티,\"Tee, cotton\",20000,clothing,빨강,Red,1,\n\
             T-B,TEE,,,21000,,파랑,Blue,,\nT-G,TEE-2,티,Tee,1,clothing,초록,Green,5,\n,,,,,,,,,\n"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, vec![]);
        let [mug, tee, other] = &parsed.entries[..] else {
            panic!("{:?}", parsed.entries)
        };
        assert_eq!(
            (
                mug.sku.as_str(),
                mug.on_hand,
                mug.options.len(),
                mug.pictures.len()
            ),
            ("MUG", Some(3), 0, 2)
        );
        assert_eq!(
            (tee.sku.as_str(), tee.name.en.as_str(), tee.on_hand),
            ("TEE", "Tee, cotton", None)
        );
        assert_eq!(tee.options[1].price, Some(Amount(21_000)));
        assert_eq!(
            tee.options[0].values.color,
            Some(Both {
                ko: "빨강".to_owned(),
                en: "Red".to_owned()
            })
        );
        assert_eq!(
            (other.sku.as_str(), other.options[0].on_hand),
            ("TEE-2", Some(5))
        );
    }

    #[test]
    fn a_problem_is_told_with_line_and_column() {
        check(
            "MUG,,머그,Mug,\"12,900\",x,,,3,\n",
            &["f.csv, line 2, column price: must be a whole number like 12900, and not \"12,900\""],
        );
        check(
            "MUG,,머그\n",
            &["f.csv, line 2: has 3 fields, and the first line names 10 columns"],
        );
        check(
            "MUG,,머그,Mug,1,x,빨강,,3,\n",
            &["f.csv, line 2, column color_ko: is for options: the column product must say whose"],
        );
        check(
            "\nM,,\"머\n그\",Mug,1,x,,,3,\nA,\"B,,,,,,,,\n",
            &["f.csv, line 5: a quotation mark opens a field and none closes it"],
        );
        check(
            "A,T,\"머\n그\",Mug,1,x,빨강,r,3,\nB,T,컵,Mug,1,x,파랑,b,many,\n",
            &[
                "f.csv, line 4, column on_hand: must be a whole number like 12900, and not \"many\"",
                "f.csv, line 4, column name_ko: differs from line 2: leave it empty or repeat it",
            ],
        );
        for (text, expect) in [
            ("", "f.csv, line 1: the first line must name the columns"),
            (
                "sku,name_ko,name_en,price,category,sku\n",
                "f.csv, line 1, column sku: is there twice",
            ),
            (
                "sku,name_ko,name_en,price\n",
                "f.csv, line 1, column category: is missing",
            ),
        ] {
            assert_eq!(shown(text, &parse(text).problems[0]), expect);
        }
        assert!(
            parse("sku;name_ko\n").problems[0]
                .what
                .contains("is not known")
        );
    }

    #[test]
    fn a_field_has_its_row_and_column() {
        for (field, has_options, expect) in [
            ("name.ko", false, (0, "name_ko")),
            ("sku", false, (0, "sku")),
            ("sku", true, (0, "product")),
            ("options.2.sku", true, (2, "sku")),
            ("options.1.values.size.en", true, (1, "size_en")),
            ("options.1.values", true, (1, "color_ko")),
            ("pictures.3", false, (0, "pictures")),
            ("category_name.en", false, (0, "category_en")),
        ] {
            let (row, column) = column_of(field, has_options);
            assert_eq!((row, column.as_str()), expect, "{field}");
        }
    }
}
