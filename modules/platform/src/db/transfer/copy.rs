//! From one engine's rows to another's, and the proof that they are the same.

use super::outbox::{OUTBOX, RELAY};
use super::rows::{Inserter, Sum, each};
use super::shape::{Shape, Table};
use super::{AfterCopy, Amount, Side, TransferError, counters, outbox, target};
use crate::audit;
use crate::db::ownership::Owner;
use crate::db::{Conn, DbError, catch_up};

pub(super) struct Source<'a> {
    pub conn: &'a mut Conn,
    pub side: &'a Side,
    pub owner: &'a Owner,
}

/// A target that is filled, compared and not yet committed: dropping it leaves everything as it was.
pub struct Copied {
    conn: Conn,
    location: String,
    pub amounts: Vec<Amount>,
}

impl Copied {
    /// Commits the copy, which nobody owns yet, with a line in its audit log.
    pub fn keep(mut self, entry: &audit::Entry) -> Result<(), TransferError> {
        let at = TransferError::at::<DbError>(&self.location);
        audit::record(&mut self.conn, entry).map_err(&at)?;
        target::commit(&mut self.conn).map_err(&at)
    }
}

pub(super) fn copy(
    source: Source<'_>,
    to: &Side,
    after: Option<AfterCopy>,
) -> Result<Copied, TransferError> {
    let context = to.context();
    let from_there = TransferError::at::<DbError>(source.side.location());
    let here = TransferError::at::<DbError>(to.location());
    let mut conn = to.open()?;
    target::begin(&mut conn, "BEGIN").map_err(&here)?;
    let shape = Shape::of(source.conn, context)?;
    let own_shape = Shape::of(&mut conn, context)?;
    shape.must_equal(&own_shape)?;
    let named = (source.side.location(), source.owner);
    target::must_be_free(&mut conn, to, &own_shape, named)?;
    target::clear(&mut conn, context, &own_shape).map_err(&here)?;

    let mut last = counters::read(source.conn, context, &shape.tables).map_err(&from_there)?;
    let mut sums = Vec::with_capacity(shape.tables.len());
    for table in &shape.tables {
        let sum = copy_table(source.conn, &mut conn, table)?;
        if table.name == OUTBOX {
            let rows = i64::try_from(sum.rows).unwrap_or(i64::MAX);
            last.insert(OUTBOX.to_owned(), rows);
        }
        sums.push(sum);
    }
    counters::write(&mut conn, context, &own_shape.tables, &last).map_err(&here)?;
    target::tighten(&mut conn, context).map_err(&here)?;
    if let Some(rebuild) = after {
        rebuild(&mut conn).map_err(&here)?;
    }
    catch_up::catch_up(&mut conn).map_err(&here)?;
    target::mark(&mut conn, source.owner.epoch, source.side.location()).map_err(&here)?;
    compare(source.conn, &mut conn, &shape.tables, &sums)?;
    let amounts = shape.tables.iter().zip(&sums).map(|(table, sum)| Amount {
        table: table.name.clone(),
        rows: sum.rows,
        bytes: sum.bytes,
    });
    Ok(Copied {
        amounts: amounts.collect(),
        conn,
        location: to.location().to_owned(),
    })
}

fn copy_table(from: &mut Conn, to: &mut Conn, table: &Table) -> Result<Sum, TransferError> {
    let in_table = |source: DbError| TransferError::Value {
        table: table.name.clone(),
        why: source.to_string(),
    };
    let mut inserter = Inserter::new(to, table);
    if table.name == RELAY {
        for row in outbox::positions(from, table)? {
            inserter.add(row).map_err(in_table)?;
        }
    } else {
        let sql = outbox::select(table, from.is_postgres());
        each(from, &sql, |mut row| {
            if table.name == OUTBOX {
                outbox::renumber(table, &mut row, inserter.sum.rows + 1);
            }
            inserter.add(row)
        })
        .map_err(in_table)?;
    }
    inserter.finish().map_err(in_table)
}

/// As many rows as the source has, and each of them as it was read there.
fn compare(
    from: &mut Conn,
    to: &mut Conn,
    tables: &[Table],
    sums: &[Sum],
) -> Result<(), TransferError> {
    for (table, sum) in tables.iter().zip(sums) {
        let there = outbox::count(from, table).map_err(TransferError::at(&table.name))?;
        let here = sum_of(to, table)?;
        if there != sum.rows || here != *sum {
            return Err(TransferError::Differs {
                table: table.name.clone(),
            });
        }
    }
    Ok(())
}

/// Of all rows of a table, as they are.
pub(super) fn sum_of(conn: &mut Conn, table: &Table) -> Result<Sum, TransferError> {
    let mut sum = Sum::default();
    let sql = format!("SELECT {} FROM {}", table.columns(), table.quoted());
    each::<DbError>(conn, &sql, |row| {
        sum.add(&row);
        Ok(())
    })
    .map_err(|source| TransferError::Value {
        table: table.name.clone(),
        why: source.to_string(),
    })?;
    Ok(sum)
}
