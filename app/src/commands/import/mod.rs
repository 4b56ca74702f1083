//! `banyan import products`: a merchant's own products, from CSV or JSON. All of a file is checked before any of it is
//! written; see this folder's README for the format.

mod csv;
mod entry;
mod file;
mod folder;
mod json;
mod plan;
mod shelves;
mod walk;
mod write;

use std::path::Path;

pub use csv::COLUMNS;
pub use entry::{Entry, OptionEntry, PictureEntry};
pub use plan::bar;
pub use shelves::{Shelves, block_on, ctx, shell};

use crate::failure::Failure;
use crate::settings::Settings;
use file::{File, Parsed, Problem};
use folder::Folder;
use plan::Plan;
use write::Written;

/// More would only scroll away what was said first.
const MOST_SHOWN: usize = 50;

pub fn products(settings: &Settings, path: &Path, dry_run: bool) -> Result<(), Failure> {
    let parse = match format(path) {
        Some(Format::Csv) => csv::parse,
        Some(Format::Json) => json::parse,
        None => {
            return Err(Failure::usage(format!(
                "{}: must end in .csv or .json",
                path.display()
            )));
        }
    };
    let file = File::read(path).map_err(Failure::other)?;
    let folder =
        Folder::of(path).map_err(|e| Failure::other(format!("{}: {e}", path.display())))?;
    let parsed = parse(&file.text);
    if parsed.entries.is_empty() && parsed.problems.is_empty() {
        return Err(Failure::other(format!(
            "{}: there is no product in it",
            file.name
        )));
    }
    block_on(run(settings, (&file, &folder), parsed, dry_run))
}

async fn run(
    settings: &Settings,
    (file, folder): (&File, &Folder),
    parsed: Parsed,
    dry_run: bool,
) -> Result<(), Failure> {
    let shelves = Shelves::open(settings)?;
    let mut read = |name: &str| folder.read(name);
    let (plan, complaints) = Plan::check(&shelves, &parsed.entries, &mut read).await?;
    let sku = |index: usize| {
        parsed
            .entries
            .get(index)
            .map_or("", |entry| entry.sku.as_str())
    };
    let located = complaints
        .iter()
        .take(MOST_SHOWN)
        .map(|c| file.problem(&parsed.spots, c, sku(c.index)));
    let all = parsed.problems.len() + complaints.len();
    let mut problems: Vec<Problem> = parsed.problems.into_iter().chain(located).collect();
    if !problems.is_empty() {
        problems.sort();
        problems.dedup();
        return Err(refused(file, &problems, all));
    }
    let written = if dry_run {
        None
    } else {
        Some(write::write(&shelves, &parsed.entries, &plan, &mut read).await?)
    };
    say(&plan, written);
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

/// By the ending.
pub fn format(path: &Path) -> Option<Format> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "csv" => Some(Format::Csv),
        "json" => Some(Format::Json),
        _ => None,
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the mistakes of an import file, a line each"
)]
fn refused(file: &File, problems: &[Problem], all: usize) -> Failure {
    for problem in problems.iter().take(MOST_SHOWN) {
        eprintln!("{}", file.line(problem));
    }
    let shown = problems.len().min(MOST_SHOWN);
    let all = if all > MOST_SHOWN { all } else { shown };
    let what = match all {
        1 => "1 mistake".to_owned(),
        all if all > shown => format!("{all} mistakes, of which the first {shown} are shown"),
        all => format!("{all} mistakes"),
    };
    Failure::other(format!("{}: {what}; nothing was imported", file.name))
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn say(plan: &Plan, written: Option<Written>) {
    let Plan {
        products,
        stocked,
        new_categories,
        ..
    } = plan;
    match written {
        Some(Written { created, updated }) => {
            println!(
                "Imported {products} products ({created} new, {updated} replaced) and the stock of {stocked} SKUs."
            );
        }
        None => println!(
            "Nothing is wrong. This would import {products} products and the stock of {stocked} SKUs."
        ),
    }
    if !new_categories.is_empty() {
        let names: Vec<&str> = new_categories
            .iter()
            .map(|category| category.slug.as_str())
            .collect();
        println!("New categories: {}", names.join(", "));
    }
}
