use std::path::PathBuf;

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
pub enum Import {
    /// Products, from .csv or .json (the columns are in the README)
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
