//! What the disk can do, and a slower one: where fsyncs are cheap it is processor time that bounds checkouts, and how well
//! they share their fsyncs cannot be seen.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Then: a folder.
pub const ARGUMENT: &str = "--sync";

const SLOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/shop/slow_disk.c");

/// For whom every fsync takes longer.
#[derive(Clone)]
pub struct SlowDisk(PathBuf);

impl SlowDisk {
    /// Made in `folder` by the C compiler that Rust links with.
    pub fn make(folder: &Path) -> Self {
        let library = folder.join("slow_disk.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-O2", "-shared", "-fPIC", SLOW, "-ldl", "-o"]);
        let status = compiler.arg(&library).status().unwrap();
        assert!(status.success(), "cc {SLOW}: {status}");
        Self(library)
    }

    pub fn under(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.0);
    }

    pub fn fsyncs_per_second(&self, folder: &Path) -> f64 {
        let mut command = Command::new(std::env::current_exe().unwrap());
        self.under(command.arg(ARGUMENT).arg(folder));
        let told = command.output().unwrap().stdout;
        String::from_utf8(told).unwrap().trim().parse().unwrap()
    }
}

/// Appends a page and syncs it, for a second: what one sequential writer can get at most.
pub fn fsyncs_per_second(folder: &Path) -> f64 {
    let path = folder.join("fsync");
    let mut file = File::create(&path).unwrap();
    let (started, mut syncs) = (Instant::now(), 0_u32);
    while started.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    let seconds = started.elapsed().as_secs_f64();
    std::fs::remove_file(&path).unwrap();
    f64::from(syncs) / seconds
}
