//! `banyan export products`: what `banyan import products` takes in again.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use catalog::api::{Both, ExportProducts, PictureDraft, ProductDraft};
use kernel::Sku;
use platform::ports::Answers as _;
use stock::api::OnHandOf;

use super::import::{
    COLUMNS, Entry, Format, OptionEntry, PictureEntry, Shelves, block_on, ctx, format,
};
use crate::failure::Failure;
use crate::settings::Settings;

/// Products per question: their pictures are in memory together.
const AT_ONCE: i64 = 50;
const PICTURES: &str = "pictures";

pub fn products(settings: &Settings, to: Option<&Path>) -> Result<(), Failure> {
    match to {
        None => block_on(to_stdout(settings)),
        Some(path) => {
            let Some(format) = format(path) else {
                return Err(Failure::usage(format!(
                    "--to {}: must end in .csv or .json",
                    path.display()
                )));
            };
            let count = block_on(to_file(settings, path, format))?;
            say(count, path);
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn say(count: usize, path: &Path) {
    println!("Exported {count} products to {}.", path.display());
}

async fn to_stdout(settings: &Settings) -> Result<(), Failure> {
    let failed = |e: io::Error| Failure::other(format!("standard output: {e}"));
    let mut products = Products::open(settings).await?;
    let mut out = Json::new(io::BufWriter::new(io::stdout()));
    while let Some(entries) = products.next().await? {
        entries
            .iter()
            .try_for_each(|entry| out.add(entry))
            .map_err(failed)?;
    }
    out.finish().map_err(failed)
}

/// The pictures first, then the file under another name, then its name: it is whole or it is not there.
async fn to_file(settings: &Settings, path: &Path, format: Format) -> Result<usize, Failure> {
    let failed = |e: io::Error| Failure::other(format!("{}: {e}", path.display()));
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut products = Products::open(settings).await?;
    let writer = io::BufWriter::new(aside.as_file());
    let mut out: Box<dyn Out> = match format {
        Format::Json => Box::new(Json::new(writer)),
        Format::Csv => Box::new(Csv::new(writer).map_err(failed)?),
    };
    let mut count = 0;
    while let Some(entries) = products.next().await? {
        for entry in entries {
            let entry = with_files(entry, folder)?;
            out.add(&entry).map_err(failed)?;
            count += 1;
        }
    }
    out.finish().map_err(failed)?;
    drop(out);
    fs::set_permissions(aside.path(), readable()).map_err(failed)?;
    aside.persist(path).map_err(|e| failed(e.error))?;
    Ok(count)
}

fn readable() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

/// All products in the order of their codes, with stock.
struct Products {
    shelves: Shelves,
    categories: HashMap<String, Both>,
    after: Option<Sku>,
}

impl Products {
    async fn open(settings: &Settings) -> Result<Self, Failure> {
        let shelves = Shelves::open(settings)?;
        let categories = shelves
            .categories()
            .await?
            .into_iter()
            .map(|card| (card.slug, card.name))
            .collect();
        Ok(Self {
            shelves,
            categories,
            after: None,
        })
    }

    async fn next(&mut self) -> Result<Option<Vec<Entry>>, Failure> {
        let ask = ExportProducts {
            after: self.after.clone(),
            limit: AT_ONCE,
        };
        let drafts = self.shelves.catalog.answer(ask, &ctx()).await?;
        let Some(last) = drafts.last() else {
            return Ok(None);
        };
        self.after = last.sku.parse().ok();
        let on_hand = self.on_hand(&drafts).await?;
        let entry = |draft: ProductDraft| {
            let category_name = self.categories.get(&draft.category).cloned();
            Entry::exported(draft, |sku| on_hand.get(sku).copied(), category_name)
        };
        Ok(Some(drafts.into_iter().map(entry).collect()))
    }

    async fn on_hand(&self, drafts: &[ProductDraft]) -> Result<HashMap<String, i64>, Failure> {
        let names = drafts.iter().flat_map(|draft| {
            let options = draft.options.iter().map(|option| option.sku.as_str());
            options.chain(draft.options.is_empty().then_some(draft.sku.as_str()))
        });
        let skus = names.filter_map(|name| name.parse().ok()).collect();
        let rows = self.shelves.stock.answer(OnHandOf { skus }, &ctx()).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.sku.to_string(), row.on_hand))
            .collect())
    }
}

/// Writes the pictures beside the file and names them instead. No SKU has a `+` in it, so no two names meet.
fn with_files(mut entry: Entry, folder: &Path) -> Result<Entry, Failure> {
    let pictures = folder.join(PICTURES);
    for (at, picture) in entry.pictures.iter_mut().enumerate() {
        let PictureEntry::Inline(PictureDraft::New { media_type, data }) = &*picture else {
            continue;
        };
        let number = if at == 0 {
            String::new()
        } else {
            format!("+{}", at + 1)
        };
        let name = format!("{}{number}.{}", entry.sku, ending(media_type));
        let path = pictures.join(&name);
        let failed = |e: io::Error| Failure::other(format!("{}: {e}", path.display()));
        fs::create_dir_all(&pictures).map_err(failed)?;
        fs::write(&path, data).map_err(failed)?;
        *picture = PictureEntry::File(format!("{PICTURES}/{name}"));
    }
    Ok(entry)
}

fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "svg",
    }
}

trait Out {
    fn add(&mut self, entry: &Entry) -> io::Result<()>;
    fn finish(&mut self) -> io::Result<()>;
}

/// An array, written as it comes.
struct Json<W> {
    out: W,
    is_empty: bool,
}

impl<W: Write> Json<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            is_empty: true,
        }
    }
}

impl<W: Write> Out for Json<W> {
    fn add(&mut self, entry: &Entry) -> io::Result<()> {
        self.out
            .write_all(if self.is_empty { b"[\n" } else { b",\n" })?;
        self.is_empty = false;
        // no string of JSON has a line break in it
        let text = serde_json::to_string_pretty(entry)?.replace('\n', "\n  ");
        write!(self.out, "  {text}")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out
            .write_all(if self.is_empty { b"[]\n" } else { b"\n]\n" })?;
        self.out.flush()
    }
}

struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Csv<W> {
    fn new(out: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS)?;
        Ok(Self(writer))
    }
}

impl<W: Write> Out for Csv<W> {
    fn add(&mut self, entry: &Entry) -> io::Result<()> {
        for row in rows(entry) {
            self.0
                .write_record(COLUMNS.map(|column| row.get(column).map_or("", String::as_str)))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

type Row = HashMap<&'static str, String>;

/// One per option; what belongs to the product is in the first.
fn rows(entry: &Entry) -> Vec<Row> {
    let mut first = HashMap::from([
        ("name_ko", entry.name.ko.clone()),
        ("name_en", entry.name.en.clone()),
        ("description_ko", entry.description.ko.clone()),
        ("description_en", entry.description.en.clone()),
        ("category", entry.category.clone()),
    ]);
    if let Some(Both { ko, en }) = &entry.category_name {
        first.extend([("category_ko", ko.clone()), ("category_en", en.clone())]);
    }
    let files: Vec<&str> = entry
        .pictures
        .iter()
        .filter_map(PictureEntry::file)
        .collect();
    first.insert("pictures", files.join(";"));
    if entry.options.is_empty() {
        first.insert("sku", entry.sku.clone());
        first.extend(entry.price.map(|price| ("price", price.0.to_string())));
        first.extend(entry.on_hand.map(|count| ("on_hand", count.to_string())));
        return vec![first];
    }
    let mut first = Some(first);
    let row = |option: &OptionEntry| {
        let mut row = first.take().unwrap_or_default();
        row.extend([("sku", option.sku.clone()), ("product", entry.sku.clone())]);
        row.extend(
            option
                .price
                .or(entry.price)
                .map(|price| ("price", price.0.to_string())),
        );
        row.extend(option.on_hand.map(|count| ("on_hand", count.to_string())));
        if let Some(Both { ko, en }) = &option.values.color {
            row.extend([("color_ko", ko.clone()), ("color_en", en.clone())]);
        }
        if let Some(Both { ko, en }) = &option.values.size {
            row.extend([("size_ko", ko.clone()), ("size_en", en.clone())]);
        }
        row
    };
    entry.options.iter().map(row).collect()
}
