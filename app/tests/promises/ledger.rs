use crate::support::{TestShop, eventually, json};

/// What must be true of the books when every order has ended and one product at one price was for sale.
pub struct Settled<'a> {
    /// Units that were delivered.
    pub sold: i64,
    pub price: i64,
    /// What was on hand at first, less what was written off.
    pub stocked: i64,
    pub sku: &'a str,
}

impl Settled<'_> {
    /// From outside, with connections of the test's own; and from inside, by the shop's own reconciliation.
    pub async fn holds_in(&self, shop: &TestShop) {
        let (books, sku) = (shop.books(), self.sku);
        let stock = |column: &str| {
            books.number(
                "stock",
                &format!("SELECT {column} FROM items WHERE sku = '{sku}'"),
            )
        };
        assert_eq!(
            stock("on_hand"),
            self.stocked - self.sold,
            "units were made or lost"
        );
        assert_eq!(stock("held"), 0, "units are held for nobody");
        assert_eq!(
            books.number(
                "stock",
                "SELECT COUNT(*) FROM reservations WHERE state = 'held'"
            ),
            0
        );

        assert_eq!(
            books.number("payments", "SELECT SUM(amount) FROM ledger_entries"),
            0,
            "money was made or lost"
        );
        let logged = |step: &str| {
            books.number(
                "payments",
                &format!("SELECT SUM(amount) FROM sandbox_log WHERE step = '{step}'"),
            )
        };
        assert_eq!(
            logged("capture") - logged("refund"),
            self.sold * self.price,
            "the provider took another sum"
        );
        let difference = shop
            .neighbour()
            .post("/internal/payments/reconcile", &json!({ "limit": 10 }))
            .await
            .is(200);
        assert_eq!(
            difference.json(),
            json!([]),
            "the ledger and the provider's log differ"
        );

        let open = "SELECT COUNT(*) FROM orders WHERE status NOT IN ('delivered', 'cancelled')";
        assert_eq!(books.number("orders", open), 0, "an order has not ended");
        // a saga lets go a moment after its order has ended
        eventually("no saga is under way", || async {
            (books.number("orders", "SELECT COUNT(*) FROM sagas") == 0).then_some(())
        })
        .await;
        let delivered = books.number(
            "orders",
            "SELECT COUNT(*) FROM orders WHERE status = 'delivered'",
        );
        assert_eq!(delivered, self.sold, "one unit per order");
        for context in CONTEXTS {
            assert_eq!(
                books.number(context, "SELECT COUNT(*) FROM dead_letters"),
                0,
                "{context}: {:?}",
                { books.words(context, "SELECT error AS t FROM dead_letters") }
            );
        }
        // one effect per event: what was written down is told, and the read side has heard all of it
        let same = |status: &str| {
            let of = |context: &str| {
                books.number(
                    context,
                    &format!("SELECT COUNT(*) FROM orders WHERE status = '{status}'"),
                )
            };
            (of("orders"), of("order_history"))
        };
        for status in ["delivered", "cancelled"] {
            eventually(&format!("my orders show what is {status}"), || async {
                let (written, heard) = same(status);
                (written == heard).then_some(())
            })
            .await;
        }
    }
}

pub const CONTEXTS: [&str; 10] = [
    "members",
    "catalog",
    "stock",
    "cart",
    "orders",
    "payments",
    "shipping",
    "order_history",
    "board",
    "notifications",
];
