//! Child processes, and the promise that none outlives us.
//!
//! We are the reaper of everything below us: a server or browser whose own parent died becomes our child, so walking
//! down from our own process id finds all of them, whatever process group they chose.

use std::{
    collections::HashMap,
    fs,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

pub struct Processes {
    interrupted: Arc<AtomicBool>,
}

impl Processes {
    /// From here on SIGINT, SIGTERM and SIGHUP end the children first; whoever waited for one then sees an error and
    /// unwinds, so that what was started is taken down in order.
    pub fn watch() -> Result<Self> {
        set_child_subreaper(Some(getpid()))
            .context("cannot become the reaper of what the tests start")?;
        let interrupted = Arc::new(AtomicBool::new(false));
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let flag = Arc::clone(&interrupted);
        thread::spawn(move || {
            for _ in signals.forever() {
                // a second signal is an impatient one
                let signal = if flag.swap(true, Ordering::SeqCst) {
                    Signal::KILL
                } else {
                    Signal::TERM
                };
                for process in below(getpid(), None) {
                    kill_process(process.pid, signal).ok();
                }
            }
        });
        Ok(Self { interrupted })
    }

    pub fn check(&self) -> Result<()> {
        ensure!(!self.interrupted.load(Ordering::SeqCst), "interrupted");
        Ok(())
    }

    /// Runs a command with our own output as its output.
    pub fn run(&self, command: &mut Command) -> Result<ExitStatus> {
        self.check()?;
        let status = command
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("cannot run {}", text_of(command)))?;
        self.check()?;
        Ok(status)
    }

    /// Runs a command that must succeed and whose output matters only if it does not.
    pub fn run_quietly(&self, command: &mut Command) -> Result<()> {
        self.check()?;
        let output = command
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot run {}", text_of(command)))?;
        self.check()?;
        if !output.status.success() {
            let said = [output.stdout, output.stderr].concat();
            bail!(
                "{} failed:\n{}",
                text_of(command),
                String::from_utf8_lossy(&said).trim_end()
            );
        }
        Ok(())
    }

    /// Runs a command, shows its standard output and error in the order they were written, and hands every line to
    /// `line` as well. What the command started and left running is ended, but for the processes of `spared`.
    pub fn run_and_read(
        &self,
        mut command: Command,
        spared: &Child,
        line: impl FnMut(&str) + Send + 'static,
    ) -> Result<ExitStatus> {
        self.check()?;
        let (reader, writer) = io::pipe()?;
        command
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {}", text_of(&command)))?;
        drop(command); // it holds ends of the pipe: ours must close for the reader to end
        let reading = thread::spawn(move || copy_lines(reader, line));
        let status = child.wait();
        self.end_strays(spared, &reading);
        reading
            .join()
            .ok()
            .context("reading the command's output failed")??;
        self.check()?;
        Ok(status?)
    }

    /// Ends all of our descendants but `spared` and what it started. One whose parent ends while we look is not seen at
    /// that look; as long as it lives it keeps the output open that is read.
    fn end_strays<T>(&self, spared: &Child, reading: &thread::JoinHandle<T>) {
        let spared = Pid::from_child(spared);
        let mut told = Vec::new();
        loop {
            let strays = below(getpid(), Some(spared));
            if strays.is_empty() && reading.is_finished() {
                return;
            }
            for Process { pid, parent, name } in strays {
                // already dead and waiting for its parent? then there is nothing to tell
                let reaped = parent == getpid()
                    && matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(Some(_)));
                if reaped {
                    continue;
                }
                kill_process(pid, Signal::KILL).ok();
                if self.check().is_ok() && !told.contains(&pid) {
                    println!(
                        "note: a test left {name} running (process {}); ended",
                        pid.as_raw_nonzero()
                    );
                    told.push(pid);
                }
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Asks the process to end, and makes it end if it has not after `patience`.
pub fn end(child: &mut Child, signal: Signal, patience: Duration) -> io::Result<()> {
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    kill_process(Pid::from_child(child), signal).ok();
    let asked = Instant::now();
    while asked.elapsed() < patience {
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait().map(drop)
}

struct Process {
    pid: Pid,
    parent: Pid,
    name: String,
}

fn copy_lines(reader: impl io::Read, mut line: impl FnMut(&str)) -> io::Result<()> {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        io::stdout().write_all(&bytes)?;
        line(&String::from_utf8_lossy(&bytes));
        bytes.clear();
    }
    Ok(())
}

/// All processes below `root`, without `spared` and what is below it.
fn below(root: Pid, spared: Option<Pid>) -> Vec<Process> {
    let mut children: HashMap<Pid, Vec<Process>> = HashMap::new();
    for process in fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| process(&entry))
    {
        children.entry(process.parent).or_default().push(process);
    }
    let mut found = children.remove(&root).unwrap_or_default();
    found.retain(|process| Some(process.pid) != spared);
    let mut next = 0;
    while let Some(process) = found.get(next) {
        found.extend(children.remove(&process.pid).unwrap_or_default());
        next += 1;
    }
    found
}

/// From `/proc/<pid>/stat`: `pid (name) state parent …`, where the name may hold blanks and brackets of its own.
fn process(entry: &fs::DirEntry) -> Option<Process> {
    let pid = entry
        .file_name()
        .to_str()?
        .parse()
        .ok()
        .and_then(Pid::from_raw)?;
    let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let parent = rest
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
        .and_then(Pid::from_raw)?;
    Some(Process {
        pid,
        parent,
        name: name.to_owned(),
    })
}

fn text_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
