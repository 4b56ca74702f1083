//! Every text that people see, in Fluent (<https://projectfluent.org>), parsed once at start.
//!
//! A context exports its sources as `&[(Locale, &'static str)]`; the app builds one [`Texts`] of all of them.

mod arg;
mod check;
mod scan;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use fluent_syntax::ast;
use kernel::Locale;
use unic_langid::LanguageIdentifier;

pub use arg::{Arg, AsArg};
pub use check::check;
pub use scan::{untranslated, untranslated_below};

/// The texts of the frame and of the problem pages: the app adds them to those of the contexts.
pub const FRAME: [(Locale, &str); 2] = [
    (Locale::Ko, include_str!("../../locales/ko.ftl")),
    (Locale::En, include_str!("../../locales/en.ftl")),
];

pub type Source = (Locale, &'static str);

/// A source does not parse, or two sources use the same key; every complaint is listed.
#[derive(Debug, thiserror::Error)]
#[error("the texts cannot be used: {}", .0.join("; "))]
pub struct BadTexts(pub Vec<String>);

pub struct Texts {
    languages: [Language; Locale::ALL.len()],
    unknown: AtomicU64,
}

struct Language {
    bundle: FluentBundle<FluentResource>,
    keys: BTreeSet<String>,
}

impl Texts {
    pub fn new(sources: &[Source]) -> Result<Self, BadTexts> {
        let mut complaints = Vec::new();
        let languages = Locale::ALL.map(|locale| Language::new(locale, sources, &mut complaints));
        if complaints.is_empty() {
            Ok(Self {
                languages,
                unknown: AtomicU64::new(0),
            })
        } else {
            Err(BadTexts(complaints))
        }
    }

    /// A key that nobody defined shows itself and is counted.
    pub fn t<'a>(&'a self, locale: Locale, key: &'a str) -> Cow<'a, str> {
        let bundle = &self.language(locale).bundle;
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            self.note_unknown(key);
            return Cow::Borrowed(key);
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, None, &mut errors);
        self.note(key, &errors);
        text
    }

    pub fn with(&self, locale: Locale, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let bundle = &self.language(locale).bundle;
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            self.note_unknown(key);
            return key.to_owned();
        };
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent.set(*name, value.to_fluent());
        }
        let mut errors = Vec::new();
        let text = bundle
            .format_pattern(pattern, Some(&fluent), &mut errors)
            .into_owned();
        self.note(key, &errors);
        text
    }

    pub fn has(&self, locale: Locale, key: &str) -> bool {
        self.language(locale).bundle.has_message(key)
    }

    pub fn keys(&self, locale: Locale) -> &BTreeSet<String> {
        &self.language(locale).keys
    }

    /// How often a key was asked for that nobody defined, or a text lacked an argument.
    pub fn unknown(&self) -> u64 {
        self.unknown.load(Ordering::Relaxed)
    }

    fn language(&self, locale: Locale) -> &Language {
        &self.languages[locale as usize]
    }

    fn note_unknown(&self, key: &str) {
        self.unknown.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(key, "no such text");
    }

    fn note(&self, key: &str, errors: &[FluentError]) {
        if !errors.is_empty() {
            self.unknown.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(key, ?errors, "a text lacks an argument");
        }
    }
}

impl Language {
    fn new(locale: Locale, sources: &[Source], complaints: &mut Vec<String>) -> Self {
        let identifier: LanguageIdentifier = locale.as_str().parse().unwrap_or_default();
        let mut language = Self {
            bundle: FluentBundle::new_concurrent(vec![identifier]),
            keys: BTreeSet::new(),
        };
        language.bundle.set_use_isolating(false);
        for (_, source) in sources.iter().filter(|(of, _)| *of == locale) {
            language.add(locale, source, complaints);
        }
        language
    }

    fn add(&mut self, locale: Locale, source: &str, complaints: &mut Vec<String>) {
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, errors)| {
                for error in errors {
                    let line = source
                        .get(..error.pos.start)
                        .map_or(1, |before| before.split('\n').count());
                    complaints.push(format!("{locale}: line {line}: {error}"));
                }
                rest
            });
        for entry in resource.entries() {
            if let ast::Entry::Message(message) = entry {
                self.keys.insert(message.id.name.to_owned());
            }
        }
        if let Err(errors) = self.bundle.add_resource(resource) {
            complaints.extend(errors.iter().map(|error| format!("{locale}: {error}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        Texts::new(&[
            (Locale::Ko, "hello = 안녕하세요\ncount = { $n }개\n"),
            (
                Locale::En,
                "hello = Hello\ncount = { $n ->\n    [one] one thing\n   *[other] { $n } things of { $who }\n }\n",
            ),
        ])
        .unwrap()
    }

    #[test]
    fn each_language_speaks_for_itself() {
        let texts = texts();
        assert_eq!(texts.t(Locale::Ko, "hello"), "안녕하세요");
        assert_eq!(texts.with(Locale::Ko, "count", &[("n", 3.into())]), "3개");
        assert_eq!(
            texts.with(Locale::En, "count", &[("n", 1.into())]),
            "one thing"
        );
        assert_eq!(
            texts.with(
                Locale::En,
                "count",
                &[("n", 2_u32.into()), ("who", "Kim".into())]
            ),
            "2 things of Kim"
        );
        assert_eq!(texts.unknown(), 0);
    }

    #[test]
    fn an_unknown_key_shows_itself_and_is_counted() {
        let texts = texts();
        assert_eq!(texts.t(Locale::Ko, "nobody"), "nobody");
        assert_eq!(texts.with(Locale::En, "nobody", &[]), "nobody");
        assert_eq!(texts.unknown(), 2);
    }

    #[test]
    fn bad_sources_are_all_reported() {
        let error = Texts::new(&[
            (Locale::Ko, "a = 1\na = 2\n"),
            (Locale::En, "fine = yes\nb = { $\n"),
        ])
        .err()
        .unwrap();
        assert_eq!(error.0.len(), 2, "{error}");
        assert!(error.0[1].starts_with("en: line "), "{error}");
    }
}
