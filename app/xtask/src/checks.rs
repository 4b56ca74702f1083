//! What is checked without running anything of ours: formatting, lints, licences, bans, sources, advisories.

use std::{path::PathBuf, process::Command};

use anyhow::{Result, ensure};

use crate::{
    phases::{Outcome, Phases},
    processes::Processes,
    root,
};

/// `deny.toml` is written for this version. Nobody has to have it: it is built once, into the target directory.
const CARGO_DENY: &str = "0.20.2";

/// Everything that depends on the tree alone. `packages` narrows the lints; none means the whole workspace.
pub fn source(processes: &Processes, phases: &mut Phases, packages: &[String]) -> Result<()> {
    phases.run("formatting", || {
        let status = processes.run(cargo().args(["fmt", "--all", "--check", "--", "-l"]))?;
        if !status.success() {
            println!("these files are not formatted; `cargo fmt --all` puts that right");
        }
        Ok(Outcome::of(status.success()))
    })?;
    phases.run("lints", || {
        let mut product = clippy(packages);
        product.args(["--lib", "--bins", "--all-features", "--", "-D", "warnings"]);
        // a test may panic, and is not held to the stricter matters of taste
        let mut tests = clippy(packages);
        tests.args(["--tests", "--benches", "--all-features", "--"]);
        tests.args(["-D", "warnings", "-A", "clippy::pedantic"]);
        tests.args(["-A", "clippy::unwrap_used", "-A", "clippy::expect_used"]);
        let passed = processes.run(&mut product)?.success() & processes.run(&mut tests)?.success();
        Ok(Outcome::of(passed))
    })?;
    phases.run("licences, bans and sources", || {
        let mut deny = cargo_deny(processes)?;
        deny.args(["check", "licenses", "bans", "sources"]);
        Ok(Outcome::of(processes.run(&mut deny)?.success()))
    })?;
    Ok(())
}

/// Known weaknesses of our dependencies. Their list lives in the outside world, so it may not be there to ask.
pub fn advisories(processes: &Processes, phases: &mut Phases) -> Result<()> {
    phases.run("advisories", || {
        if !processes
            .run(cargo_deny(processes)?.args(["fetch", "db"]))?
            .success()
        {
            println!(
                "the advisory database cannot be reached: advisories are not checked this time"
            );
            return Ok(Outcome::NotPossible);
        }
        let mut deny = cargo_deny(processes)?;
        deny.args(["check", "--disable-fetch", "advisories"]);
        Ok(Outcome::of(processes.run(&mut deny)?.success()))
    })?;
    Ok(())
}

fn clippy(packages: &[String]) -> Command {
    let mut clippy = cargo();
    clippy.arg("clippy").args(workspace_or(packages));
    clippy
}

pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root());
    command
}

pub fn workspace_or(packages: &[String]) -> Vec<&str> {
    match packages {
        [] => vec!["--workspace"],
        packages => packages
            .iter()
            .flat_map(|package| ["--package", package])
            .collect(),
    }
}

fn cargo_deny(processes: &Processes) -> Result<Command> {
    let folder = root()
        .join("target/tools")
        .join(format!("cargo-deny-{CARGO_DENY}"));
    let binary: PathBuf = folder.join("bin/cargo-deny");
    if !binary.exists() {
        println!(
            "cargo-deny {CARGO_DENY} is built once, into target/tools; that takes a few minutes"
        );
        let mut install = cargo();
        install
            .args([
                "install",
                "--locked",
                "--quiet",
                "cargo-deny",
                "--version",
                CARGO_DENY,
                "--root",
            ])
            .arg(&folder);
        ensure!(
            processes.run(&mut install)?.success(),
            "cargo-deny could not be installed"
        );
    }
    let mut command = Command::new(binary);
    command.current_dir(root());
    Ok(command)
}
