use std::io::{BufRead as _, IsTerminal as _};

use kernel::Locale;
use members::api::{CreateMember, Created, MakeAdmin, Refusal};
use platform::db::Databases;
use platform::ports::Answers as _;

use super::WHO;
use super::import::{block_on, ctx, shell};
use crate::failure::Failure;
use crate::settings::Settings;

/// Makes a member an administrator, and the member too if there is none.
pub fn create(settings: &Settings, email: &str, password_stdin: bool) -> Result<(), Failure> {
    block_on(run(settings, email.trim(), password_stdin))
}

async fn run(settings: &Settings, email: &str, password_stdin: bool) -> Result<(), Failure> {
    if !email.contains('@') {
        return Err(Failure::usage(format!(
            "--email {email}: is not an e-mail address"
        )));
    }
    let databases = Databases::new(settings.place())?;
    let db = databases.open(members::NAME, members::migrations())?;
    db.must_serve()?;
    let shell = shell(settings)?;
    let host = members::Host::new(db, shell.clone());
    let promote = || MakeAdmin {
        email: email.to_owned(),
        who: WHO.to_owned(),
    };
    if host.answer(promote(), &ctx()).await?.is_some() {
        promoted(email);
        return Ok(());
    }
    let password = if password_stdin {
        piped()?
    } else {
        asked(email)?
    };
    let name = email
        .split('@')
        .next()
        .unwrap_or(email)
        .chars()
        .take(50)
        .collect();
    let new = CreateMember {
        email: email.to_owned(),
        name,
        password,
        locale: Locale::default(),
        is_admin: true,
        who: WHO.to_owned(),
    };
    match host.answer(new, &ctx()).await? {
        Created::Member(_) => {
            created(email);
            Ok(())
        }
        // somebody joined with it while the password was typed
        Created::Taken => match host.answer(promote(), &ctx()).await? {
            Some(_) => {
                promoted(email);
                Ok(())
            }
            None => Err(Failure::other(format!(
                "{email}: this member has just left"
            ))),
        },
        Created::Refused(refusals) => Err(refused(email, &refusals, |key| {
            shell.texts.with(
                Locale::En,
                key,
                &[("fewest", 8.into()), ("most", 128.into())],
            )
        })),
    }
}

fn refused(email: &str, refusals: &[Refusal], text: impl Fn(&str) -> String) -> Failure {
    let lines: Vec<String> = refusals.iter().map(|refusal| text(&refusal.key)).collect();
    if refusals.iter().any(|refusal| refusal.field == "email") {
        Failure::usage(format!("--email {email}: {}", lines.join(" ")))
    } else {
        Failure::other(lines.join(" "))
    }
}

/// The first line, without its end.
fn piped() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|e| Failure::other(format!("standard input: {e}")))?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(Failure::other(
            "--password-stdin: there is no password on standard input",
        ));
    }
    Ok(password.to_owned())
}

fn asked(email: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is no terminal to ask for a password: give it on standard input, with --password-stdin",
        ));
    }
    let ask = |prompt: String| {
        rpassword::prompt_password(prompt).map_err(|e| Failure::other(format!("the terminal: {e}")))
    };
    let password = ask(format!("Password for {email} (8 to 128 characters): "))?;
    if password != ask("The same again: ".to_owned())? {
        return Err(Failure::other(
            "the two passwords differ; nothing was changed",
        ));
    }
    Ok(password)
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn created(email: &str) {
    println!("{email} has joined and is an administrator.");
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn promoted(email: &str) {
    println!("{email} is an administrator. The member's password is unchanged.");
}
