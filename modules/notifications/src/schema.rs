diesel::table! {
    mails (id) {
        id -> BigInt,
        key -> Text,
        member_id -> Nullable<Text>,
        kind -> Text,
        letter -> Text,
        email -> Nullable<Text>,
        name -> Nullable<Text>,
        locale -> Nullable<Text>,
        state -> Text,
        attempts -> BigInt,
        next_at -> BigInt,
        give_up_at -> BigInt,
        created_at -> BigInt,
        done_at -> Nullable<BigInt>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    placed_orders (order_id) {
        order_id -> Text,
        member_id -> Text,
        contents -> Text,
        at -> BigInt,
    }
}
