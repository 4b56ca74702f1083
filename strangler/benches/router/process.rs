//! A process that is measured.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Ended when dropped.
pub struct Process {
    pub name: &'static str,
    pub address: SocketAddr,
    child: Child,
}

impl Process {
    /// Returns when it listens.
    pub fn start(name: &'static str, address: SocketAddr, mut command: Command) -> Self {
        let child = command.spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "{name} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self {
            name,
            address,
            child,
        }
    }

    /// User and system time so far, of all its threads and of the workers it started.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.family().iter().map(|id| nanos(*id)).sum())
    }

    /// Memory in use now, in bytes.
    pub fn rss(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most memory it ever used, in bytes.
    pub fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(what));
        let kib = line.unwrap().trim().trim_end_matches(" kB");
        kib.parse::<u64>().unwrap() * 1024
    }

    fn family(&self) -> Vec<u32> {
        let mut all = vec![self.child.id()];
        let mut next = 0;
        while let Some(id) = all.get(next) {
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
            let children = children.unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .map(|id| id.parse::<u32>().unwrap()),
            );
            next += 1;
        }
        all
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM, where it has workers to end
        let ended = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if !ended.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

pub fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// From the scheduler's accounts: `stat` counts in hundredths of a second only.
fn nanos(process: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let spent = threads.filter_map(|thread| {
        let accounts = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        accounts.split(' ').next()?.parse::<u64>().ok()
    });
    spent.sum()
}
