use crate::service::Service;
use crate::support::{Place, Value, json};

#[tokio::test]
async fn the_catalogue_answers_from_another_process_on_sqlite() {
    holds(Place::Sqlite).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn the_catalogue_answers_from_another_process_on_postgresql() {
    holds(Place::Postgres).await;
}

/// A pot, and a shirt in two sizes.
pub async fn fill(catalog: &Service) {
    let both = |ko: &str, en: &str| json!({ "ko": ko, "en": en });
    let kitchen = json!({ "slug": "kitchen", "name": both("주방", "Kitchen") });
    catalog
        .call(
            "put-categories",
            json!({ "categories": [kitchen], "who": "test" }),
        )
        .await;
    let size =
        |sku: &str, size: &str| json!({ "sku": sku, "values": { "size": both(size, size) } });
    let shirt = json!({
        "sku": "TEE-1", "name": both("면 티셔츠", "Cotton T-shirt"), "description": both("", ""), "price": 20_000,
        "category": "kitchen", "options": [size("TEE-1-S", "S"), size("TEE-1-L", "L")], "pictures": [],
    });
    let pot = json!({
        "sku": "POT-1", "name": both("뚝배기", "Pot"), "description": both("무겁다", "Heavy"), "price": 9_000,
        "category": "kitchen", "options": [], "pictures": [],
    });
    let report = catalog
        .call(
            "put-products",
            json!({ "products": [shirt, pot], "who": "test" }),
        )
        .await;
    assert_eq!(
        report,
        json!({ "created": 2, "updated": 0, "complaints": [] })
    );
}

async fn holds(place: Place) {
    let catalog = Service::of("catalog", place).await;
    fill(&catalog).await;
    let asked = json!({ "skus": ["POT-1", "TEE-1-L", "TEE-1", "UNKNOWN-1"] });
    let mut offers = catalog
        .call("products-by-sku", asked)
        .await
        .as_array()
        .unwrap()
        .clone();
    offers.sort_by_key(|offer| offer["sku"].as_str().unwrap().to_owned());
    let skus: Vec<&Value> = offers.iter().map(|offer| &offer["sku"]).collect();
    assert_eq!(
        skus,
        ["POT-1", "TEE-1-L"],
        "what cannot be bought is absent"
    );
    let expected = json!({
        "sku": "POT-1", "product": "POT-1", "name": { "ko": "뚝배기", "en": "Pot" },
        "price": { "amount": 9_000, "currency": "KRW" }, "picture": null,
    });
    assert_eq!(offers[0], expected);
    assert_eq!(offers[1]["product"], "TEE-1");
    assert!(
        offers[1]["name"]["en"].as_str().unwrap().contains('L'),
        "{}",
        offers[1]
    );

    let showcase = catalog.call("showcase", json!({ "limit": 5 })).await;
    assert_eq!(
        showcase["newest"].as_array().unwrap().len(),
        2,
        "{showcase}"
    );
    assert_eq!(showcase["categories"][0]["slug"], "kitchen");
    let export = catalog
        .call("export-products", json!({ "after": null, "limit": 10 }))
        .await;
    assert_eq!(export.as_array().unwrap().len(), 2, "{export}");
    let again = catalog
        .call("put-products", json!({ "products": export, "who": "test" }))
        .await;
    assert_eq!(
        again,
        json!({ "created": 0, "updated": 2, "complaints": [] }),
        "what was exported can be put back"
    );

    let bad =
        json!({ "sku": "", "name": { "ko": "", "en": "" }, "price": -1, "category": "nowhere" });
    let refused = catalog
        .call("put-products", json!({ "products": [bad], "who": "test" }))
        .await;
    let fields: Vec<&Value> = refused["complaints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flaw| &flaw["field"])
        .collect();
    for field in ["sku", "name.ko", "name.en", "price"] {
        assert!(
            fields.contains(&&json!(field)),
            "{field} is not among {fields:?}"
        );
    }
    assert_eq!(
        catalog.call("product-count", json!({})).await,
        2,
        "nothing was put: {refused}"
    );
    catalog
        .neighbour()
        .post(
            "/internal/catalog/products-by-sku",
            &json!({ "skus": "POT-1" }),
        )
        .await
        .problem(400);
}
