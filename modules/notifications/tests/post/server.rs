//! A mail server of few words: RFC 5321 as far as one client needs it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What it does with the next mail; when nothing is said it takes it.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// Goes away in the middle of the mail.
    HangUp,
    /// Answers this to `RCPT TO`.
    Refuse(u16),
}

/// Stops when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    state: Arc<State>,
    /// Listening, and whoever is connected.
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct State {
    plans: Mutex<VecDeque<Next>>,
    taken: Mutex<Vec<String>>,
    tries: Mutex<usize>,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(State::default()));
        let mut tasks = JoinSet::new();
        let shared = state.clone();
        tasks.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, shared.clone()));
            }
        });
        Self {
            address,
            state,
            _tasks: tasks,
        }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn plan(&self, next: Next) {
        self.state.plans.lock().unwrap().push_back(next);
    }

    /// The mails that it took, as they came.
    pub fn taken(&self) -> Vec<String> {
        self.state.taken.lock().unwrap().clone()
    }

    /// How often a mail was begun.
    pub fn tries(&self) -> usize {
        *self.state.tries.lock().unwrap()
    }
}

struct Talk {
    lines: Lines<BufReader<OwnedReadHalf>>,
    answer: OwnedWriteHalf,
}

async fn talk(stream: TcpStream, state: Arc<State>) {
    let (read, answer) = stream.into_split();
    let mut talk = Talk {
        lines: BufReader::new(read).lines(),
        answer,
    };
    talk.say("220 hello").await;
    let mut plan = None;
    while let Ok(Some(line)) = talk.lines.next_line().await {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => talk.say("250 hello").await,
            "MAIL" => {
                plan = state.plans.lock().unwrap().pop_front();
                *state.tries.lock().unwrap() += 1;
                talk.say("250 ok").await;
            }
            "RCPT" => match plan {
                Some(Next::Refuse(code)) => talk.say(&format!("{code} not here")).await,
                _ => talk.say("250 ok").await,
            },
            "DATA" => {
                talk.say("354 go on").await;
                if matches!(plan, Some(Next::HangUp)) {
                    let _ = talk.lines.next_line().await;
                    return;
                }
                let mail = talk.mail().await;
                state.taken.lock().unwrap().push(mail);
                talk.say("250 taken").await;
            }
            "QUIT" => return talk.say("221 bye").await,
            _ => talk.say("250 ok").await,
        }
    }
}

impl Talk {
    async fn say(&mut self, line: &str) {
        let _ = self
            .answer
            .write_all(format!("{line}\r\n").as_bytes())
            .await;
    }

    async fn mail(&mut self) -> String {
        let mut mail = String::new();
        while let Ok(Some(line)) = self.lines.next_line().await {
            if line == "." {
                break;
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            mail.push_str("\r\n");
        }
        mail
    }
}
