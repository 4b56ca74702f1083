use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// The right to replace a file. Held on the file itself (`flock`), so it is gone when the process is;
/// whoever replaces the file must hold the new one too before it takes the old one's name.
#[derive(Debug)]
pub(crate) struct Lock {
    _held: File,
}

impl Lock {
    /// `None` when another has held it for all of `patience`.
    pub fn take(path: &Path, patience: Duration) -> io::Result<Option<Self>> {
        let deadline = Instant::now() + patience;
        loop {
            match Self::try_take(path) {
                Ok(Some(lock)) => return Ok(Some(lock)),
                Ok(None) => {}
                // between the two steps of an editor's save
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound && Instant::now() < deadline => {}
                Err(error) => return Err(error),
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Of a file that has no name yet that others look for.
    pub fn new(file: &File) -> io::Result<Self> {
        file.lock()?;
        Ok(Self {
            _held: file.try_clone()?,
        })
    }

    fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // what was locked may have been replaced between opening and locking
        let (held, named) = (file.metadata()?, fs::metadata(path)?);
        let same = (held.dev(), held.ino()) == (named.dev(), named.ino());
        Ok(same.then_some(Self { _held: file }))
    }
}
