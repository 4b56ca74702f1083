use super::shop;
use crate::support::{Shopper, json};

#[tokio::test]
async fn a_guest_fills_changes_and_empties_a_cart() {
    let shop = shop().await;
    shop.sells("CUP-1", 5_000, 10).await;
    shop.sells("CUP-2", 7_000, 3).await;
    let guest = Shopper::new(shop.guest(), "", "");
    assert_eq!(
        guest.cart().await,
        json!({ "items": [], "total": { "amount": 0, "currency": "KRW" } })
    );
    guest.puts("CUP-1", 2).await.is(200);
    let cart = guest.puts("CUP-2", 3).await.is(200).json();
    assert_eq!(
        cart["total"],
        json!({ "amount": 31_000, "currency": "KRW" })
    );
    let cups = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["sku"] == "CUP-1")
        .unwrap();
    let expected = json!({
        "sku": "CUP-1", "name": "CUP-1 나무 그릇", "price": { "amount": 5_000, "currency": "KRW" }, "quantity": 2,
        "subtotal": { "amount": 10_000, "currency": "KRW" }, "available": 10,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&cups[field], value, "{field} of {cups}");
    }
    assert!(
        cups.get("was").is_none_or(serde_json::Value::is_null),
        "the price has not changed: {cups}"
    );
    assert_eq!(guest.cart().await, cart);

    guest.puts("CUP-1", 1).await.is(200);
    assert_eq!(
        guest.has_in_cart().await,
        [("CUP-1".to_owned(), 1), ("CUP-2".to_owned(), 3)],
        "it is set, not added"
    );
    guest.puts("CUP-2", 0).await.is(200);
    assert_eq!(guest.has_in_cart().await, [("CUP-1".to_owned(), 1)]);
    guest.delete("/api/cart/items/CUP-1").await.is(204);
    assert_eq!(guest.has_in_cart().await, []);
    assert_eq!(shop.available("CUP-2").await, 3, "a cart reserves nothing");
    let other = Shopper::new(shop.guest(), "", "");
    guest.puts("CUP-1", 4).await.is(200);
    assert_eq!(other.has_in_cart().await, [], "carts are everyone's own");
}

#[tokio::test]
async fn more_than_there_is_does_not_fit() {
    let shop = shop().await;
    shop.sells("FEW-1", 5_000, 3).await;
    let guest = Shopper::new(shop.guest(), "", "");
    guest.puts("FEW-1", 4).await.problem(409);
    assert_eq!(guest.has_in_cart().await, []);
    guest.puts("FEW-1", 3).await.is(200);
    guest.puts("FEW-1", 4).await.problem(409);
    assert_eq!(guest.has_in_cart().await, [("FEW-1".to_owned(), 3)]);
    guest.puts("NOBODY-SELLS", 1).await.problem(404);
    for quantity in [
        json!(-1),
        json!(1.5),
        json!("two"),
        json!(null),
        json!(4_294_967_296_i64),
        json!([1]),
    ] {
        guest
            .put("/api/cart/items/FEW-1", &json!({ "quantity": quantity }))
            .await
            .problem(422);
    }
    guest
        .put("/api/cart/items/FEW-1", &json!({}))
        .await
        .problem(422);
    assert_eq!(guest.has_in_cart().await, [("FEW-1".to_owned(), 3)]);
}

#[tokio::test]
async fn what_a_guest_chose_joins_what_the_member_had() {
    let shop = shop().await;
    shop.sells("JOIN-1", 5_000, 4).await;
    shop.sells("JOIN-2", 5_000, 9).await;
    let member = shop.shopper().await;
    member.puts("JOIN-1", 1).await.is(200);
    member.puts("JOIN-2", 2).await.is(200);

    let elsewhere = Shopper::new(shop.guest(), &member.email, &member.password);
    elsewhere.puts("JOIN-2", 3).await.is(200);
    let as_guest = elsewhere.copy();
    elsewhere.signs_in().await.is(200);
    let both = [("JOIN-1".to_owned(), 1), ("JOIN-2".to_owned(), 5)];
    assert_eq!(elsewhere.has_in_cart().await, both);
    assert_eq!(elsewhere.has_in_cart().await, both, "it joins once");
    assert_eq!(member.has_in_cart().await, both);
    let left = Shopper::new(as_guest, "", "");
    assert_eq!(left.has_in_cart().await, [], "the guest's cart is gone");

    // three more of the first: five together, of which there are four
    let third = Shopper::new(shop.guest(), &member.email, &member.password);
    third.puts("JOIN-1", 4).await.is(200);
    third.signs_in().await.is(200);
    let cart = third.cart().await;
    let line = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["sku"] == "JOIN-1")
        .unwrap();
    assert_eq!(
        (&line["quantity"], &line["available"]),
        (&json!(4), &json!(4)),
        "capped when shown: {cart}"
    );
}

#[tokio::test]
async fn a_cart_tells_what_a_price_was() {
    let shop = shop().await;
    shop.sells("RISE-1", 5_000, 9).await;
    let buyer = shop.shopper().await;
    buyer.puts("RISE-1", 2).await.is(200);
    let admin = shop.admin().await;
    let mut product = admin.get("/api/admin/products/RISE-1").await.is(200).json();
    product["price"] = json!(6_000);
    admin
        .put("/api/admin/products/RISE-1", &product)
        .await
        .is(200);
    let cart = buyer.cart().await;
    let line = &cart["items"][0];
    assert_eq!(line["price"]["amount"], 6_000);
    assert_eq!(line["was"]["amount"], 5_000, "{line}");
    assert_eq!(cart["total"]["amount"], 12_000);
}

#[tokio::test]
async fn a_cart_survives_a_kill() {
    let mut shop = shop().await;
    shop.sells("STAY-1", 5_000, 9).await;
    let (guest, member) = (Shopper::new(shop.guest(), "", ""), shop.shopper().await);
    guest.puts("STAY-1", 2).await.is(200);
    member.puts("STAY-1", 3).await.is(200);
    shop.restart().await;
    assert_eq!(guest.has_in_cart().await, [("STAY-1".to_owned(), 2)]);
    assert_eq!(member.has_in_cart().await, [("STAY-1".to_owned(), 3)]);
}
