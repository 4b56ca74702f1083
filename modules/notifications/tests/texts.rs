//! Both languages say everything, and templates say nothing by themselves.

use std::path::Path;

use platform::locale::{check, untranslated_below};

#[test]
fn every_text_is_there_in_both_languages() {
    assert_eq!(check(&notifications::texts()), Vec::<String>::new());
}

#[test]
fn no_template_holds_words_of_its_own() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(untranslated_below(&templates), Vec::<String>::new());
}
