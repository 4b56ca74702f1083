//! `migrations/catalog`. Nobody outside of this crate can name these.

diesel::table! {
    categories (slug) {
        slug -> Text,
        name_ko -> Text,
        name_en -> Text,
        position -> BigInt,
        products -> BigInt,
    }
}

diesel::table! {
    products (id) {
        id -> BigInt,
        code -> Text,
        version -> BigInt,
        category -> Text,
        name_ko -> Text,
        name_en -> Text,
        price -> BigInt,
        skus -> Text,
        picture -> Nullable<Text>,
        sold -> BigInt,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    details (product) {
        product -> BigInt,
        description_ko -> Text,
        description_en -> Text,
        base_price -> BigInt,
        options -> Text,
        pictures -> Text,
    }
}

diesel::table! {
    skus (sku) {
        sku -> Text,
        product -> BigInt,
        position -> BigInt,
        price -> BigInt,
        label_ko -> Text,
        label_en -> Text,
    }
}

diesel::table! {
    pictures (name) {
        name -> Text,
        media_type -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    product_pictures (product, position) {
        product -> BigInt,
        position -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    /// On SQLite an FTS5 table of two columns; PostgreSQL has one of type tsvector. Only its key has one name.
    product_search (rowid) {
        rowid -> BigInt,
        name -> Text,
        body -> Text,
    }
}

diesel::joinable!(details -> products (product));
diesel::joinable!(skus -> products (product));
diesel::allow_tables_to_appear_in_same_query!(products, details, skus, product_search, categories);
