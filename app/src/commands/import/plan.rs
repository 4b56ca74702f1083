//! What an import will do, found out without doing it.

use std::collections::{HashMap, HashSet};

use catalog::api::{CategoryCard, CategoryDraft, MOST_PER_PUT, PictureDraft, ProductDraft};
use indicatif::{ProgressBar, ProgressStyle};

use super::entry::{Complaint, Entry, Read};
use super::shelves::Shelves;
use crate::demo;
use crate::failure::Failure;

/// Stock's own limit.
const MOST_ON_HAND: i64 = 1_000_000_000;
const LONGEST_CATEGORY: usize = 40;
/// Pictures of one commit: with more, even fewer than [`MOST_PER_PUT`] products are parted.
const MOST_BYTES: usize = 256 << 20;

pub struct Plan {
    pub products: usize,
    /// SKUs whose stock is said.
    pub stocked: usize,
    pub new_categories: Vec<CategoryDraft>,
    /// Those of the shop, in its order.
    pub categories: Vec<CategoryCard>,
}

impl Plan {
    /// Looks at everything, by the catalogue's own eyes where it can. With complaints the plan is not to be carried out.
    pub async fn check(
        shelves: &Shelves,
        entries: &[Entry],
        read: Read<'_>,
    ) -> Result<(Self, Vec<Complaint>), Failure> {
        let mut complaints = own_rules(entries);
        let categories = shelves.categories().await?;
        let usual = demo::categories()?;
        let new_categories = new_categories(entries, (&categories, &usual), &mut complaints);
        let stocked = entries.iter().flat_map(Entry::on_hand).count();
        let plan = Self {
            products: entries.len(),
            stocked,
            new_categories,
            categories,
        };
        let bar = bar("checking", entries.len());
        let mut batches = Batches::new(entries);
        while let Some(batch) = batches.next(&mut *read) {
            bar.inc(batch.drafts.len() as u64);
            complaints.extend(batch.unreadable);
            plan.look(shelves, batch.drafts, &mut complaints).await?;
        }
        bar.finish_and_clear();
        complaints.sort_by_key(|complaint| complaint.index);
        let mut seen = HashSet::new();
        complaints.retain(|c| seen.insert((c.index, c.field.clone(), c.what.clone())));
        Ok((plan, complaints))
    }

    /// Asks the catalogue about a batch, and again without the products that it complains about: what only its
    /// database can tell is told of the others.
    async fn look(
        &self,
        shelves: &Shelves,
        mut drafts: Vec<(usize, ProductDraft)>,
        complaints: &mut Vec<Complaint>,
    ) -> Result<(), Failure> {
        loop {
            let report = shelves
                .try_products(drafts.iter().map(|(_, draft)| draft.clone()).collect())
                .await?;
            if report.complaints.is_empty() {
                return Ok(());
            }
            let mut bad = HashSet::new();
            for complaint in report.complaints {
                let Some((index, draft)) = drafts.get(complaint.index) else {
                    continue;
                };
                bad.insert(*index);
                let what = match complaint.key.as_str() {
                    UNKNOWN_CATEGORY if self.brings(&draft.category) => continue,
                    UNKNOWN_CATEGORY => self.no_category(&draft.category),
                    _ => complaint.what,
                };
                complaints.push(Complaint::new(*index, complaint.field, what));
            }
            drafts.retain(|(index, _)| !bad.contains(index));
        }
    }

    fn brings(&self, slug: &str) -> bool {
        self.new_categories
            .iter()
            .any(|category| category.slug == slug)
    }

    fn no_category(&self, slug: &str) -> String {
        let known: Vec<&str> = self
            .categories
            .iter()
            .map(|category| category.slug.as_str())
            .collect();
        let known = if known.is_empty() {
            "none yet".to_owned()
        } else {
            known.join(", ")
        };
        format!(
            "is no category of this shop: {slug:?}; there are {known}; give a new one its name in both languages \
             (JSON: category_name, CSV: category_ko and category_en)"
        )
    }
}

/// The catalogue's key for a category that it does not have.
const UNKNOWN_CATEGORY: &str = "catalog-bad-category";

/// Entries in the portions in which they are checked and written, their pictures read.
pub struct Batches<'a> {
    entries: &'a [Entry],
    at: usize,
}

#[derive(Default)]
pub struct Batch {
    pub drafts: Vec<(usize, ProductDraft)>,
    pub unreadable: Vec<Complaint>,
}

impl<'a> Batches<'a> {
    pub fn new(entries: &'a [Entry]) -> Self {
        Self { entries, at: 0 }
    }

    pub fn next(&mut self, read: Read<'_>) -> Option<Batch> {
        let (mut batch, mut bytes) = (Batch::default(), 0);
        while self.at < self.entries.len()
            && batch.drafts.len() < MOST_PER_PUT
            && bytes < MOST_BYTES
        {
            let (index, entry) = (self.at, &self.entries[self.at]);
            self.at += 1;
            let draft = entry.draft(&mut *read).unwrap_or_else(|bad| {
                let complaint = |(field, what)| Complaint::new(index, field, what);
                batch.unreadable.extend(bad.into_iter().map(complaint));
                entry.draft_without_pictures()
            });
            bytes += draft.pictures.iter().map(size).sum::<usize>();
            batch.drafts.push((index, draft));
        }
        (!batch.drafts.is_empty()).then_some(batch)
    }
}

fn size(picture: &PictureDraft) -> usize {
    match picture {
        PictureDraft::New { data, .. } => data.len(),
        PictureDraft::Known(_) => 0,
    }
}

/// What neither context can see: it lies in the file as a whole, or between the two.
fn own_rules(entries: &[Entry]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut owners: HashMap<&str, usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        for (sku, field) in entry.skus().filter(|(sku, _)| !sku.trim().is_empty()) {
            if *owners.entry(sku.trim()).or_insert(index) != index {
                complaints.push(Complaint::new(
                    index,
                    field,
                    format!("appears twice: {}", sku.trim()),
                ));
            }
        }
        if entry.on_hand.is_some() && !entry.options.is_empty() {
            complaints.push(Complaint::new(
                index,
                "on_hand",
                "is said by each option, and not by their product",
            ));
        }
        for (_, count, field) in entry.on_hand() {
            if !(0..=MOST_ON_HAND).contains(&count) {
                let what = format!("must be a whole number from 0 to {MOST_ON_HAND}");
                complaints.push(Complaint::new(index, field, what));
            }
        }
    }
    complaints
}

/// Categories that the file names and the shop does not have, in the file's order. The usual ones need no name.
fn new_categories(
    entries: &[Entry],
    (known, usual): (&[CategoryCard], &[CategoryDraft]),
    complaints: &mut Vec<Complaint>,
) -> Vec<CategoryDraft> {
    let mut new: Vec<CategoryDraft> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let usual = usual
            .iter()
            .find(|category| category.slug == entry.category)
            .map(|category| &category.name);
        let Some(name) = entry.category_name.as_ref().or(usual) else {
            continue;
        };
        if known.iter().any(|category| category.slug == entry.category) {
            continue;
        }
        if let Some(before) = new.iter().find(|category| category.slug == entry.category) {
            if before.name != *name {
                let what = format!(
                    "is {:?} further up: the same slug has one name",
                    before.name.en
                );
                complaints.push(Complaint::new(index, "category_name", what));
            }
            continue;
        }
        for (field, text, is_right, what) in [
            (
                "category",
                &entry.category,
                is_slug as fn(&str) -> bool,
                "small letters, digits or dashes",
            ),
            ("category_name.ko", &name.ko, is_name, "characters"),
            ("category_name.en", &name.en, is_name, "characters"),
        ] {
            if !is_right(text) {
                let what = format!("must be 1 to {LONGEST_CATEGORY} {what}");
                complaints.push(Complaint::new(index, field, what));
            }
        }
        new.push(CategoryDraft {
            slug: entry.category.clone(),
            name: name.clone(),
        });
    }
    new
}

fn is_slug(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=LONGEST_CATEGORY).contains(&text.len()) && text.bytes().all(fits)
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    (1..=LONGEST_CATEGORY).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// On standard error, and only when that is a terminal.
pub fn bar(doing: &'static str, of: usize) -> ProgressBar {
    let bar = ProgressBar::new(of as u64).with_message(doing);
    match ProgressStyle::with_template("{msg:>12} {bar:40} {human_pos}/{human_len} {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use catalog::api::Both;

    use super::*;

    fn entry(sku: &str) -> Entry {
        Entry {
            sku: sku.to_owned(),
            ..Entry::default()
        }
    }

    #[test]
    fn a_sku_belongs_to_one_product_of_the_whole_file() {
        let mut entries: Vec<Entry> = (0..2_500).map(|n| entry(&format!("S-{n}"))).collect();
        entries[2_400].sku = "S-7".to_owned();
        let complaints = own_rules(&entries);
        assert_eq!(
            complaints,
            vec![Complaint::new(2_400, "sku", "appears twice: S-7")]
        );
    }

    #[test]
    fn a_new_category_has_a_slug_and_one_name_in_both_languages() {
        let with = |slug: &str, ko: &str, en: &str| Entry {
            category: slug.to_owned(),
            category_name: Some(Both {
                ko: ko.to_owned(),
                en: en.to_owned(),
            }),
            ..entry("A")
        };
        let entries = [
            with("cups", "컵", "Cups"),
            with("cups", "컵", "Mugs"),
            with("Cups & Co", "컵", "Cups"),
            with("pots", " ", "Po\nts"),
        ];
        let mut complaints = Vec::new();
        new_categories(&entries, (&[], &[]), &mut complaints);
        let found: Vec<(usize, &str)> = complaints
            .iter()
            .map(|c| (c.index, c.field.as_str()))
            .collect();
        let expect = [
            (1, "category_name"),
            (2, "category"),
            (3, "category_name.ko"),
            (3, "category_name.en"),
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn stock_is_said_where_it_is_kept_and_is_not_negative() {
        let option = |on_hand| super::super::OptionEntry {
            on_hand: Some(on_hand),
            ..Default::default()
        };
        let with = Entry {
            on_hand: Some(3),
            options: vec![option(1), option(-1)],
            ..entry("A")
        };
        let fields: Vec<String> = own_rules(&[with])
            .into_iter()
            .map(|complaint| complaint.field)
            .collect();
        assert_eq!(fields, ["on_hand", "options.1.on_hand"]);
    }

    #[test]
    fn a_batch_ends_at_a_thousand_products_or_when_its_pictures_are_heavy() {
        let entries: Vec<Entry> = (0..1_500).map(|n| entry(&format!("S-{n}"))).collect();
        let mut batches = Batches::new(&entries);
        let mut read = |_: &str| Ok(Vec::new());
        let sizes: Vec<usize> = std::iter::from_fn(|| batches.next(&mut read))
            .map(|batch| batch.drafts.len())
            .collect();
        assert_eq!(sizes, [1_000, 500]);
    }
}
