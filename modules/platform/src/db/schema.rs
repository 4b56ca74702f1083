//! The tables that every context database has (`migrations/platform`).

diesel::table! {
    outbox (id) {
        id -> BigInt,
        xid -> BigInt,
        event_id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        aggregate -> Text,
        at -> BigInt,
        traceparent -> Nullable<Text>,
        data -> Text,
    }
}

diesel::table! {
    relay (consumer) {
        consumer -> Text,
        xid -> BigInt,
        id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    inbox (consumer, event_id) {
        consumer -> Text,
        event_id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    dead_letters (id) {
        id -> BigInt,
        consumer -> Text,
        event_id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        aggregate -> Text,
        event -> Text,
        error -> Text,
        attempts -> BigInt,
        parked_at -> BigInt,
    }
}

diesel::table! {
    idempotency (scope, key) {
        scope -> Text,
        key -> Text,
        fingerprint -> Text,
        answer -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> BigInt,
        who -> Text,
        what -> Text,
        subject -> Text,
        detail -> Text,
        hash -> Text,
    }
}

diesel::table! {
    owner (epoch) {
        epoch -> BigInt,
        holder -> Text,
    }
}

diesel::table! {
    lease (name) {
        name -> Text,
        holder -> Text,
        token -> BigInt,
        since -> BigInt,
    }
}
