use std::sync::Arc;

use proptest::prelude::*;

use crate::shop::{Fault, Shop, order};

const TOKENS: [&str; 4] = ["tok_ok", "tok_declined", "tok_flaky", "tok_unheard_of"];

pub async fn eight_callers_at_odds_leave_the_books_in_agreement(shop: Shop) {
    let shop = Arc::new(shop);
    let callers = (0..8_u8).map(|caller| {
        let shop = shop.clone();
        tokio::spawn(async move {
            for round in 0..24_u8 {
                let order = order(round % 12);
                match (round + caller) % 5 {
                    0 | 1 => drop(shop.authorise(order, "tok_ok").await),
                    2 | 3 => drop(shop.capture(order).await),
                    _ => drop(shop.reverse(order).await),
                }
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    shop.settle().await;
    shop.books_agree().await;
    for n in 0..12 {
        let told = shop.told(order(n)).await;
        let once_each: [&[&str]; 4] = [&[], &["voided"], &["captured"], &["captured", "refunded"]];
        assert!(once_each.iter().any(|words| *words == told), "{told:?}");
    }
}

#[derive(Clone, Debug)]
enum Act {
    Authorise(u8, usize),
    Capture(u8),
    Reverse(u8),
    Settle,
    Restart,
    Fault(Fault),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let fault = prop::sample::select(vec![Fault::Lost, Fault::Unanswered, Fault::None]);
    let act = prop_oneof![
        4 => (0..3_u8, 0..TOKENS.len()).prop_map(|(order, token)| Act::Authorise(order, token)),
        4 => (0..3_u8).prop_map(Act::Capture),
        2 => (0..3_u8).prop_map(Act::Reverse),
        2 => Just(Act::Settle),
        1 => Just(Act::Restart),
        4 => fault.prop_map(Act::Fault),
    ];
    prop::collection::vec(act, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is asked in whatever order over however bad a line: every transaction adds up to zero at every
    /// moment, and once all is settled the ledger equals the provider's log.
    #[test]
    fn money_is_conserved(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut shop = Shop::on_sqlite();
            for act in acts {
                match act {
                    Act::Authorise(n, token) => drop(shop.authorise(order(n), TOKENS[token]).await),
                    Act::Capture(n) => drop(shop.capture(order(n)).await),
                    Act::Reverse(n) => drop(shop.reverse(order(n)).await),
                    Act::Settle => drop(shop.host.settle_due().await),
                    Act::Restart => shop.restart(),
                    Act::Fault(fault) => shop.next(fault),
                }
                shop.accounts().await;
            }
            shop.faults.lock().unwrap().clear();
            shop.settle().await;
            // a capture of which nothing was heard is asked for again by its caller, as the saga does
            for n in 0..3 {
                shop.capture(order(n)).await;
            }
            shop.books_agree().await;
        });
    }
}
