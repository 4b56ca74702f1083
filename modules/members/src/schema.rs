diesel::table! {
    members (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        haystack -> Text,
        password -> Nullable<Text>,
        locale -> Text,
        is_admin -> Bool,
        joined_at -> BigInt,
    }
}

diesel::table! {
    addresses (id) {
        id -> Text,
        member_id -> Text,
        recipient -> Text,
        phone -> Text,
        postcode -> Text,
        line1 -> Text,
        line2 -> Text,
        is_default -> Bool,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        id -> Text,
        member_id -> Text,
        created_at -> BigInt,
        last_used -> BigInt,
    }
}

diesel::table! {
    api_keys (key_hash) {
        key_hash -> Text,
        id -> Text,
        member_id -> Text,
        name -> Text,
        created_at -> BigInt,
        last_used -> Nullable<BigInt>,
    }
}

diesel::table! {
    reset_requests (id) {
        id -> Text,
        member_id -> Text,
        requested_at -> BigInt,
    }
}

diesel::table! {
    reset_links (token_hash) {
        token_hash -> Text,
        member_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(members, sessions, api_keys, reset_requests);
