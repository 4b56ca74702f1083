use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::shell::Random;

const SHORTEST: usize = 32;
const LONGEST: usize = 512;

/// The secret that the processes of one shop share: its bytes sign identity, its text opens `/internal`.
#[derive(Clone)]
pub struct ServiceKey(Arc<[u8]>);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the service key {path} cannot be {what}: {error}")]
    Io {
        path: PathBuf,
        what: &'static str,
        error: io::Error,
    },
    #[error("the service key {0} must be {SHORTEST} to {LONGEST} visible ASCII characters")]
    Unfit(PathBuf),
}

impl ServiceKey {
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let bytes = fs::read(path).map_err(|error| failed(path, "read", error))?;
        let text = bytes.trim_ascii();
        if !(SHORTEST..=LONGEST).contains(&text.len()) || !text.iter().all(u8::is_ascii_graphic) {
            return Err(KeyError::Unfit(path.to_owned()));
        }
        let mode = fs::metadata(path)
            .map_err(|error| failed(path, "read", error))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "others on this machine can read the service key: chmod 600");
        }
        Ok(Self(bytes.into()))
    }

    /// Made if it is not there, readable by its owner alone; of two processes that start together one wins.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, KeyError> {
        if !path
            .try_exists()
            .map_err(|error| failed(path, "read", error))?
        {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            create(path, &URL_SAFE_NO_PAD.encode(bytes))
                .map_err(|error| failed(path, "created", error))?;
        }
        Self::load(path)
    }

    /// For tests and samples.
    pub fn sample() -> Self {
        Self(Arc::from(*b"a-service-key-that-everybody-knows"))
    }

    #[cfg(test)]
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value of the `Authorization` header between our processes.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", String::from_utf8_lossy(self.0.trim_ascii()))
    }

    /// Whether an `Authorization` header carries this key; takes as long whatever is wrong with it.
    pub fn is_bearer(&self, header: &[u8]) -> bool {
        let Some((scheme, token)) = header.split_at_checked(7) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"bearer ")
            && bool::from(token.trim_ascii().ct_eq(self.0.trim_ascii()))
    }
}

/// Written aside and linked into place, so that nobody ever reads half a key.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let aside = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    linked.or_else(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            Ok(())
        } else {
            Err(error)
        }
    })
}

fn failed(path: &Path, what: &'static str, error: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        what,
        error,
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::SystemRandom;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.key");
        assert!(
            ServiceKey::load(&path)
                .unwrap_err()
                .to_string()
                .contains("cannot be read")
        );
        let made = ServiceKey::load_or_create(&path, &SystemRandom).unwrap();
        assert_eq!(
            ServiceKey::load_or_create(&path, &SystemRandom)
                .unwrap()
                .bytes(),
            made.bytes()
        );
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(made.is_bearer(made.bearer().as_bytes()));
        assert_eq!(format!("{made:?}"), "ServiceKey(secret)");
    }

    #[test]
    fn other_bearers_are_refused() {
        let key = ServiceKey::sample();
        let right = key.bearer();
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer a-service-key",
            &right[..right.len() - 1],
            &right.replace("Bearer", "Basic"),
        ] {
            assert!(!key.is_bearer(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.key");
        for content in [
            &b""[..],
            b"short",
            &[0xff; 40],
            b"two words are too many for one service key",
        ] {
            fs::write(&path, content).unwrap();
            assert!(
                matches!(ServiceKey::load(&path), Err(KeyError::Unfit(_))),
                "{content:?}"
            );
        }
    }
}
