use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

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
