use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};
use kernel::Locale;

use super::{BadTexts, Source, Texts};

/// What a test of a context's texts asserts to be empty: sources that do not parse, keys that one language
/// lacks, and texts that mention other arguments in one language than in the other.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut complaints = Texts::new(sources)
        .err()
        .map_or_else(Vec::new, |BadTexts(complaints)| complaints);
    let [ko, en] = Locale::ALL.map(|locale| arguments_by_key(sources, locale));
    for key in ko.keys().chain(en.keys()).collect::<BTreeSet<_>>() {
        match (ko.get(key), en.get(key)) {
            (Some(korean), Some(english)) if korean != english => {
                complaints.push(format!(
                    "{key}: ko mentions {korean:?}, en mentions {english:?}"
                ));
            }
            (Some(_), None) => complaints.push(format!("{key}: not in en")),
            (None, Some(_)) => complaints.push(format!("{key}: not in ko")),
            _ => {}
        }
    }
    complaints
}

fn arguments_by_key(sources: &[Source], locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (_, source) in sources.iter().filter(|(of, _)| *of == locale) {
        let resource =
            FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(rest, _)| rest);
        for entry in resource.entries() {
            let Entry::Message(message) = entry else {
                continue;
            };
            let arguments: &mut BTreeSet<String> =
                found.entry(message.id.name.to_owned()).or_default();
            if let Some(pattern) = &message.value {
                in_pattern(pattern, arguments);
            }
        }
    }
    found
}

fn in_pattern(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference {
            arguments: CallArguments { positional, .. },
            ..
        } => {
            for argument in positional {
                in_inline(argument, found);
            }
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_speaks_both_languages() {
        assert_eq!(check(&super::super::FRAME), Vec::<String>::new());
    }

    #[test]
    fn missing_keys_and_other_arguments_are_named() {
        let sources = [
            (Locale::Ko, "only-ko = 예\nboth = { $count }개\n"),
            (
                Locale::En,
                "only-en = yes\nboth = { $number ->\n   *[other] things\n }\n",
            ),
        ];
        let complaints = check(&sources);
        assert_eq!(complaints.len(), 3, "{complaints:?}");
        assert!(
            complaints[0].contains("ko mentions {\"count\"}"),
            "{complaints:?}"
        );
    }
}
