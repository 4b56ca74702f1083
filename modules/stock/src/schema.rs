diesel::table! {
    items (sku) {
        sku -> Text,
        on_hand -> BigInt,
        held -> BigInt,
    }
}

diesel::table! {
    reservations (order_id) {
        order_id -> Text,
        state -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    reservation_lines (order_id, sku) {
        order_id -> Text,
        sku -> Text,
        quantity -> BigInt,
    }
}

diesel::table! {
    corrections (id) {
        id -> BigInt,
        sku -> Text,
        before_on_hand -> BigInt,
        after_on_hand -> BigInt,
        reason -> Text,
        who -> Text,
        at -> BigInt,
    }
}
