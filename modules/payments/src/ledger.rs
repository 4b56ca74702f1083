//! The double-entry ledger. Entries are only ever added, one transaction per order and step.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kernel::{Money, OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::{AccountBalance, Difference};
use crate::domain::{Movement, PaymentError};
use crate::schema::ledger_entries as entries;

/// Written with the payment's new state. The same step of the same order twice is refused by the primary key.
pub fn post(
    conn: &mut Conn,
    order: OrderId,
    step: Movement,
    (amount, at): (Money, Timestamp),
) -> Result<(), PaymentError> {
    let posting = step.posting(amount)?;
    let order = order.to_string();
    let rows: Vec<_> = posting
        .entries()
        .iter()
        .map(|(account, amount)| {
            (
                entries::order_id.eq(&order),
                entries::step.eq(step.as_str()),
                entries::account.eq(account.as_str()),
                entries::amount.eq(*amount),
                entries::at.eq(at.as_micros()),
            )
        })
        .collect();
    on_both!(conn, |c| diesel::insert_into(entries::table)
        .values(&rows)
        .execute(c))?;
    Ok(())
}

#[derive(QueryableByName)]
struct BalanceRow {
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = BigInt)]
    balance: i64,
}

pub fn balances(conn: &mut Conn) -> Result<Vec<AccountBalance>, DbError> {
    let sql = "SELECT account, CAST(SUM(amount) AS BIGINT) AS balance FROM ledger_entries \
               GROUP BY account ORDER BY account";
    let rows: Vec<BalanceRow> = on_both!(conn, |c| diesel::sql_query(sql).load(c))?;
    Ok(rows
        .into_iter()
        .map(|row| AccountBalance {
            account: row.account,
            balance: row.balance,
        })
        .collect())
}

#[derive(QueryableByName)]
struct DifferenceRow {
    #[diesel(sql_type = Text)]
    order_id: String,
    #[diesel(sql_type = Text)]
    step: String,
    #[diesel(sql_type = BigInt)]
    ledger: i64,
    #[diesel(sql_type = BigInt)]
    provider: i64,
}

/// A step's amount stands once in the provider's log, and in the ledger at the account that the provider sees too.
const COMPARE: &str = "
    SELECT order_id, step, CAST(SUM(ledger) AS BIGINT) AS ledger, CAST(SUM(provider) AS BIGINT) AS provider
    FROM (
        SELECT order_id, step, ABS(amount) AS ledger, 0 AS provider FROM ledger_entries
        WHERE (step IN ('authorise', 'void') AND account = 'receivable')
           OR (step IN ('capture', 'refund') AND account = 'clearing')
        UNION ALL
        SELECT order_id, step, 0 AS ledger, amount AS provider FROM sandbox_log
        WHERE step IN ('authorise', 'void', 'capture', 'refund')
    ) AS steps
    GROUP BY order_id, step
    HAVING COUNT(*) <> 2 OR SUM(ledger) <> SUM(provider)
    ORDER BY order_id, step
    LIMIT $1";

/// Where the ledger and the provider's log tell different stories.
pub fn differences(conn: &mut Conn, limit: i64) -> Result<Vec<Difference>, DbError> {
    let rows: Vec<DifferenceRow> = on_both!(conn, |c| diesel::sql_query(COMPARE)
        .bind::<BigInt, _>(limit)
        .load(c))?;
    let difference = |row: DifferenceRow| {
        let DifferenceRow {
            order_id,
            step,
            ledger,
            provider,
        } = row;
        Some(Difference {
            order: order_id.parse().ok()?,
            step,
            ledger,
            provider,
        })
    };
    Ok(rows.into_iter().filter_map(difference).collect())
}

/// Transactions whose entries do not add up to zero; there are none.
pub fn unbalanced(conn: &mut Conn) -> Result<i64, DbError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let sql = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM ledger_entries \
               GROUP BY order_id, step HAVING SUM(amount) <> 0) AS wrong";
    let count: Count = on_both!(conn, |c| diesel::sql_query(sql).get_result(c))?;
    Ok(count.n)
}
