diesel::table! {
    order_events (order_id, version) {
        order_id -> Text,
        version -> BigInt,
        at -> BigInt,
        what -> Text,
        data -> Text,
    }
}

diesel::table! {
    orders (order_id) {
        order_id -> Text,
        number -> Text,
        member -> Text,
        status -> Text,
        payment -> Text,
        total -> BigInt,
        placed_at -> BigInt,
    }
}

diesel::table! {
    contacts (order_id) {
        order_id -> Text,
        recipient -> Text,
        phone -> Text,
        postcode -> Text,
        line1 -> Text,
        line2 -> Text,
        withdrawn -> Bool,
    }
}

diesel::table! {
    sagas (order_id) {
        order_id -> Text,
        wake -> BigInt,
        attempts -> BigInt,
        since -> BigInt,
        error -> Text,
        token -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(order_events, orders, contacts, sagas);
