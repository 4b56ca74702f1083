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

/// How far a copy has come, in rows: each is written, then read again and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
}

/// It is told after so many rows.
const OFTEN: u64 = 1_000;

struct Told<'t> {
    progress: Progress,
    tell: &'t mut dyn FnMut(Progress),
}

impl Told<'_> {
    fn row(&mut self) {
        self.progress.done += 1;
        if self.progress.done.is_multiple_of(OFTEN) {
            (self.tell)(self.progress);
        }
    }
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
    tell: &mut dyn FnMut(Progress),
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
    let mut counts = Vec::with_capacity(shape.tables.len());
    for table in &shape.tables {
        counts.push(outbox::count(source.conn, table).map_err(&from_there)?);
    }
    let of = counts.iter().sum::<u64>() * 2;
    let progress = Progress { done: 0, of };
    let mut told = Told { progress, tell };
    let mut sums = Vec::with_capacity(shape.tables.len());
    for table in &shape.tables {
        let sum = copy_table(source.conn, &mut conn, table, &mut told)?;
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
    for ((table, count), sum) in shape.tables.iter().zip(counts).zip(&sums) {
        compare(&mut conn, table, (count, sum), &mut told)?;
    }
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

fn copy_table(
    from: &mut Conn,
    to: &mut Conn,
    table: &Table,
    told: &mut Told<'_>,
) -> Result<Sum, TransferError> {
    let in_table = |source: DbError| TransferError::Value {
        table: table.name.clone(),
        why: source.to_string(),
    };
    let mut inserter = Inserter::new(to, table);
    if table.name == RELAY {
        for row in outbox::positions(from, table)? {
            told.row();
            inserter.add(row).map_err(in_table)?;
        }
    } else {
        let sql = outbox::select(table, from.is_postgres());
        each(from, &sql, |mut row| {
            told.row();
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
    to: &mut Conn,
    table: &Table,
    (count, sum): (u64, &Sum),
    told: &mut Told<'_>,
) -> Result<(), TransferError> {
    let here = sum_of(to, table, || told.row())?;
    if count == sum.rows && here == *sum {
        return Ok(());
    }
    Err(TransferError::Differs {
        table: table.name.clone(),
    })
}

/// Of all rows of a table, as they are; says of each that it was read.
pub(super) fn sum_of(
    conn: &mut Conn,
    table: &Table,
    mut read: impl FnMut(),
) -> Result<Sum, TransferError> {
    let mut sum = Sum::default();
    let sql = format!("SELECT {} FROM {}", table.columns(), table.quoted());
    each::<DbError>(conn, &sql, |row| {
        sum.add(&row);
        read();
        Ok(())
    })
    .map_err(|source| TransferError::Value {
        table: table.name.clone(),
        why: source.to_string(),
    })?;
    Ok(sum)
}
