//! Payments of a made-up past, in bulk: the ledger's entries and the sandbox's own lines as step after step would have
//! written them, balanced, but told to nobody. For `banyan demo`, on this machine; not offered to other processes.

use std::collections::HashSet;

use diesel::prelude::*;
use kernel::{Money, OrderId, Timestamp};
use platform::db::Conn;
use platform::on_both;

use crate::Host;
use crate::domain::{Movement, PaymentError, State};
use crate::schema::{ledger_entries, payments, sandbox_log};

/// Rows per statement: within the number of values that either database takes.
const CHUNK: usize = 2000;

/// A payment to which nothing will happen any more.
#[derive(Clone, Debug)]
pub struct DemoPayment {
    pub order: OrderId,
    pub amount: Money,
    pub end: End,
    pub paid_at: Timestamp,
    /// Of what was refunded.
    pub refunded_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Declined,
    Captured,
    Refunded,
}

impl End {
    const fn state(self) -> State {
        match self {
            Self::Declined => State::Declined,
            Self::Captured => State::Captured,
            Self::Refunded => State::Refunded,
        }
    }
}

impl Host {
    /// Writes those that are not there yet.
    pub async fn put_demo_payments(&self, payments: Vec<DemoPayment>) -> Result<(), PaymentError> {
        self.db.write(move |conn| put(conn, &payments)).await
    }
}

fn put(conn: &mut Conn, demo: &[DemoPayment]) -> Result<(), PaymentError> {
    let ids = demo.iter().map(|payment| payment.order.to_string());
    let there: Vec<String> = payments::table
        .filter(payments::order_id.eq_any(ids))
        .select(payments::order_id)
        .load(conn)?;
    let there: HashSet<String> = there.into_iter().collect();
    let new: Vec<&DemoPayment> = demo
        .iter()
        .filter(|payment| !there.contains(&payment.order.to_string()))
        .collect();
    for chunk in new.chunks(CHUNK) {
        put_payments(conn, chunk)?;
    }
    let (mut entries, mut lines) = (Vec::new(), Vec::new());
    for payment in &new {
        let order = payment.order.to_string();
        if payment.end == End::Declined {
            lines.push(line(&order, "decline", 0, payment.paid_at));
        }
        for step in State::Asking
            .steps_to(payment.end.state())
            .unwrap_or_default()
        {
            let at = if *step == Movement::Refund {
                payment.refunded_at
            } else {
                payment.paid_at
            };
            lines.push(line(&order, step.as_str(), payment.amount.amount, at));
            for (account, amount) in step.posting(payment.amount)?.entries() {
                entries.push((
                    ledger_entries::order_id.eq(order.clone()),
                    ledger_entries::step.eq(step.as_str()),
                    ledger_entries::account.eq(account.as_str()),
                    ledger_entries::amount.eq(*amount),
                    ledger_entries::at.eq(at.as_micros()),
                ));
            }
        }
    }
    for chunk in entries.chunks(CHUNK) {
        on_both!(conn, |c| diesel::insert_into(ledger_entries::table)
            .values(chunk)
            .execute(c))?;
    }
    for chunk in lines.chunks(CHUNK) {
        on_both!(conn, |c| diesel::insert_into(sandbox_log::table)
            .values(chunk)
            .execute(c))?;
    }
    Ok(())
}

fn put_payments(conn: &mut Conn, new: &[&DemoPayment]) -> Result<(), PaymentError> {
    let row = |payment: &&DemoPayment| {
        (
            payments::order_id.eq(payment.order.to_string()),
            payments::amount.eq(payment.amount.amount),
            payments::token.eq(None::<String>),
            payments::state.eq(payment.end.state().as_str()),
            payments::reversing.eq(payment.end == End::Refunded),
            payments::asks.eq(0_i64),
            payments::ask_at.eq(None::<i64>),
        )
    };
    let rows: Vec<_> = new.iter().map(row).collect();
    on_both!(conn, |c| diesel::insert_into(payments::table)
        .values(&rows)
        .execute(c))?;
    Ok(())
}

type Line = (
    diesel::dsl::Eq<sandbox_log::order_id, String>,
    diesel::dsl::Eq<sandbox_log::step, &'static str>,
    diesel::dsl::Eq<sandbox_log::amount, i64>,
    diesel::dsl::Eq<sandbox_log::at, i64>,
);

fn line(order: &str, step: &'static str, amount: i64, at: Timestamp) -> Line {
    (
        sandbox_log::order_id.eq(order.to_owned()),
        sandbox_log::step.eq(step),
        sandbox_log::amount.eq(amount),
        sandbox_log::at.eq(at.as_micros()),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use platform::ports::{Answers as _, Ctx};
    use platform::testing;

    use super::*;
    use crate::Patience;
    use crate::api::{LedgerBalance, Reconcile};
    use crate::sandbox::Sandbox;

    const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    #[tokio::test]
    async fn a_made_up_past_is_balanced_and_the_provider_tells_the_same() {
        let (_folder, db) = testing::sqlite(crate::NAME, crate::migrations());
        let sandbox = Arc::new(Sandbox::new(db.clone(), testing::clock()));
        let host = Host::with(db, testing::clock(), sandbox, Patience::default());
        let payment = |n, end| DemoPayment {
            order: OrderId::new(AT, [n; 10]),
            amount: Money::krw(1000 * i64::from(n)),
            end,
            paid_at: AT,
            refunded_at: AT.after(Duration::from_secs(60)),
        };
        let all = vec![
            payment(1, End::Captured),
            payment(2, End::Refunded),
            payment(4, End::Declined),
        ];
        for _ in 0..2 {
            host.put_demo_payments(all.clone()).await.unwrap();
        }
        let ctx = Ctx::background(Duration::from_secs(10));
        let balance = host.answer(LedgerBalance {}, &ctx).await.unwrap();
        assert_eq!((balance.sum, balance.unbalanced), (0, 0));
        let of = |name: &str| {
            balance
                .accounts
                .iter()
                .find(|a| a.account == name)
                .map(|a| a.balance)
        };
        assert_eq!(
            (of("revenue"), of("refunds"), of("clearing")),
            (Some(-3000), Some(2000), Some(1000))
        );
        assert_eq!(
            host.answer(Reconcile { limit: 10 }, &ctx).await.unwrap(),
            vec![]
        );
    }
}
