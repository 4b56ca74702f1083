//! Argon2id with the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), off the threads that serve requests
//! and never more at once than there are cores: a wave of logins waits, it does not exhaust the memory.

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::domain::{MembersError, Password};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
pub const SALT: usize = 16;

/// A hash of nothing that anybody knows: verified where there is no member, so that an unknown address takes as long.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$qfQ2nYpyyOTd5NyNoWqu8A$dAOoNqBMlBbvJ5kS3xgyTiRJdW1vT0pTv3b9qKBmYzk";

/// Where all hashing of the process queues.
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(
            available_parallelism().map_or(1, usize::from),
        )))
    }
}

impl Passwords {
    pub async fn hash(&self, password: Password, salt: [u8; SALT]) -> Result<String, MembersError> {
        self.off_thread(move || hash(&password, &salt)).await?
    }

    /// `stored`: `None` where there is no such member, or one without a password.
    pub async fn verify(
        &self,
        shown: Option<Password>,
        stored: Option<String>,
    ) -> Result<bool, MembersError> {
        self.off_thread(move || verify(shown, stored.as_deref()))
            .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, MembersError> {
        let failed = |e: String| MembersError::Hash(e);
        let turn = self
            .0
            .clone()
            .acquire_owned()
            .await
            .map_err(|e| failed(e.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            // kept until the work is done, also when the caller has gone away
            let _turn = turn;
            work()
        });
        done.await.map_err(|e| failed(e.to_string()))
    }
}

/// A PHC string. For whoever fills a shop with members of his own making; takes tens of milliseconds.
pub fn hash(password: &Password, salt: &[u8; SALT]) -> Result<String, MembersError> {
    let hashed = argon2().and_then(|argon2| {
        let hashed: Result<PasswordHash, _> =
            argon2.hash_password_with_salt(password.as_bytes(), salt);
        hashed.map_err(|e| e.to_string())
    });
    hashed
        .map(|hash| hash.to_string())
        .map_err(MembersError::Hash)
}

fn verify(shown: Option<Password>, stored: Option<&str>) -> bool {
    let real = stored.and_then(|stored| PasswordHash::new(stored).ok());
    let Some(hash) = real.clone().or_else(|| PasswordHash::new(DUMMY).ok()) else {
        return false;
    };
    let bytes = shown.as_ref().map_or(&b""[..], Password::as_bytes);
    // compares in constant time, by the parameters that the hash names
    let fits = argon2().is_ok_and(|argon2| argon2.verify_password(bytes, &hash).is_ok());
    fits && real.is_some() && shown.is_some()
}

fn argon2() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| e.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Option<Password> {
        Password::shown(text)
    }

    #[test]
    fn a_hash_names_its_parameters_and_fits_only_its_password() {
        let stored = hash(&password("mango&&tree").unwrap(), &[7; SALT]).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        for (shown, against, expect) in [
            (password("mango&&tree"), Some(stored.as_str()), true),
            (password("mango&&trees"), Some(&stored), false),
            (password(""), Some(&stored), false),
            (None, Some(&stored), false),
            (password("mango&&tree"), None, false),
            (password("mango&&tree"), Some("not a hash"), false),
            (password(""), None, false),
        ] {
            assert_eq!(verify(shown.clone(), against), expect, "{shown:?}");
        }
    }

    #[test]
    fn the_dummy_costs_as_much_as_a_real_hash() {
        let real = hash(&password("mango&&tree").unwrap(), &[7; SALT]).unwrap();
        let shape = |text: &str| {
            let hash = PasswordHash::new(text).unwrap();
            (
                hash.algorithm,
                hash.version,
                hash.params.to_string(),
                hash.hash.unwrap().len(),
            )
        };
        assert_eq!(shape(DUMMY), shape(&real));
    }
}
