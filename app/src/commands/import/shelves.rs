use std::sync::Arc;

use catalog::api::{Categories, CategoryCard, ProductDraft, PutProducts, PutReport};
use platform::db::{Databases, Db, OpenError};
use platform::identity::ServiceKey;
use platform::ports::{Answers as _, Ctx, Unavailable};
use platform::shell::{Shell, SystemRandom};
use stock::api::{OnHand, PutOnHand};

use crate::failure::Failure;
use crate::house;
use crate::settings::Settings;

/// For the audit log and the corrections of stock.
const WHO: &str = "command line";

/// The two contexts that products are in, opened beside a shop that may be running.
pub struct Shelves {
    pub catalog: Arc<catalog::Host>,
    pub stock: Arc<stock::Host>,
}

impl Shelves {
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let databases = Databases::new(settings.place())?;
        let shell = shell(settings)?;
        let db = |name, migrations| -> Result<Db, OpenError> {
            let db = databases.open(name, migrations)?;
            db.must_serve()?;
            Ok(db)
        };
        Ok(Self {
            catalog: Arc::new(catalog::Host {
                db: db(catalog::NAME, catalog::migrations())?,
                clock: shell.clock.clone(),
            }),
            stock: Arc::new(stock::Host {
                db: db(stock::NAME, stock::migrations())?,
                clock: shell.clock.clone(),
            }),
        })
    }

    pub async fn categories(&self) -> Result<Vec<CategoryCard>, Unavailable> {
        self.catalog.answer(Categories {}, &ctx()).await
    }

    /// Only looks whether it would go well.
    pub async fn try_products(
        &self,
        products: Vec<ProductDraft>,
    ) -> Result<PutReport, Unavailable> {
        self.catalog
            .answer(
                PutProducts {
                    products,
                    who: WHO.to_owned(),
                    dry_run: true,
                },
                &ctx(),
            )
            .await
    }

    pub async fn put_products(
        &self,
        products: Vec<ProductDraft>,
    ) -> Result<PutReport, Unavailable> {
        self.catalog
            .answer(
                PutProducts {
                    products,
                    who: WHO.to_owned(),
                    dry_run: false,
                },
                &ctx(),
            )
            .await
    }

    pub async fn put_on_hand(&self, rows: Vec<OnHand>, reason: &str) -> Result<(), Unavailable> {
        if rows.is_empty() {
            return Ok(());
        }
        self.stock
            .answer(
                PutOnHand {
                    rows,
                    reason: reason.to_owned(),
                    who: WHO.to_owned(),
                },
                &ctx(),
            )
            .await
    }
}

/// Commands take the time they need.
pub fn ctx() -> Ctx {
    Ctx::background(std::time::Duration::from_mins(10))
}

/// What hosts share; nothing is served with it.
pub fn shell(settings: &Settings) -> Result<Arc<Shell>, Failure> {
    if let Some(folder) = settings.service_key.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::other(format!("{}: {e}", folder.display())))?;
    }
    let key =
        ServiceKey::load_or_create(&settings.service_key, &SystemRandom).map_err(Failure::other)?;
    Ok(Arc::new(Shell::new(house::texts()?, key)))
}

/// Runs a command's work, which waits for databases and nothing else.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::other)?
        .block_on(work)
}
