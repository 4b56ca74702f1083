use std::path::Path;
use std::sync::Arc;

use askama::Template;
use kernel::Locale;
use platform::locale::{FRAME, Texts, check, untranslated_below};
use platform::page::Page;
use platform::shell::Shell;

use super::shopkeeper;
use crate::http::{admin, shop};

#[test]
fn every_page_renders_in_both_languages() {
    let sources: Vec<_> = FRAME.into_iter().chain(crate::texts()).collect();
    for locale in Locale::ALL {
        let shell = Arc::new(Shell::sample(Texts::new(&sources).unwrap()));
        let page = || Page::sample(shell.clone(), shopkeeper().in_language(locale));
        for html in [
            shop::ListPage::sample(page()).render(),
            shop::ListPage::empty(page()).render(),
            shop::ShowPage::sample(page()).render(),
            shop::ShowPage::quiet(page()).render(),
            shop::ShowPage::alone(page()).render(),
            admin::ListPage::sample(page()).render(),
            admin::EditPage::sample(page()).render(),
            admin::EditPage::blank(page()).render(),
            admin::CategoriesPage::sample(page()).render(),
        ] {
            let html = html.unwrap();
            assert_eq!(html.matches("<h1>").count(), 1, "{html}");
            assert!(html.trim_end().ends_with("</html>"), "{html}");
        }
        assert_eq!(shell.texts.unknown(), 0, "a text is missing in {locale}");
    }
}

#[test]
fn both_languages_say_the_same_and_templates_say_nothing_of_their_own() {
    assert_eq!(check(&crate::texts()), Vec::<String>::new());
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(untranslated_below(&templates), Vec::<String>::new());
}
