use std::collections::BTreeSet;

use kernel::Sku;
use platform::db::{Conn, DbError};

use super::{pictures, product};
use crate::api::{Amount, OptionDraft, PictureDraft, ProductDraft, ValuesDraft};
use crate::domain::Product;

/// In the order of their codes, pictures and all.
pub fn products(
    conn: &mut Conn,
    after: Option<&Sku>,
    limit: i64,
) -> Result<Vec<ProductDraft>, DbError> {
    let found = product::all_after(conn, after.map_or("", Sku::as_str), limit)?;
    let names: BTreeSet<&str> = found
        .iter()
        .flat_map(|found| &found.product.pictures)
        .map(String::as_str)
        .collect();
    let bytes = pictures::read_all(conn, &names)?;
    let draft = |product: &Product| ProductDraft {
        pictures: product
            .pictures
            .iter()
            .filter_map(|name| bytes.get(name))
            .map(|(media_type, data)| PictureDraft::New {
                media_type: media_type.clone(),
                data: data.clone(),
            })
            .collect(),
        ..draft_of(product)
    };
    Ok(found.iter().map(|found| draft(&found.product)).collect())
}

/// Its pictures by their paths.
pub fn draft_of(product: &Product) -> ProductDraft {
    let option = |variant: &crate::domain::Variant| OptionDraft {
        sku: variant.sku.to_string(),
        values: ValuesDraft {
            color: variant.values.color.clone().map(Into::into),
            size: variant.values.size.clone().map(Into::into),
        },
        price: Some(Amount(variant.price.amount)),
        on_hand: None,
    };
    ProductDraft {
        sku: product.code.to_string(),
        name: product.name.clone().into(),
        description: product.description.clone().into(),
        price: Amount(product.base_price.amount),
        category: product.category.clone(),
        options: if product.has_options() {
            product.variants.iter().map(option).collect()
        } else {
            Vec::new()
        },
        pictures: product
            .pictures
            .iter()
            .map(|name| PictureDraft::Known(product::picture_path(name)))
            .collect(),
        on_hand: None,
    }
}
