diesel::table! {
    shipments (order_id) {
        order_id -> Text,
        state -> Text,
        recipient -> Nullable<Text>,
        phone -> Nullable<Text>,
        postcode -> Nullable<Text>,
        line1 -> Nullable<Text>,
        line2 -> Nullable<Text>,
        handed_over_at -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        erase_at -> Nullable<BigInt>,
    }
}
