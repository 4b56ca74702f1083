//! A PostgreSQL of our own for the length of a run.

use std::{
    fs::{self, File},
    io::Read,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Signal, geteuid};
use tempfile::TempDir;

use crate::{
    debian,
    processes::{self, Processes},
};

/// Stopped, and gone from the disk, when dropped.
pub struct Postgres {
    url: String,
    server: Child,
    _home: TempDir,
}

impl Postgres {
    pub fn start(processes: &Processes) -> Result<Self> {
        let home = Home::create(processes)?;
        // another program may take the port between our look and the server's: then look again
        for _ in 0..5 {
            let port = free_port()?;
            let mut server = home.serve(port)?;
            match home.wait(processes, &mut server, port) {
                Ok(true) => {
                    let url = format!(
                        "postgres://postgres:{}@127.0.0.1:{port}/postgres",
                        home.password
                    );
                    return Ok(Self {
                        url,
                        server,
                        _home: home.folder,
                    });
                }
                Ok(false) => {}
                Err(error) => {
                    stop(&mut server);
                    return Err(error);
                }
            }
        }
        bail!(
            "PostgreSQL does not start; the end of its log:\n{}",
            home.end_of_log()
        );
    }

    /// With a superuser: the tests create their own databases.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn process(&self) -> &Child {
        &self.server
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        stop(&mut self.server);
    }
}

fn stop(server: &mut Child) {
    // SIGINT: end the sessions, write everything, stop
    if let Err(error) = processes::end(server, Signal::INT, Duration::from_secs(20)) {
        println!("note: PostgreSQL may still run: {error}");
    }
}

struct Home {
    folder: TempDir,
    programs: PathBuf,
    owner: Option<Owner>,
    password: String,
}

/// PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Home {
    fn create(processes: &Processes) -> Result<Self> {
        let programs = debian::postgres_programs().context("PostgreSQL is not installed")?;
        let folder = tempfile::Builder::new()
            .prefix("banyan-postgres-")
            .tempdir()?;
        let owner = if geteuid().is_root() {
            Some(Owner::find()?)
        } else {
            None
        };
        let home = Self {
            folder,
            programs,
            owner,
            password: random_word()?,
        };
        let password_file = home.path("password");
        fs::write(&password_file, &home.password)?;
        if let Some(owner) = owner {
            for path in [home.folder.path(), &password_file] {
                chown(path, Some(owner.user), Some(owner.group))?;
            }
        }
        // C.UTF-8, not C: with C, pg_trgm takes no Hangul for letters
        let mut initdb = home.command(&home.programs.join("initdb"));
        initdb
            .arg("--pgdata")
            .arg(home.path("data"))
            .arg("--pwfile")
            .arg(password_file);
        initdb.args([
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        processes.run_quietly(&mut initdb)?;
        Ok(home)
    }

    fn serve(&self, port: u16) -> Result<Child> {
        // fsync stays on: what the tests prove about durability must be true.
        // setpriv: should we be killed outright, the server still goes
        let mut server = self.command(Path::new("setpriv"));
        server
            .args(["--pdeathsig", "INT"])
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.path("data"));
        let sockets = format!("unix_socket_directories={}", self.folder.path().display());
        let port = format!("port={port}");
        for setting in [
            "listen_addresses=127.0.0.1",
            &port,
            &sockets,
            "max_connections=1000",
        ] {
            server.args(["-c", setting]);
        }
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))?;
        // a group of its own, or Ctrl-C would take it from under the tests while they clean up
        server
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        server.spawn().context("cannot start PostgreSQL")
    }

    /// Whether the server came up; `false`: it ended. Asked through its socket, as the port may be another's.
    fn wait(&self, processes: &Processes, server: &mut Child, port: u16) -> Result<bool> {
        let started = Instant::now();
        while server.try_wait()?.is_none() {
            let mut ready = self.command(&self.programs.join("pg_isready"));
            ready
                .arg("--quiet")
                .arg("--host")
                .arg(self.folder.path())
                .arg("--port")
                .arg(port.to_string());
            if processes.run(&mut ready)?.success() {
                return Ok(true);
            }
            ensure!(
                started.elapsed() < Duration::from_mins(1),
                "PostgreSQL is not ready after a minute:\n{}",
                self.end_of_log()
            );
            thread::sleep(Duration::from_millis(50));
        }
        Ok(false)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("LC_ALL", "C.UTF-8");
        if let Some(Owner { user, group }) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines
            .iter()
            .skip(lines.len().saturating_sub(20))
            .copied()
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Owner {
    /// `postgres`, whom Debian's package makes, else `nobody`.
    fn find() -> Result<Self> {
        let users = fs::read_to_string("/etc/passwd")?;
        let named = |name: &str| {
            let mut fields = users
                .lines()
                .map(|line| line.split(':'))
                .find(|fields| fields.clone().next() == Some(name))?;
            let user = fields.nth(2)?.parse().ok()?;
            let group = fields.next()?.parse().ok()?;
            Some(Self { user, group })
        };
        named("postgres")
            .or_else(|| named("nobody"))
            .context("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn random_word() -> Result<String> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}
