//! Which core is whose.

use std::process::Command;

/// The same one twice where there is only one.
pub struct Cores {
    pub measured: usize,
    pub callers: usize,
}

impl Cores {
    /// The first and the last that this process may use.
    pub fn of_this_process() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let list = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
            .unwrap();
        let mut ends = list.trim().split([',', '-']).map(|n| n.parse().unwrap());
        let measured = ends.next().unwrap();
        Self {
            measured,
            callers: ends.next_back().unwrap_or(measured),
        }
    }

    pub fn take_for_callers(&self) {
        let status = Command::new("taskset")
            .args(["-acp", &self.callers.to_string()])
            .arg(std::process::id().to_string())
            .stdout(std::process::Stdio::null())
            .status();
        assert!(status.unwrap().success(), "taskset");
    }

    /// A command that runs on the core of what is measured.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", &self.measured.to_string(), program]);
        command
    }
}
