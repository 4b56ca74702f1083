//! How texts are cut for the search. Korean joins words into words, so a word is cut into overlapping pairs of
//! syllables: 사과 is found in 햇사과즙. Other scripts are cut into words.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

const LONGEST: usize = 40;
const MOST_TERMS: usize = 24;
/// In nearly every English text: they tell nothing beside another word.
const EVERYWHERE: [&str; 10] = [
    "a", "an", "and", "for", "in", "is", "it", "of", "the", "with",
];

/// One word of a query, as it is looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    pub text: String,
    /// Whatever begins so fits as well.
    pub prefix: bool,
}

/// The words of a text, each once: what goes into the index.
pub fn index<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        for run in runs(text) {
            match run {
                Run::Word(word) => {
                    words.insert(word);
                }
                Run::Syllables(syllables) => {
                    words.extend(pairs(&syllables));
                    // alone, the last one makes single syllables findable: each other one begins a pair
                    words.extend(syllables.last().map(ToString::to_string));
                }
            }
        }
    }
    words
}

/// What a query asks for; all of it must fit. Whatever an operator of a search engine might be is only a separator.
pub fn query(text: &str) -> Vec<Term> {
    let mut terms = BTreeSet::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => {
                let text = singular(&word).to_owned();
                let prefix = text.len() > 1;
                terms.insert(Term { text, prefix });
            }
            Run::Syllables(syllables) if syllables.len() == 1 => {
                terms.insert(Term {
                    text: syllables[0].to_string(),
                    prefix: true,
                });
            }
            Run::Syllables(syllables) => {
                terms.extend(pairs(&syllables).map(|text| Term {
                    text,
                    prefix: false,
                }));
            }
        }
    }
    let telling = |term: &Term| !EVERYWHERE.contains(&term.text.as_str());
    if terms.iter().any(telling) {
        terms.retain(telling);
    }
    terms.into_iter().take(MOST_TERMS).collect()
}

enum Run {
    Word(String),
    Syllables(Vec<char>),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match (runs.last_mut(), kind(c)) {
            (Some(Run::Word(word)), Kind::Letter) => word.push(c),
            (Some(Run::Syllables(syllables)), Kind::Syllable) => syllables.push(c),
            (_, Kind::Letter) => runs.push(Run::Word(c.to_string())),
            (_, Kind::Syllable) => runs.push(Run::Syllables(vec![c])),
            (_, Kind::Other) => runs.push(Run::Word(String::new())),
        }
    }
    for run in &mut runs {
        if let Run::Word(word) = run
            && let Some((cut, _)) = word.char_indices().nth(LONGEST)
        {
            word.truncate(cut);
        }
    }
    runs.retain(|run| !matches!(run, Run::Word(word) if word.is_empty()));
    runs
}

enum Kind {
    Letter,
    /// Of a script that does not part its words reliably.
    Syllable,
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        '가'..='힣' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => Kind::Syllable,
        c if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Other,
    }
}

fn pairs(syllables: &[char]) -> impl Iterator<Item = String> {
    syllables.windows(2).map(|pair| pair.iter().collect())
}

/// Enough English to find a mug for `mugs` and a box for `boxes`: the rest of the word still fits by its beginning.
fn singular(word: &str) -> &str {
    let es = ["ses", "xes", "zes", "ches", "shes"]
        .iter()
        .any(|end| word.ends_with(end));
    match word {
        _ if !word.is_ascii() || word.len() < 4 || word.ends_with("ss") => word,
        _ if es && word.len() > 4 => &word[..word.len() - 2],
        _ => word.strip_suffix('s').unwrap_or(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, asked: &str, found: bool) {
        let words = index([text]);
        let fits = |term: &Term| {
            words.contains(&term.text)
                || (term.prefix && words.iter().any(|w| w.starts_with(&term.text)))
        };
        let terms = query(asked);
        assert_eq!(
            !terms.is_empty() && terms.iter().all(fits),
            found,
            "{asked:?} in {text:?}: {terms:?} in {words:?}"
        );
    }

    #[test]
    fn korean_is_found_inside_of_compounds() {
        check("놋그릇 유기 밥그릇", "유기", true);
        check("청송 햇사과즙 30포", "사과", true);
        check("유기농 사과", "유기", true);
        check("줄무늬 유리컵 2개", "컵", true);
        check("줄무늬 유리컵 2개", "유", true);
        check("줄무늬 유리컵 2개", "리컵", true);
        check("도기 머그", "사과", false);
        check("도기 머그", "도기 사과", false);
        check("밥그릇", "밥 그릇", true);
    }

    #[test]
    fn decomposed_and_wide_letters_are_the_same_letters() {
        check("사과", "\u{1109}\u{1161}\u{1100}\u{116a}", true);
        check("ＭＵＧ 컵", "mug", true);
        check("Crème brûlée", "CRÈME", true);
    }

    #[test]
    fn english_words_are_found_by_their_beginning_and_in_the_plural() {
        check("Stoneware mug", "MUG", true);
        check("Stoneware mug", "stone", true);
        check("Stoneware mug", "mugs", true);
        check("A box of pencils", "boxes", true);
        check("A water glass", "glass", true);
        check("Stoneware mug", "ware", false);
        check("T-shirt, M", "t-shirt", true);
        check("Stoneware mug", "a mug for the", true);
        check("Stoneware mug", "the", false);
        check("Towel 40x80cm", "40x80cm", true);
    }

    #[test]
    fn operators_are_only_text() {
        assert_eq!(query("\"*()^:-+~&|!<>%_'"), vec![]);
        assert_eq!(query("머그 OR NEAR"), query("near 머그 or"));
        check("머그 or mug", "머그 OR mug*", true);
        check("도기 머그", "머그 NOT 도기", false);
    }

    #[test]
    fn a_word_may_be_of_any_length() {
        assert_eq!(query(&"a".repeat(100_000))[0].text.len(), LONGEST);
        assert_eq!(query(&"가나다라마바사아자차카타파하".repeat(50)).len(), 14);
        assert!(
            query(
                &(0..500)
                    .map(|n| n.to_string())
                    .collect::<Vec<_>>()
                    .join(" ")
            )
            .len()
                <= MOST_TERMS
        );
    }
}
