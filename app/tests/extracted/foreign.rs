//! A service in another language answers one route.

use std::process::{Child, Command, Stdio};

use crate::support::{Place, TestShop, eventually, free_port};

/// Ended when dropped.
struct Python(Child);

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_catalogue_in_python_answers_the_products_as_json() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let port = free_port();
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/catalog.py");
    let key = shop.data().join("service.key");
    let started = Command::new("python3")
        .args([program, &port.to_string()])
        .arg(&key)
        .arg("catalog_py")
        .stderr(Stdio::null())
        .spawn();
    let _python = Python(started.unwrap());

    let text = std::fs::read_to_string(shop.routes().path()).unwrap();
    let service = format!(
        "[services.catalog_py]\nendpoints = [\"http://127.0.0.1:{port}\"]\nforeign = true\n\n[services.members]"
    );
    std::fs::write(
        shop.routes().path(),
        text.replacen("[services.members]", &service, 1),
    )
    .unwrap();
    shop.sets_route("catalog_api", "catalog_py");
    shop.routes_as_written().await;

    let guest = shop.guest();
    let tea = eventually("the Python catalogue listens", || async {
        let answer = guest
            .get("/api/products?q=tea")
            .header("accept-language", "en")
            .await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    assert_eq!(tea.header("x-banyan-backend"), Some("catalog_py"));
    let skus: Vec<String> = tea
        .items()
        .iter()
        .map(|item| item["sku"].to_string())
        .collect();
    assert_eq!(skus, ["\"TEA-1\"", "\"TEA-2\""]);
    assert_eq!(tea.items()[0]["name"], "First-flush green tea");
    let korean = guest
        .get("/api/products/TEA-2")
        .header("accept-language", "ko")
        .await
        .is(200);
    assert_eq!(korean.json()["name"], "보리차");
    guest.get("/api/products/TEA-3").await.is(404);
    // the pages are another route, and stay
    let page = guest.get("/products/BOWL-1").await.is(200);
    assert_eq!(page.header("x-banyan-backend"), Some("module"));

    shop.sets_route("catalog_api", "module");
    shop.routes_as_written().await;
    let bowl = guest.get("/api/products").await.is(200);
    assert_eq!(bowl.header("x-banyan-backend"), Some("module"));
    assert_eq!(bowl.items()[0]["sku"], "BOWL-1");
}
