//! Use cases: the catalogue's own data, and around it what others know of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use kernel::Sku;
use platform::page::Section;
use platform::ports::Ctx;
use platform::shell::Shell;

use crate::Host;
use crate::api::{CategoryCard, Parsed, ProductDraft};
use crate::domain::{Category, Flaw};
use crate::error::CatalogError;
use crate::needs::{Left, Most, Needs, Stars, Talk};
use crate::store::list::{self, After, Facets, Filter, Row, Sort};
use crate::store::product::{self, Found};
use crate::store::{self, Editor, How};

/// What is shown of reviews and questions, each.
const TALK: i64 = 5;
/// A page waits so long for what it can do without.
pub const PATIENCE: Duration = Duration::from_secs(2);

pub struct Service {
    pub host: Arc<Host>,
    pub needs: Needs,
    pub shell: Arc<Shell>,
}

/// Which products, in which order, which part.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub filter: Filter,
    pub sort: Sort,
    pub after: Option<After>,
    pub limit: i64,
}

/// Who is shown a product. Programs get neither its questions nor its category's name, so nobody is asked for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Person,
    Program,
}

/// What others say of the products of a list.
pub struct Around {
    left: Section<HashMap<Sku, i64>>,
    stars: Section<HashMap<Sku, Stars>>,
}

/// A list and the shelves around it.
pub struct Aisle {
    pub rows: Vec<Row>,
    pub categories: Vec<CategoryCard>,
    /// How many products fit, per category; `None`: too many to count.
    pub facets: Option<Facets>,
}

/// A product and everything around it.
pub struct Shown {
    pub found: Found,
    pub category: Option<CategoryCard>,
    pub around: Around,
    pub talk: Section<Talk>,
}

impl Around {
    /// `None` while stock does not answer; what it does not know it has none of.
    pub fn left(&self, sku: &Sku) -> Option<i64> {
        self.left
            .here()
            .map(|left| left.get(sku).copied().unwrap_or(0))
    }

    /// `None` while the board does not answer.
    pub fn stars(&self, code: &Sku) -> Option<Stars> {
        let none = || Stars {
            product: code.clone(),
            average: 0.0,
            count: 0,
        };
        self.stars
            .here()
            .map(|stars| stars.get(code).cloned().unwrap_or_else(none))
    }

    /// The contexts that did not answer.
    pub fn missing(&self) -> Vec<&'static str> {
        let parts = [
            (self.left.is_missing(), "stock"),
            (self.stars.is_missing(), "board"),
        ];
        parts
            .into_iter()
            .filter_map(|(missing, name)| missing.then_some(name))
            .collect()
    }
}

impl Service {
    pub async fn list(&self, ask: Ask) -> Result<Vec<Row>, CatalogError> {
        let Ask {
            filter,
            sort,
            after,
            limit,
        } = ask;
        Ok(self
            .host
            .db
            .read(move |conn| list::page(conn, &filter, sort, (after, limit)))
            .await?)
    }

    /// A list with what a page needs to go on from it.
    pub async fn aisle(&self, ask: Ask) -> Result<Aisle, CatalogError> {
        let read = move |conn: &mut platform::db::Conn| -> Result<Aisle, CatalogError> {
            let Ask {
                filter,
                sort,
                after,
                limit,
            } = ask;
            Ok(Aisle {
                rows: list::page(conn, &filter, sort, (after, limit))?,
                categories: store::categories::list(conn)?,
                facets: if filter.is_narrowed() {
                    list::facets(conn, &filter)?
                } else {
                    None
                },
            })
        };
        self.host.db.read(read).await
    }

    /// What stock and board say of these, asked at the same time.
    pub async fn around(&self, skus: Vec<Sku>, codes: Vec<Sku>, ctx: &Ctx) -> Around {
        let (left, stars) = join(
            self.needs.shelf.left(skus, ctx),
            self.needs.opinions.stars(codes, ctx),
        )
        .await;
        Around {
            left: Section::from(left).map(by_sku),
            stars: Section::from(stars).map(by_product),
        }
    }

    /// By code or variant, with everything around it. `None`: there is no such product.
    pub async fn show(
        &self,
        sku: &Sku,
        reader: Reader,
        ctx: &Ctx,
    ) -> Result<Option<Shown>, CatalogError> {
        let asked = sku.clone();
        let read = move |conn: &mut platform::db::Conn| -> Result<_, CatalogError> {
            let Some(found) = product::find(conn, asked.as_str())? else {
                return Ok(None);
            };
            let category = match reader {
                Reader::Person => store::categories::find(conn, &found.product.category)?,
                Reader::Program => None,
            };
            Ok(Some((found, category)))
        };
        let Some((found, category)) = self.host.db.read(read).await? else {
            return Ok(None);
        };
        let skus: Vec<Sku> = found
            .product
            .variants
            .iter()
            .map(|variant| variant.sku.clone())
            .collect();
        let code = found.product.code.clone();
        let most = Most {
            reviews: TALK,
            questions: match reader {
                Reader::Person => TALK,
                Reader::Program => 0,
            },
        };
        let (left, talk) = join(
            self.needs.shelf.left(skus, ctx),
            self.needs.opinions.talk(code, most, ctx),
        )
        .await;
        let talk = Section::from(talk);
        let around = Around {
            left: Section::from(left).map(by_sku),
            stars: talk
                .as_ref()
                .map(|talk| by_product(talk.stars.iter().cloned().collect())),
        };
        Ok(Some(Shown {
            found,
            category,
            around,
            talk,
        }))
    }

    pub async fn find(&self, sku: &Sku) -> Result<Found, CatalogError> {
        let sku = sku.clone();
        let found = self
            .host
            .db
            .read(move |conn| product::find(conn, sku.as_str()))
            .await?;
        found.ok_or(CatalogError::Unknown)
    }

    /// As [`list`](Self::list), each product whole.
    pub async fn list_whole(&self, ask: Ask) -> Result<Vec<(Row, Found)>, CatalogError> {
        let read = move |conn: &mut platform::db::Conn| -> Result<Vec<(Row, Found)>, CatalogError> {
            let rows = list::page(conn, &ask.filter, ask.sort, (ask.after, ask.limit))?;
            let ids: Vec<i64> = rows.iter().map(|row| row.listed.id).collect();
            let mut whole = product::by_ids(conn, &ids)?;
            Ok(rows
                .into_iter()
                .filter_map(|row| Some((whole.remove(&row.listed.id)?, row)))
                .map(|(w, r)| (r, w))
                .collect())
        };
        self.host.db.read(read).await
    }

    pub async fn categories(&self) -> Result<Vec<CategoryCard>, CatalogError> {
        Ok(self.host.db.read(store::categories::list).await?)
    }

    /// All of them, in the order that becomes the shop's, but for those in `gone`, which must be empty.
    pub async fn put_categories(
        &self,
        all: Vec<Category>,
        gone: Vec<String>,
        who: String,
    ) -> Result<(), CatalogError> {
        let at = self.shell.now();
        let editor = Editor { who, at };
        let write = move |conn: &mut platform::db::Conn| {
            store::categories::remove(conn, &gone, &editor)?;
            store::categories::put(conn, &all, &editor)
        };
        self.host.db.write(write).await
    }

    pub async fn picture(&self, name: String) -> Result<Option<(String, Vec<u8>)>, CatalogError> {
        Ok(self
            .host
            .db
            .read(move |conn| store::pictures::read(conn, &name))
            .await?)
    }

    /// Makes or wholly replaces one product.
    pub async fn put(
        &self,
        draft: &ProductDraft,
        how: How,
        who: String,
    ) -> Result<Found, CatalogError> {
        let parsed = parse(draft)?;
        let code = parsed.product.code.clone();
        self.host.put(vec![parsed], how, Some(who)).await?;
        self.find(&code).await
    }

    pub async fn delete(
        &self,
        code: &Sku,
        version: Option<i64>,
        who: String,
    ) -> Result<(), CatalogError> {
        let (code, editor) = (
            code.clone(),
            Editor {
                who,
                at: self.shell.now(),
            },
        );
        self.host
            .db
            .write(move |conn| store::delete(conn, code.as_str(), version, &editor))
            .await
    }
}

fn parse(draft: &ProductDraft) -> Result<Parsed, CatalogError> {
    let of_one =
        |flaws: Vec<Flaw>| CatalogError::Refused(flaws.into_iter().map(|flaw| (0, flaw)).collect());
    draft.parse().map_err(of_one)
}

fn by_sku(left: Vec<Left>) -> HashMap<Sku, i64> {
    left.into_iter()
        .map(|left| (left.sku, left.quantity))
        .collect()
}

fn by_product(stars: Vec<Stars>) -> HashMap<Sku, Stars> {
    stars
        .into_iter()
        .map(|stars| (stars.product.clone(), stars))
        .collect()
}
