use unicode_normalization::UnicodeNormalization as _;

use crate::api::Item;

/// What the search looks through: composed, lower case, single spaces.
pub fn words_of(number: &str, items: &[Item]) -> String {
    let names = items.iter().flat_map(|item| {
        [
            item.name.ko.as_str(),
            item.name.en.as_str(),
            item.sku.as_str(),
        ]
    });
    normalised(
        &[number]
            .into_iter()
            .chain(names)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// What somebody typed, made alike. Korean syllables that came in pieces are put together; what is no letter of any
/// language separates words.
pub fn normalised(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let composed: String = spaced.nfc().flat_map(char::to_lowercase).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_in_pieces_is_found_too() {
        let decomposed: String = "유기 그릇".nfd().collect();
        assert_ne!(decomposed, "유기 그릇");
        assert_eq!(
            normalised(&format!(" {decomposed}\0 BOWL\n")),
            "유기 그릇 bowl"
        );
    }
}
