diesel::table! {
    posts (id) {
        id -> Text,
        board -> Text,
        author -> Nullable<Text>,
        author_name -> Nullable<Text>,
        is_staff -> Bool,
        title -> Text,
        body -> Text,
        title_en -> Nullable<Text>,
        body_en -> Nullable<Text>,
        product -> Nullable<Text>,
        product_sku -> Nullable<Text>,
        product_ko -> Nullable<Text>,
        product_en -> Nullable<Text>,
        stars -> Nullable<BigInt>,
        hidden -> Nullable<Text>,
        answered -> Bool,
        comments -> BigInt,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    comments (id) {
        id -> Text,
        post_id -> Text,
        author -> Nullable<Text>,
        author_name -> Nullable<Text>,
        is_staff -> Bool,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    ratings (product) {
        product -> Text,
        stars -> BigInt,
        reviews -> BigInt,
    }
}
