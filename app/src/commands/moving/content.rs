use platform::db::Migrations;
use platform::db::transfer::AfterCopy;

use crate::failure::Failure;

/// What a context brings to a move: its tables, and what it derives from their rows.
pub struct Content {
    pub name: &'static str,
    pub migrations: fn() -> Migrations,
    pub after_copy: Option<AfterCopy>,
}

const CONTENTS: [Content; 10] = [
    plain(members::NAME, members::migrations),
    Content {
        name: catalog::NAME,
        migrations: catalog::migrations,
        after_copy: Some(catalog::AFTER_COPY),
    },
    plain(stock::NAME, stock::migrations),
    plain(cart::NAME, cart::migrations),
    plain(orders::NAME, orders::migrations),
    plain(payments::NAME, payments::migrations),
    plain(shipping::NAME, shipping::migrations),
    plain(order_history::NAME, order_history::migrations),
    plain(board::NAME, board::migrations),
    plain(notifications::NAME, notifications::migrations),
];

const fn plain(name: &'static str, migrations: fn() -> Migrations) -> Content {
    Content {
        name,
        migrations,
        after_copy: None,
    }
}

pub fn of(name: &str) -> Result<Content, Failure> {
    let names = CONTENTS.map(|content| content.name);
    CONTENTS
        .into_iter()
        .find(|content| content.name == name)
        .ok_or_else(|| {
            let alike = names
                .into_iter()
                .min_by_key(|known| strsim::damerau_levenshtein(known, name))
                .filter(|known| strsim::damerau_levenshtein(known, name) <= 2);
            let hint = match alike {
                Some(known) => format!("; did you mean {known}?"),
                None => format!("; there are {}", names.join(", ")),
            };
            Failure::usage(format!("move {name}: there is no such context{hint}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::CONTEXTS;

    #[test]
    fn every_context_can_move() {
        for (name, _) in CONTEXTS {
            assert_eq!(of(name).unwrap().name, name);
        }
    }

    #[test]
    fn a_mistyped_context_is_told_with_what_was_meant() {
        for (name, word) in [
            ("catalogue", "catalog?"),
            ("stok", "stock?"),
            ("shop", "members, "),
        ] {
            let Err(Failure::Usage(why)) = of(name) else {
                panic!("{name} was accepted")
            };
            assert!(why.contains(word), "{why}");
        }
    }
}
