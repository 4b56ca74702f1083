//! Who may open a SQLite file: `flock` on `<context>.db.lock`. A process that dies leaves nothing behind.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// How a database is held: together with other processes of this shop, or alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Shared,
    Exclusive,
}

pub(super) struct Guard {
    _file: File,
}

impl Guard {
    /// `Ok(Err(holder))` when somebody else holds it.
    pub fn take(path: &Path, mode: Mode, who: &str) -> std::io::Result<Result<Self, String>> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let wanted = match mode {
            Mode::Shared => FlockOperation::NonBlockingLockShared,
            Mode::Exclusive => FlockOperation::NonBlockingLockExclusive,
        };
        match flock(&file, wanted) {
            Ok(()) => {
                if mode == Mode::Exclusive {
                    file.set_len(0)?;
                    file.rewind()?;
                    file.write_all(who.as_bytes())?;
                }
                Ok(Ok(Self { _file: file }))
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder)?;
                Ok(Err(if holder.is_empty() {
                    "another process".to_owned()
                } else {
                    holder
                }))
            }
            Err(e) => Err(e.into()),
        }
    }

    /// Waits for its turn: for work that must not happen twice at once, such as migrations.
    pub fn wait(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(Self { _file: file })
    }
}
