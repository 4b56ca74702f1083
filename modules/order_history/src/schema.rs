diesel::table! {
    orders (id) {
        id -> Text,
        number -> Text,
        member -> Nullable<Text>,
        status -> Text,
        payment -> Text,
        total -> BigInt,
        items -> Text,
        words -> Text,
        counted -> Bool,
        placed_at -> BigInt,
        moved_at -> BigInt,
    }
}

diesel::table! {
    days (date) {
        date -> Text,
        orders -> BigInt,
        cancelled -> BigInt,
        revenue -> BigInt,
    }
}

diesel::table! {
    sellers (product) {
        product -> Text,
        name_ko -> Text,
        name_en -> Text,
        units -> BigInt,
        revenue -> BigInt,
    }
}

diesel::table! {
    withdrawn (member) {
        member -> Text,
    }
}
