diesel::table! {
    posts (id) {
        id -> Text,
        board -> Text,
        title -> Text,
        body -> Text,
        other_title -> Nullable<Text>,
        other_body -> Nullable<Text>,
        product -> Nullable<Text>,
        sku -> Nullable<Text>,
        product_ko -> Nullable<Text>,
        product_en -> Nullable<Text>,
        stars -> Nullable<BigInt>,
        author -> Nullable<Text>,
        author_name -> Nullable<Text>,
        is_staff -> Bool,
        answered -> Bool,
        comments -> BigInt,
        hidden_reason -> Nullable<Text>,
        at -> BigInt,
        edited_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    comments (id) {
        id -> Text,
        post -> Text,
        body -> Text,
        author -> Nullable<Text>,
        author_name -> Nullable<Text>,
        is_staff -> Bool,
        hidden_reason -> Nullable<Text>,
        at -> BigInt,
        edited_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ratings (product) {
        product -> Text,
        total -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    departed (member) {
        member -> Text,
        at -> BigInt,
    }
}
