use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};

/// "Is among what the search finds": a condition in the database's own words. Unlike diesel's own `sql`, it keeps the
/// statement in the cache: what is around the words comes from a handful of constants.
#[derive(Clone, Debug)]
pub struct Hits {
    pub before: &'static str,
    pub words: String,
    pub behind: &'static str,
}

impl Expression for Hits {
    type SqlType = Bool;
}

impl<QS: ?Sized> AppearsOnTable<QS> for Hits {}
impl<QS: ?Sized> SelectableExpression<QS> for Hits {}

impl<GroupBy> ValidGrouping<GroupBy> for Hits {
    type IsAggregate = is_aggregate::No;
}

/// Told apart by its text, not by its type.
impl QueryId for Hits {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Hits
where
    DB: Backend + HasSqlType<Text>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.before);
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql(self.behind);
        Ok(())
    }
}
