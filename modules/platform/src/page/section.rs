use serde::{Serialize, Serializer};

/// A part of a page or an answer that another context supplies, and that may be missing while that one is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section<T> {
    Here(T),
    Missing,
}

impl<T> Section<T> {
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// For templates: `{% if let Some(x) = section.here() %}`.
    pub fn here(&self) -> Option<&T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Missing => None,
        }
    }

    pub fn as_ref(&self) -> Section<&T> {
        self.here().map_or(Section::Missing, Section::Here)
    }

    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Missing => None,
        }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Section<U> {
        self.into_option()
            .map_or(Section::Missing, |value| Section::Here(f(value)))
    }
}

/// What the supplier could not answer is missing; its error was logged where it arose.
impl<T, E> From<Result<T, E>> for Section<T> {
    fn from(result: Result<T, E>) -> Self {
        result.map_or(Self::Missing, Self::Here)
    }
}

/// `null` when missing.
impl<T: Serialize> Serialize for Section<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.here().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_section_is_null() {
        let here: Section<u8> = Ok::<_, ()>(3).into();
        assert_eq!(
            serde_json::to_string(&[here.map(|n| n + 1), Err(()).into()]).unwrap(),
            "[4,null]"
        );
    }
}
