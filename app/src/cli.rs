use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};

use crate::settings::Given;

/// An online shop that starts as one process and can leave it one route at a time.
#[derive(Debug, Parser)]
#[command(name = "banyan", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Without a command the shop is served; these then belong to `serve`.
    #[command(flatten)]
    pub serve: Serve,
    #[command(flatten)]
    pub given: Given,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the whole shop, its admin and its console (the default)
    Serve(Serve),
    /// Serve the router and the app's own pages alone: every context is in a service of its own
    Front,
    /// Make an administrator
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Take a merchant's products in from a CSV or JSON file
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// Write the products out as they can be imported again
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// Fill the shop with any amount of made-up data, the same for the same seed
    Demo(Demo),
    /// Who answers what: look at the routes file, or change one word of it
    Route {
        #[command(subcommand)]
        command: RouteCommand,
    },
    /// Give a context's data a database of its own, and bring it back
    Move(Move),
    /// Check settings and routes, and create nothing: exit 0 or 64
    Check,
    /// Print the OpenAPI description of the JSON API
    Openapi,
}

#[derive(Clone, Debug, Default, Args)]
pub struct Serve {
    /// Only these contexts, as an extracted service: needs --data and --service-key
    #[arg(long, value_delimiter = ',', value_name = "CONTEXT,…")]
    pub only: Vec<String>,
    /// Where to register as a service, as http://HOST:PORT
    #[arg(long, value_name = "URL", requires = "only")]
    pub register: Option<String>,
    /// Where neighbours are reached [default: the --register URL]
    #[arg(long, value_name = "URL", requires = "only")]
    pub router: Option<String>,
    /// Start with an empty shop, without demo data
    #[arg(long)]
    pub empty: bool,
}

impl Serve {
    /// Flags may stand before or after the command.
    pub fn and(mut self, before: Self) -> Self {
        self.only.extend(before.only);
        Self {
            only: self.only,
            register: self.register.or(before.register),
            router: self.router.or(before.router),
            empty: self.empty || before.empty,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make a member an administrator, and the member too if there is none; asks for a password on a terminal
    Create {
        /// The member's e-mail address
        #[arg(long)]
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum RouteCommand {
    /// Every route and who answers it
    List,
    /// One route, all of it
    Show { name: String },
    /// Send a route elsewhere; a running shop takes it within a tenth of a second
    Set {
        name: String,
        /// module, a service's name, or shares such as catalog=10 (the rest stays with the module)
        backend: String,
        /// Why, for the history
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// Who sent which route where and why, and whether that is still what was written
    History,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Products, from .csv or .json (the columns are in the README)
    ///
    /// Everything is checked before anything is written. Up to 1,000 products are one commit; larger files are written
    /// in portions: should the machine stop in between, run the same import again, which completes it.
    Products {
        file: PathBuf,
        /// Check everything and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// All products as JSON, to standard output or a file, with their pictures beside it
    Products {
        /// Write here instead of to standard output
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub struct Demo {
    #[arg(long, default_value_t = 1_000)]
    pub products: u32,
    #[arg(long, default_value_t = 100)]
    pub members: u32,
    #[arg(long, default_value_t = 1_000)]
    pub orders: u32,
    /// The same seed makes the same shop
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Run it with the shop's own settings: --data or --database, --routes, --listen and --service-key say which shop it is.
#[derive(Clone, Debug, Args)]
pub struct Move {
    /// Whose data: the context's name, as in the routes file
    #[arg(value_name = "CONTEXT")]
    pub context: String,
    #[command(subcommand)]
    pub command: MoveCommand,
    /// The owner's PostgreSQL URL, with its password, where the data is on a server that this shop does not use itself
    #[arg(long, global = true, value_name = "URL")]
    pub from: Option<String>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum MoveCommand {
    /// Tell where the data is, who owns it, and what is half done
    Status,
    /// Move it to where a registered service waits, and flip all routes of the context to that service
    Switch {
        /// The waiting service's --data folder, or its --database
        #[arg(long, value_name = "DIR|URL")]
        to: String,
        /// Tell what would be done, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Bring it back to the shop's own database, and flip the routes back to the module
    Reverse {
        /// Tell what would be done, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// Of `move`, the same.
pub const LATER_MOVES: [&str; 4] = ["create", "diff", "complete", "cancel"];

/// Commands that are promised, and not here yet.
const LATER: [&str; 4] = ["audit", "rebuild", "reconcile", "sandbox"];

/// What clap says over several lines, with its tip and without the usage.
pub fn in_one_line(error: &clap::Error) -> String {
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(name))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
        && LATER.contains(&name.as_str())
    {
        return format!("{name} is not yet supported");
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is missing behind this one (see banyan help COMMAND)".to_owned();
    }
    let text = error.to_string();
    let told = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:"));
    let told: Vec<&str> = told
        .filter(|line| !line.is_empty() && !line.starts_with("For more information"))
        .collect();
    let told = told.join("; ");
    format!(
        "{} (see banyan --help)",
        told.strip_prefix("error: ").unwrap_or(&told)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(arguments: &[&str]) -> String {
        let error = Cli::try_parse_from([&["banyan"], arguments].concat()).unwrap_err();
        in_one_line(&error)
    }

    #[test]
    fn wrong_flags_are_told_in_one_line() {
        for (arguments, words) in [
            (&["--lisen", "x"][..], &["--lisen", "--listen"][..]),
            (&["serve", "--listen", "nowhere"], &["nowhere", "--listen"]),
            (&["--router", "http://127.0.0.1:1"], &["--only"]),
            (&["rebuild"], &["rebuild", "not yet supported"]),
            (&["route", "set", "board", "module"], &["--why"]),
            (&["rout"], &["rout"]),
            (&["route"], &["missing"]),
        ] {
            let line = refusal(arguments);
            assert!(
                !line.contains('\n') && words.iter().all(|word| line.contains(word)),
                "{line}"
            );
        }
    }

    #[test]
    fn flags_of_serve_may_stand_before_it() {
        let cli = Cli::try_parse_from(["banyan", "--empty", "serve", "--only", "stock"]).unwrap();
        let Some(Command::Serve(after)) = cli.command else {
            panic!("no command")
        };
        let serve = after.and(cli.serve);
        assert!(serve.empty);
        assert_eq!(serve.only, ["stock"]);
    }
}
