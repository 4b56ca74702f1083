use std::sync::Arc;

use kernel::Clock;
use platform::db::{Conn, Db, DbError};
use platform::ports::{Answers, Calls, Ctx, Unavailable};

use crate::NAME;
use crate::api::*;
use crate::domain::{Category, Flaw, Rule};
use crate::error::CatalogError;
use crate::schema;
use crate::store::list::{self, Filter, Sort};
use crate::store::{self, Counts, Editor, How};

/// Answers what others ask of the catalogue. Asks nobody.
pub struct Host {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
}

impl Host {
    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<ProductsBySku, _>(self)
            .answer::<Showcase, _>(self)
            .answer::<PutProducts, _>(self)
            .answer::<ExportProducts, _>(self)
            .answer::<PutCategories, _>(self)
            .answer::<Categories, _>(self)
            .answer::<ProductCount, _>(self)
    }

    /// All of `batch`, or none of it.
    pub(crate) async fn put(
        &self,
        batch: Vec<Parsed>,
        how: How,
        who: Option<String>,
    ) -> Result<Counts, CatalogError> {
        let editor = who.map(|who| Editor {
            who,
            at: self.clock.now(),
        });
        match editor {
            Some(editor) => {
                self.db
                    .write(move |conn| store::put(conn, &batch, how, Some(&editor)))
                    .await
            }
            None => {
                self.db
                    .read(move |conn| store::put(conn, &batch, how, None))
                    .await
            }
        }
    }
}

fn failed(error: DbError) -> Unavailable {
    error.of(NAME)
}

impl Answers<ProductsBySku> for Host {
    async fn answer(&self, ask: ProductsBySku, _: &Ctx) -> Result<Vec<Offer>, Unavailable> {
        self.db
            .read(move |conn| store::product::offers(conn, &ask.skus))
            .await
            .map_err(failed)
    }
}

impl Answers<Showcase> for Host {
    async fn answer(&self, ask: Showcase, _: &Ctx) -> Result<Display, Unavailable> {
        let shown = move |conn: &mut Conn, sort| -> Result<Vec<Card>, DbError> {
            let rows = list::page(conn, &Filter::default(), sort, (None, ask.limit))?;
            Ok(rows
                .into_iter()
                .filter_map(|row| card(&row.listed))
                .collect())
        };
        self.db
            .read(move |conn| {
                let (newest, popular) = (shown(conn, Sort::Newest)?, shown(conn, Sort::Popular)?);
                Ok(Display {
                    newest,
                    popular,
                    categories: store::categories::with_pictures(conn)?,
                })
            })
            .await
            .map_err(failed)
    }
}

fn card(listed: &store::product::Listed) -> Option<Card> {
    Some(Card {
        sku: listed.sku().parse().ok()?,
        skus: listed.skus().collect(),
        product: listed.code.parse().ok()?,
        name: listed.name().into(),
        price: kernel::Money::krw(listed.price),
        category: listed.category.clone(),
        picture: listed.picture_path(),
    })
}

impl Answers<PutProducts> for Host {
    async fn answer(&self, ask: PutProducts, _: &Ctx) -> Result<PutReport, Unavailable> {
        if ask.products.len() > MOST_PER_PUT {
            let flaw = (MOST_PER_PUT, Flaw::new("", Rule::TooMany(MOST_PER_PUT)));
            return Ok(PutReport {
                complaints: vec![complaint(&flaw, "")],
                ..PutReport::default()
            });
        }
        let (mut batch, mut flaws) = (Vec::with_capacity(ask.products.len()), Vec::new());
        for (index, draft) in ask.products.iter().enumerate() {
            match draft.parse() {
                Ok(parsed) => batch.push(parsed),
                Err(found) => flaws.extend(found.into_iter().map(|flaw| (index, flaw))),
            }
        }
        if flaws.is_empty() {
            match self
                .put(batch, How::Either, (!ask.dry_run).then_some(ask.who))
                .await
            {
                Ok(Counts { created, updated }) => {
                    return Ok(PutReport {
                        created,
                        updated,
                        complaints: Vec::new(),
                    });
                }
                Err(CatalogError::Refused(found)) => flaws = found,
                Err(CatalogError::Db(error)) => return Err(failed(error)),
                Err(other) => return Err(Unavailable::new(NAME, other)),
            }
        }
        let sku = |index: usize| {
            ask.products
                .get(index)
                .map_or("", |draft| draft.sku.as_str())
        };
        let complaints = flaws
            .iter()
            .map(|flaw| complaint(flaw, sku(flaw.0)))
            .collect();
        Ok(PutReport {
            complaints,
            ..PutReport::default()
        })
    }
}

fn complaint((index, flaw): &(usize, Flaw), sku: &str) -> Complaint {
    Complaint {
        index: *index,
        sku: sku.to_owned(),
        field: flaw.field.clone(),
        what: flaw.rule.to_string(),
        key: flaw.rule.key().to_owned(),
        args: flaw
            .rule
            .args()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

impl Answers<ExportProducts> for Host {
    async fn answer(&self, ask: ExportProducts, _: &Ctx) -> Result<Vec<ProductDraft>, Unavailable> {
        let limit = ask.limit.clamp(1, 1000);
        self.db
            .read(move |conn| store::export::products(conn, ask.after.as_ref(), limit))
            .await
            .map_err(failed)
    }
}

impl Answers<PutCategories> for Host {
    async fn answer(&self, ask: PutCategories, _: &Ctx) -> Result<PutReport, Unavailable> {
        let parsed: Vec<_> = ask.categories.iter().map(CategoryDraft::parse).collect();
        let complaints: Vec<Complaint> = parsed
            .iter()
            .enumerate()
            .filter_map(|(at, result)| {
                Some(complaint(
                    &(at, result.as_ref().err()?.clone()),
                    &ask.categories[at].slug,
                ))
            })
            .collect();
        if !complaints.is_empty() {
            return Ok(PutReport {
                complaints,
                ..PutReport::default()
            });
        }
        let categories: Vec<Category> = parsed.into_iter().flatten().collect();
        let updated = categories.len();
        let editor = Editor {
            who: ask.who,
            at: self.clock.now(),
        };
        let written: Result<(), CatalogError> = self
            .db
            .write(move |conn| store::categories::put(conn, &categories, &editor))
            .await;
        written.map_err(|e| Unavailable::new(NAME, e))?;
        Ok(PutReport {
            created: 0,
            updated,
            complaints: Vec::new(),
        })
    }
}

impl Answers<Categories> for Host {
    async fn answer(&self, _: Categories, _: &Ctx) -> Result<Vec<CategoryCard>, Unavailable> {
        self.db.read(store::categories::list).await.map_err(failed)
    }
}

impl Answers<ProductCount> for Host {
    async fn answer(&self, _: ProductCount, _: &Ctx) -> Result<i64, Unavailable> {
        use diesel::prelude::*;
        let count = |conn: &mut Conn| -> Result<i64, DbError> {
            let all: Vec<i64> = schema::categories::table
                .select(schema::categories::products)
                .load(conn)?;
            Ok(all.into_iter().sum())
        };
        self.db.read(count).await.map_err(failed)
    }
}
