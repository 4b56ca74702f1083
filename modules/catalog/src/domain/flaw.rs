use super::picture::BadPicture;

/// What is wrong with one field of a product; `field` as in JSON, `options.2.sku`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub field: String,
    pub rule: Rule,
}

/// The rule that was broken. Its text is for command lines and logs; people's texts are keyed by [`Rule::key`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    #[error("is missing")]
    Required,
    #[error("is longer than {0} characters")]
    TooLong(usize),
    #[error("has control characters in it")]
    Control,
    #[error(
        "must be 1 to 64 letters, digits, dots, dashes or underscores and begin with a letter or digit"
    )]
    Sku,
    #[error("must be 1 to 40 small letters, digits or dashes")]
    Slug,
    #[error("must be a whole number from {0} to {1}")]
    Range(i64, i64),
    #[error("is no category of this shop: {0}")]
    Category(String),
    #[error("appears twice: {0}")]
    Twice(String),
    #[error("already belongs to the product {0}")]
    Taken(String),
    #[error("every option needs a colour, a size, or both, and all of them the same")]
    Axes,
    #[error("two options have the same colour and size")]
    SameValues,
    #[error("more than {0} are not allowed")]
    TooMany(usize),
    #[error("has products in it: {0}")]
    NotEmpty(String),
    #[error("{0}")]
    Picture(BadPicture),
    #[error("there is no picture {0}")]
    NoPicture(String),
}

impl Flaw {
    pub fn new(field: impl Into<String>, rule: Rule) -> Self {
        Self {
            field: field.into(),
            rule,
        }
    }
}

impl Rule {
    /// The key of the text that says so to people.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Required => "catalog-bad-required",
            Self::TooLong(_) => "catalog-bad-long",
            Self::Control => "catalog-bad-control",
            Self::Sku => "catalog-bad-sku",
            Self::Slug => "catalog-bad-slug",
            Self::Range(..) => "catalog-bad-range",
            Self::Category(_) => "catalog-bad-category",
            Self::Twice(_) => "catalog-bad-twice",
            Self::Taken(_) => "catalog-bad-taken",
            Self::Axes => "catalog-bad-axes",
            Self::SameValues => "catalog-bad-same",
            Self::TooMany(_) => "catalog-bad-many",
            Self::NotEmpty(_) => "catalog-bad-not-empty",
            Self::Picture(BadPicture::TooLarge) => "catalog-bad-picture-large",
            Self::Picture(BadPicture::Unknown) => "catalog-bad-picture-unknown",
            Self::Picture(BadPicture::Active) => "catalog-bad-picture-active",
            Self::NoPicture(_) => "catalog-bad-picture-gone",
        }
    }

    /// What its text mentions.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong(most) | Self::TooMany(most) => vec![("most", most.to_string())],
            Self::Range(least, most) => vec![("least", grouped(*least)), ("most", grouped(*most))],
            Self::Category(what)
            | Self::Twice(what)
            | Self::Taken(what)
            | Self::NotEmpty(what)
            | Self::NoPicture(what) => {
                vec![("what", what.clone())]
            }
            Self::Picture(BadPicture::TooLarge) => {
                vec![("most", super::picture::LARGEST_KIB.to_string())]
            }
            _ => Vec::new(),
        }
    }

    /// Not the fault of what was sent but of what is there already.
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Taken(_))
    }
}

fn grouped(number: i64) -> String {
    kernel::Money::krw(number).to_string().replace('₩', "")
}
