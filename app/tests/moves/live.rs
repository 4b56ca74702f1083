//! Carts, stock and orders move under the hands of those who use them.

use platform::db::Place;

use crate::load::Load;
use crate::support::{Plan, TestShop};
use crate::{Mover, own, pause, words};

async fn moves_under_load(home: crate::support::Place, place: impl Fn(&TestShop, &str) -> Place) {
    let shop = Plan::on(home).speed(200).open().await;
    let mover = Mover { shop: &shop };
    let load = Load::on(&shop).await;
    load.goes_on().await;
    for context in ["cart", "stock", "orders"] {
        let place = place(&shop, context);
        let service = mover.waiting(&[context], &place).await;
        load.may_pause(&[context]);
        for (args, backend) in [
            (
                &[context, "switch", "--to", &words(&place)] as &[&str],
                context,
            ),
            (&[context, "reverse"], "module"),
        ] {
            let mut args = args.to_vec();
            let url = words(&place);
            if backend == "module" && matches!(place, Place::Postgres(_)) {
                args.extend(["--from", &url]);
            }
            let told = mover.moved(&args);
            let pause = pause(&told);
            eprintln!("{context} → {backend}: writes waited for {pause} s");
            assert!(pause > 0.0 && pause < 5.0, "{told}");
            shop.routes_as_written().await;
            load.goes_on().await;
            let all = mover.backends(context);
            assert!(all.iter().all(|now| now == backend), "{all:?}");
            let is_away = backend == context;
            let status = if is_away { 200 } else { 503 };
            own(&service).get("/readyz").await.is(status);
            load.counts_are_there(&shop, &format!("{context} → {backend}"))
                .await;
        }
        load.may_pause(&[]);
    }
    load.ends_well(&shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn carts_stock_and_orders_move_under_load_and_come_back() {
    let folder = |shop: &TestShop, context: &str| Place::Folder(shop.folder().join(context));
    moves_under_load(crate::support::Place::Sqlite, folder).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_move_to_postgres_under_load_and_come_back() {
    let server = |_: &TestShop, _: &str| Place::Postgres(platform::testing::postgres_url());
    moves_under_load(crate::support::Place::Sqlite, server).await;
}
