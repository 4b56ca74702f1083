use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Who answers a route, in shares. Written as in the routes file (`"module"`, `"catalog"`,
/// `{ module = 90, catalog = 10 }`) or on the command line (`catalog=10`: the rest stays with the module).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Percent, each above 0, together 100; services by name, then the module.
    shares: BTreeMap<Target, u8>,
}

/// One side of a route. Services sort before the module: as a service's share grows,
/// who is already on its side stays there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    Service(String),
    Module,
}

/// Shares that are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBackend {
    #[error("the shares sum to {0}, not to 100")]
    Sum(u64),
    #[error("\"{0}\" stands here twice")]
    Twice(String),
    #[error("expected \"module\", a service's name or shares such as catalog=10, found \"{0}\"")]
    Unreadable(String),
}

impl Backend {
    pub fn module() -> Self {
        Self::only(Target::Module)
    }

    pub fn only(target: Target) -> Self {
        Self {
            shares: BTreeMap::from([(target, 100)]),
        }
    }

    /// Shares of 0 are allowed, and left out.
    pub fn new(shares: impl IntoIterator<Item = (Target, u64)>) -> Result<Self, BadBackend> {
        let mut kept = BTreeMap::new();
        for (target, share) in shares {
            if kept.insert(target.clone(), share).is_some() {
                return Err(BadBackend::Twice(target.to_string()));
            }
        }
        let sum = kept
            .values()
            .fold(0, |sum: u64, share| sum.saturating_add(*share));
        if sum != 100 {
            return Err(BadBackend::Sum(sum));
        }
        let shares = kept
            .into_iter()
            .filter_map(|(target, share)| Some((target, u8::try_from(share).ok()?)));
        Ok(Self {
            shares: shares.filter(|(_, share)| *share > 0).collect(),
        })
    }

    /// Percent, services by name, then the module.
    pub fn shares(&self) -> impl Iterator<Item = (&Target, u8)> {
        self.shares.iter().map(|(target, share)| (target, *share))
    }

    pub fn share_of(&self, target: &Target) -> u8 {
        self.shares.get(target).copied().unwrap_or(0)
    }

    /// The one side that answers everything, if there is one.
    pub fn sole(&self) -> Option<&Target> {
        let mut targets = self.shares.keys();
        targets.next().filter(|_| targets.next().is_none())
    }

    /// The services that take part.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.shares.keys().filter_map(Target::service)
    }
}

impl Target {
    pub fn service(&self) -> Option<&str> {
        match self {
            Self::Service(name) => Some(name),
            Self::Module => None,
        }
    }
}

impl From<&str> for Target {
    fn from(name: &str) -> Self {
        match name {
            "module" => Self::Module,
            service => Self::Service(service.to_owned()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.service().unwrap_or("module"))
    }
}

impl FromStr for Backend {
    type Err = BadBackend;

    fn from_str(text: &str) -> Result<Self, BadBackend> {
        let unreadable = || BadBackend::Unreadable(text.to_owned());
        if !text.contains('=') {
            return if is_name(text) {
                Ok(Self::only(text.into()))
            } else {
                Err(unreadable())
            };
        }
        let mut shares = Vec::new();
        for part in text.split(',') {
            let (name, share) = part.split_once('=').ok_or_else(unreadable)?;
            let (name, share) = (name.trim(), share.trim());
            if !is_name(name) {
                return Err(unreadable());
            }
            shares.push((Target::from(name), share.parse().map_err(|_| unreadable())?));
        }
        let given = shares
            .iter()
            .fold(0, |sum: u64, (_, share)| sum.saturating_add(*share));
        if given <= 100 && shares.iter().all(|(target, _)| *target != Target::Module) {
            shares.push((Target::Module, 100 - given));
        }
        Self::new(shares)
    }
}

/// As on the command line.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sole) = self.sole() {
            return sole.fmt(f);
        }
        for (n, (target, share)) in self.shares().enumerate() {
            write!(f, "{}{target}={share}", if n > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

/// As in the routes file.
impl Serialize for Backend {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(sole) = self.sole() {
            return serializer.collect_str(sole);
        }
        let mut map = serializer.serialize_map(Some(self.shares.len()))?;
        for (target, share) in self.shares() {
            map.serialize_entry(&target.to_string(), &share)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Backend {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Word(String),
            Shares(BTreeMap<String, u64>),
        }
        let backend = match Written::deserialize(deserializer)? {
            Written::Word(word) => word.parse(),
            Written::Shares(shares) => Self::new(
                shares
                    .iter()
                    .map(|(name, share)| (name.as_str().into(), *share)),
            ),
        };
        backend.map_err(serde::de::Error::custom)
    }
}

/// Names go into headers, URLs and file names.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
