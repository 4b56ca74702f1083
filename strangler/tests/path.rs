use proptest::prelude::*;
use strangler::{BadPath, normalise};

#[test]
fn paths_have_one_spelling() {
    for (path, expected) in [
        ("/", Ok("/")),
        ("/products/42", Ok("/products/42")),
        ("/products/", Ok("/products/")),
        ("//products///42", Ok("/products/42")),
        ("/a/./b", Ok("/a/b")),
        ("/a/../b", Ok("/b")),
        ("/a/b/..", Ok("/a/")),
        ("/a/.", Ok("/a/")),
        ("/a/..", Ok("/")),
        ("/products/%2e%2e/admin", Ok("/admin")),
        ("/.well-known/x", Ok("/.well-known/x")),
        ("/...", Ok("/...")),
        ("/%70roducts", Ok("/products")),
        ("/%ec%9c%a0%ea%b8%b0", Ok("/%EC%9C%A0%EA%B8%B0")),
        ("/유기", Ok("/%EC%9C%A0%EA%B8%B0")),
        ("/a b", Ok("/a%20b")),
        ("/a%20b", Ok("/a%20b")),
        ("/a;v=1,2@x:y", Ok("/a;v=1,2@x:y")),
        ("/100%25", Ok("/100%25")),
        ("/%252e%252e/x", Ok("/%252e%252e/x")),
        ("", Err(BadPath::NotAbsolute)),
        ("*", Err(BadPath::NotAbsolute)),
        ("products", Err(BadPath::NotAbsolute)),
        ("/a%2Fb", Err(BadPath::Hidden)),
        ("/a%2fb", Err(BadPath::Hidden)),
        ("/a%5Cb", Err(BadPath::Hidden)),
        ("/a%00", Err(BadPath::Hidden)),
        ("/a%0d%0ab", Err(BadPath::Hidden)),
        ("/a%", Err(BadPath::BadEscape)),
        ("/a%2", Err(BadPath::BadEscape)),
        ("/a%zz", Err(BadPath::BadEscape)),
        ("/a%+1", Err(BadPath::BadEscape)),
        ("/..", Err(BadPath::AboveRoot)),
        ("/a/../../b", Err(BadPath::AboveRoot)),
        ("/%2e%2e/b", Err(BadPath::AboveRoot)),
        ("/a\\b", Err(BadPath::Forbidden('\\'))),
        ("/a?b", Err(BadPath::Forbidden('?'))),
        ("/a\u{7f}", Err(BadPath::Forbidden('\u{7f}'))),
    ] {
        assert_eq!(
            normalise(path).as_deref(),
            expected.as_ref().map(|path| *path),
            "{path:?}"
        );
    }
}

#[test]
fn a_normal_path_is_not_copied() {
    assert!(matches!(
        normalise("/api/products/MUG-01.red"),
        Ok(std::borrow::Cow::Borrowed(_))
    ));
}

proptest! {
    #[test]
    fn normal_stays_normal(path in "/([a-c./%2eEfF\\\\ 유]|%2[0-9e]|%ec){0,24}") {
        if let Ok(normal) = normalise(&path) {
            let again = normalise(&normal);
            prop_assert_eq!(again.as_deref(), Ok(&*normal));
        }
    }

    #[test]
    fn nothing_that_climbs_doubles_or_hides_gets_through(path in "/([a-b./%]|%2[eEfF]|%5[cC]){0,24}") {
        if let Ok(normal) = normalise(&path) {
            prop_assert!(normal.starts_with('/') && !normal.contains("//") && !normal.contains('\\'));
            prop_assert!(normal.split('/').all(|segment| segment != "." && segment != ".."));
            let upper = normal.to_uppercase();
            prop_assert!(!upper.contains("%2F") && !upper.contains("%5C") && !upper.contains("%2E"));
        }
    }

    #[test]
    fn any_text_is_answered(path in ".{0,40}") {
        drop(normalise(&path));
    }
}
