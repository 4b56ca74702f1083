//! The programs the tests and benches need that no Rust toolchain brings, from Debian.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::geteuid;

use crate::processes::Processes;

pub const CHROMIUM: &str = "/usr/bin/chromium";
pub const CHROMEDRIVER: &str = "/usr/bin/chromedriver";
pub const PYTHON: &str = "/usr/bin/python3";

const POSTGRES: &str = "/usr/lib/postgresql";
/// Any one of them will do.
const KOREAN_FONTS: [&str; 3] = [
    "/usr/share/fonts/truetype/nanum",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/unfonts-core",
];
/// Read by Debian's PostgreSQL packages when they are installed.
const CLUSTER_RULES: &str = "/etc/postgresql-common/createcluster.d";

/// Whether services may start when their package is installed: a program of Debian's that asks this one.
const START_RULES: &str = "/usr/sbin/policy-rc.d";

pub struct Need {
    package: &'static str,
    what_for: &'static str,
    met: fn() -> bool,
}

pub const FOR_TESTS: [Need; 5] = [
    Need {
        package: "postgresql",
        what_for: "the tests on PostgreSQL",
        met: || postgres_programs().is_some(),
    },
    Need {
        package: "chromium",
        what_for: "the tests in a browser",
        met: || Path::new(CHROMIUM).exists(),
    },
    Need {
        package: "chromium-driver",
        what_for: "driving that browser",
        met: || Path::new(CHROMEDRIVER).exists(),
    },
    Need {
        package: "python3",
        what_for: "the service in another language",
        met: || Path::new(PYTHON).exists(),
    },
    Need {
        package: "fonts-nanum",
        what_for: "Korean letters in that browser",
        met: || KOREAN_FONTS.iter().any(|font| Path::new(font).exists()),
    },
];

pub const FOR_ROUTER_BENCH: [Need; 2] = [
    Need {
        package: "nginx",
        what_for: "comparing the router with it",
        met: || Path::new("/usr/sbin/nginx").exists(),
    },
    Need {
        package: "haproxy",
        what_for: "comparing the router with it",
        met: || Path::new("/usr/sbin/haproxy").exists(),
    },
];

/// Installs what is missing when we are root; else says what to install.
pub fn provide(processes: &Processes, needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.met)()).collect();
    if missing.is_empty() {
        let packages: Vec<&str> = needs.iter().map(|need| need.package).collect();
        println!("everything from Debian is there: {}", packages.join(", "));
        return Ok(());
    }
    for Need {
        package, what_for, ..
    } in &missing
    {
        println!("missing: {package}, for {what_for}");
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if !geteuid().is_root() {
        bail!(
            "please install what is missing:\n\n    sudo apt-get install {}\n",
            packages.join(" ")
        );
    }
    install(processes, &packages)?;
    for need in missing {
        ensure!(
            (need.met)(),
            "{} is installed, but not where Debian puts it",
            need.package
        );
    }
    Ok(())
}

/// Where the newest PostgreSQL's programs are. It must have brought `pg_trgm`, which the search needs.
pub fn postgres_programs() -> Option<PathBuf> {
    let versions = fs::read_dir(POSTGRES).ok()?.flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(version, bin)| {
            let trigrams = format!("/usr/share/postgresql/{version}/extension/pg_trgm.control");
            bin.join("initdb").exists()
                && bin.join("postgres").exists()
                && Path::new(&trigrams).exists()
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn install(processes: &Processes, packages: &[&str]) -> Result<()> {
    println!("\n$ apt-get update");
    let status = processes
        .run(apt_get().arg("update"))
        .context("this needs Debian, or another system with apt-get")?;
    ensure!(status.success(), "apt-get update failed");
    println!("\n$ apt-get install {}", packages.join(" "));
    let _cluster = NoSystemCluster::write_unless_installed()?;
    let _services = NoServices::write_unless_there()?;
    let status = processes.run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )?;
    ensure!(status.success(), "apt-get install failed");
    Ok(())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    // another run may be installing the same things
    command.env("DEBIAN_FRONTEND", "noninteractive").args([
        "--quiet",
        "-o",
        "DPkg::Lock::Timeout=600",
    ]);
    command
}

/// While it lives, installing PostgreSQL does not create and start a server for the whole machine.
struct NoSystemCluster(PathBuf);

impl NoSystemCluster {
    fn write_unless_installed() -> Result<Option<Self>> {
        if postgres_programs().is_some() {
            return Ok(None);
        }
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(CLUSTER_RULES)?;
        let file = Path::new(CLUSTER_RULES).join("banyan-tests.conf");
        fs::write(&file, "create_main_cluster = false\n")?;
        Ok(Some(Self(file)))
    }
}

impl Drop for NoSystemCluster {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// While it lives, no service starts because its package is installed: whoever runs this wants a program, not a web
/// server on port 80. A rule that is there already stays.
struct NoServices;

impl NoServices {
    fn write_unless_there() -> Result<Option<Self>> {
        let created = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(START_RULES);
        let mut file = match created {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(error).context(START_RULES),
        };
        let rule = Self;
        // 101: not allowed
        file.write_all(b"#!/bin/sh\nexit 101\n")?;
        Ok(Some(rule))
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        drop(fs::remove_file(START_RULES));
    }
}
