use std::borrow::Cow;

use fluent_bundle::FluentValue;
use kernel::{Money, Sku, Timestamp};

/// A value that a text mentions.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg<'a> {
    Text(Cow<'a, str>),
    /// Chooses plural forms.
    Number(f64),
}

impl Arg<'_> {
    pub fn into_owned(self) -> Arg<'static> {
        match self {
            Arg::Text(text) => Arg::Text(Cow::Owned(text.into_owned())),
            Arg::Number(number) => Arg::Number(number),
        }
    }

    pub(super) fn to_fluent(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => FluentValue::String(Cow::Borrowed(text)),
            Self::Number(number) => FluentValue::from(*number),
        }
    }
}

/// What templates may pass by reference, however often it is borrowed.
pub trait AsArg {
    fn as_arg(&self) -> Arg<'_>;
}

impl<T: AsArg + ?Sized> AsArg for &T {
    fn as_arg(&self) -> Arg<'_> {
        (**self).as_arg()
    }
}

impl AsArg for str {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Text(Cow::Borrowed(self))
    }
}
impl AsArg for String {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Text(Cow::Borrowed(self))
    }
}
impl AsArg for Cow<'_, str> {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Text(Cow::Borrowed(self))
    }
}
impl AsArg for Arg<'_> {
    fn as_arg(&self) -> Arg<'_> {
        self.clone()
    }
}
impl AsArg for Money {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Text(Cow::Owned(self.to_string()))
    }
}
/// Date and minute in Korea.
impl AsArg for Timestamp {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Text(Cow::Owned(self.korean_minute()))
    }
}
impl AsArg for Sku {
    fn as_arg(&self) -> Arg<'_> {
        self.as_str().as_arg()
    }
}
impl AsArg for u8 {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(f64::from(*self))
    }
}
impl AsArg for i32 {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(f64::from(*self))
    }
}
impl AsArg for u32 {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(f64::from(*self))
    }
}
impl AsArg for f64 {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(*self)
    }
}
#[expect(
    clippy::cast_precision_loss,
    reason = "a text that counts beyond 2^53 may round"
)]
impl AsArg for i64 {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(*self as f64)
    }
}
#[expect(
    clippy::cast_precision_loss,
    reason = "a text that counts beyond 2^53 may round"
)]
impl AsArg for u64 {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(*self as f64)
    }
}
#[expect(
    clippy::cast_precision_loss,
    reason = "a text that counts beyond 2^53 may round"
)]
impl AsArg for usize {
    fn as_arg(&self) -> Arg<'_> {
        Arg::Number(*self as f64)
    }
}

impl<'a, T: AsArg + ?Sized> From<&'a T> for Arg<'a> {
    fn from(value: &'a T) -> Self {
        value.as_arg()
    }
}
impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}
impl<'a> From<Cow<'a, str>> for Arg<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}
impl From<Money> for Arg<'_> {
    fn from(value: Money) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<Timestamp> for Arg<'_> {
    fn from(value: Timestamp) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<i32> for Arg<'_> {
    fn from(value: i32) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<u32> for Arg<'_> {
    fn from(value: u32) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<u64> for Arg<'_> {
    fn from(value: u64) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<usize> for Arg<'_> {
    fn from(value: usize) -> Self {
        value.as_arg().into_owned()
    }
}
impl From<f64> for Arg<'_> {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}
