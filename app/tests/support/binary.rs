use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A running `banyan`. Ended when dropped; when its test fails, what it wrote is shown.
pub struct Banyan {
    child: Child,
    what: String,
    written: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Finished {
    /// `None`: it was killed.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A port that nobody uses. Below the ports that outgoing connections get, so that none of those can take it before
/// the shop does.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let range = 12_000;
    let first = u16::try_from(std::process::id() * 97 % u32::from(range)).unwrap();
    loop {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % range;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Runs a command to its end.
pub fn run(folder: &Path, args: &[&str], env: &[(&str, &str)], input: &str) -> Finished {
    let mut child = command(folder, args, env)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // who reads no input may be gone already
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let (out, err) = (read(child.stdout.take()), read(child.stderr.take()));
    let status = wait(&mut child, Duration::from_mins(2)).unwrap_or_else(|| {
        child.kill().unwrap();
        panic!("banyan {args:?} did not end");
    });
    Finished {
        code: status.code(),
        out: out.join().unwrap(),
        err: err.join().unwrap(),
    }
}

impl Banyan {
    pub fn start(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = command(folder, args, env)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let written = Arc::new(Mutex::new(String::new()));
        let readers = vec![
            follow(child.stdout.take().unwrap(), &written),
            follow(child.stderr.take().unwrap(), &written),
        ];
        Self {
            child,
            what: format!("banyan {}", args.join(" ")),
            written,
            readers,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn terminate(&self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(
            told.success(),
            "the shop was gone already:\n{}",
            self.written()
        );
    }

    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// `None` when it still runs after `patience`.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        wait(&mut self.child, patience)
    }

    /// Everything it wrote so far, to standard output and error.
    pub fn written(&self) -> String {
        self.written.lock().unwrap().clone()
    }

    /// The same, complete: for a process that has ended.
    pub fn last_words(&mut self) -> String {
        assert!(self.has_ended().is_some(), "{} still runs", self.what);
        self.readers
            .drain(..)
            .for_each(|reader| reader.join().unwrap());
        self.written()
    }
}

impl Drop for Banyan {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let written = self.written.lock().map_or_else(
                |poisoned| poisoned.into_inner().clone(),
                |text| text.clone(),
            );
            let from = written.len().saturating_sub(8_000);
            let from = (from..written.len())
                .find(|at| written.is_char_boundary(*at))
                .unwrap_or(0);
            eprintln!("--- {} wrote:\n{}---", self.what, &written[from..]);
        }
    }
}

/// The settings of whoever runs the tests do not reach the shops of the tests.
fn command(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_banyan"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("BANYAN_") || ["RUST_LOG", "FAILPOINTS"].contains(&&*name) {
            command.env_remove(&*name);
        }
    }
    command
        .current_dir(folder)
        .args(args)
        .envs(env.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if begun.elapsed() > patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        stream.unwrap().read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn follow(stream: impl Read + Send + 'static, to: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let to = to.clone();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while lines
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            to.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}
