diesel::table! {
    carts (owner) {
        owner -> Text,
        is_guest -> Bool,
        touched_at -> BigInt,
    }
}

diesel::table! {
    lines (owner, sku) {
        owner -> Text,
        sku -> Text,
        quantity -> BigInt,
        price -> BigInt,
        name_ko -> Text,
        name_en -> Text,
        added_at -> BigInt,
        stated_at -> BigInt,
    }
}

diesel::table! {
    removed_orders (order_id) {
        order_id -> Text,
        at -> BigInt,
    }
}
