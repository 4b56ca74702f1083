diesel::table! {
    payments (order_id) {
        order_id -> Text,
        amount -> BigInt,
        token -> Nullable<Text>,
        state -> Text,
        reversing -> Bool,
        asks -> BigInt,
        ask_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ledger_entries (order_id, step, account) {
        order_id -> Text,
        step -> Text,
        account -> Text,
        amount -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    sandbox_log (order_id, step) {
        order_id -> Text,
        step -> Text,
        amount -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    sandbox_attempts (order_id) {
        order_id -> Text,
        attempts -> BigInt,
    }
}
