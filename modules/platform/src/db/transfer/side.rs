use diesel::prelude::*;

use super::TransferError;
use crate::db::ownership::{self, Owner, SHARED};
use crate::db::{Conn, Place, location};

const CACHE_KIB: u32 = 8192;

/// One end of a move: a context's database, wherever it is, served or not, and perhaps not there at all.
#[derive(Clone, Debug)]
pub struct Side {
    pub place: Place,
    context: &'static str,
    location: String,
}

impl Side {
    pub fn new(place: Place, context: &'static str) -> Self {
        let location = match &place {
            Place::Folder(folder) => location::of_file(&folder.join(format!("{context}.db"))),
            Place::Postgres(url) => location::of_schema(url, context),
        };
        Self {
            place,
            context,
            location,
        }
    }

    /// The folder that a location leads to; `None` when it is a server's, which needs a URL.
    pub fn at(location: &str, context: &'static str) -> Option<Self> {
        let file = location::file(location)?;
        let folder = file.parent()?.to_owned();
        Some(Self::new(Place::Folder(folder), context))
    }

    pub fn context(&self) -> &'static str {
        self.context
    }

    /// As owners are named.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Whether a row that names `holder` means this very database.
    pub fn is_meant_by(&self, holder: &str) -> bool {
        holder == SHARED || holder == self.location
    }

    /// `None` when there is no database of this context.
    pub fn owner(&self) -> Result<Option<Owner>, TransferError> {
        let Some(mut conn) = self.connect()? else {
            return Ok(None);
        };
        let owner = ownership::owner(&mut conn).map_err(TransferError::at(&self.location))?;
        Ok(Some(owner))
    }

    /// `None` when there is no database of this context.
    pub(super) fn connect(&self) -> Result<Option<Conn>, TransferError> {
        let (conn, table) = match &self.place {
            Place::Folder(folder) => {
                let file = folder.join(format!("{}.db", self.context));
                if !file.is_file() {
                    return Ok(None);
                }
                (
                    Conn::sqlite(&file.to_string_lossy(), CACHE_KIB),
                    "SELECT count(*) AS count FROM sqlite_schema WHERE type = 'table' AND name = 'owner'".to_owned(),
                )
            }
            Place::Postgres(url) => (
                Conn::postgres(url, self.context),
                format!(
                    "SELECT count(*) AS count FROM pg_tables WHERE schemaname = '{}' AND tablename = 'owner'",
                    self.context
                ),
            ),
        };
        let failed = TransferError::at(&self.location);
        let mut conn = conn.map_err(TransferError::at(&self.location))?;
        let found: Count = diesel::sql_query(table)
            .get_result(&mut conn)
            .map_err(failed)?;
        Ok((found.count > 0).then_some(conn))
    }

    pub(super) fn open(&self) -> Result<Conn, TransferError> {
        self.connect()?
            .ok_or_else(|| TransferError::Missing(self.location.clone()))
    }
}

#[derive(QueryableByName)]
pub(super) struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub count: i64,
}
