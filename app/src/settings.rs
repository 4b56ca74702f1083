//! Settings: defaults < `banyan.toml` < environment < flags.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use platform::identity::TrustedProxies;
use serde::Deserialize;

use crate::failure::Failure;

const FILE: &str = "banyan.toml";
const SHIPPED_ROUTES: &str = "strangler/routes.toml";
const MANAGEMENT_OFFSET: u16 = 1000;

/// What was given by flag, environment or file; the same names everywhere.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Settings")]
pub struct Given {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "BANYAN_LISTEN", value_name = "HOST:PORT")]
    listen: Option<SocketAddr>,
    /// Folder of the databases and the service key [default: ./data]
    #[arg(long, global = true, env = "BANYAN_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// One PostgreSQL URL for all contexts [default: SQLite below --data]
    #[arg(
        long,
        global = true,
        env = "BANYAN_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    database: Option<String>,
    /// The routes file [default: strangler/routes.toml if there, else <data>/routes.toml]
    #[arg(long, global = true, env = "BANYAN_ROUTES", value_name = "FILE")]
    routes: Option<PathBuf>,
    /// Where /metrics is served [default: the listen address, port + 1000]
    #[arg(
        long,
        global = true,
        env = "BANYAN_MANAGEMENT",
        value_name = "HOST:PORT"
    )]
    management: Option<SocketAddr>,
    /// File of the key that signs identity and opens /internal [default: <data>/service.key]
    #[arg(long, global = true, env = "BANYAN_SERVICE_KEY", value_name = "FILE")]
    service_key: Option<PathBuf>,
    /// Where people reach the shop, for links in mails [default: http://<listen>]
    #[arg(long, global = true, env = "BANYAN_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Addresses or networks of proxies whose X-Forwarded-* headers are believed [default: none]
    #[arg(
        long,
        global = true,
        env = "BANYAN_TRUSTED_PROXY",
        value_name = "IP|NET,…",
        value_delimiter = ','
    )]
    trusted_proxy: Option<Vec<String>>,
    /// Mail server as smtp[s]://[USER:PASSWORD@]HOST[:PORT] [default: mails stay in the console's mailbox]
    #[arg(
        long,
        global = true,
        env = "BANYAN_SMTP",
        value_name = "URL",
        hide_env_values = true
    )]
    smtp: Option<String>,
    /// Limits on login, sign-up and search [default: on]
    #[arg(long, global = true, env = "BANYAN_RATE_LIMITS", value_name = "on|off")]
    rate_limits: Option<Switch>,
    /// How many times faster the sandbox courier's clock runs [default: 1]
    #[arg(long, global = true, env = "BANYAN_SANDBOX_SPEED", value_name = "N")]
    sandbox_speed: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

/// What holds after all layers.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub database: Option<String>,
    pub routes: PathBuf,
    pub management: SocketAddr,
    pub service_key: PathBuf,
    pub public_url: String,
    pub trusted_proxy: TrustedProxies,
    pub smtp: Option<String>,
    pub rate_limits: bool,
    pub sandbox_speed: f64,
    /// Whether data folder and key were named by someone, which an extracted service insists on.
    pub named: Named,
}

#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub data: bool,
    pub service_key: bool,
}

impl Settings {
    /// Reads `banyan.toml` in the working directory, if it is there, below what was given.
    pub fn resolve(given: Given) -> Result<Self, Failure> {
        let file = read_file(Path::new(FILE))?;
        Self::from_layers(given, file)
    }

    fn from_layers(given: Given, file: Given) -> Result<Self, Failure> {
        let listen = given
            .listen
            .or(file.listen)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data = given.data.or(file.data);
        let service_key = given.service_key.or(file.service_key);
        let named = Named {
            data: data.is_some(),
            service_key: service_key.is_some(),
        };
        let data = data.unwrap_or_else(|| PathBuf::from("data"));
        let management = match given.management.or(file.management) {
            Some(address) => address,
            None => next_to(listen)?,
        };
        let proxies = given
            .trusted_proxy
            .or(file.trusted_proxy)
            .unwrap_or_default();
        let trusted_proxy = TrustedProxies::parse(proxies.iter().map(String::as_str))
            .map_err(|e| Failure::usage(format!("--trusted-proxy: {e}")))?;
        let settings = Self {
            routes: given
                .routes
                .or(file.routes)
                .unwrap_or_else(|| default_routes(&data)),
            service_key: service_key.unwrap_or_else(|| data.join("service.key")),
            public_url: given
                .public_url
                .or(file.public_url)
                .unwrap_or_else(|| format!("http://{listen}")),
            database: given.database.or(file.database),
            trusted_proxy,
            smtp: given.smtp.or(file.smtp),
            rate_limits: given.rate_limits.or(file.rate_limits) != Some(Switch::Off),
            sandbox_speed: given.sandbox_speed.or(file.sandbox_speed).unwrap_or(1.0),
            listen,
            data,
            management,
            named,
        };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), Failure> {
        if !(self.sandbox_speed.is_finite() && (0.001..=1_000_000.0).contains(&self.sandbox_speed))
        {
            return Err(Failure::usage(
                "--sandbox-speed must be a number between 0.001 and 1000000",
            ));
        }
        if !(self.public_url.starts_with("http://") || self.public_url.starts_with("https://")) {
            return Err(Failure::usage(
                "--public-url must begin with http:// or https://",
            ));
        }
        if let Some(url) = &self.smtp {
            notifications::check_smtp(url).map_err(|e| Failure::usage(format!("--smtp: {e}")))?;
        }
        let postgres =
            |url: &String| url.starts_with("postgres://") || url.starts_with("postgresql://");
        if !self.database.as_ref().is_none_or(postgres) {
            return Err(Failure::usage(
                "--database must be a postgres:// URL; SQLite needs none, it lives under --data",
            ));
        }
        if self.management == self.listen && self.listen.port() != 0 {
            return Err(Failure::usage(
                "--management and --listen must differ: metrics are not for strangers",
            ));
        }
        Ok(())
    }

    pub fn place(&self) -> platform::db::Place {
        match &self.database {
            Some(url) => platform::db::Place::Postgres(url.clone()),
            None => platform::db::Place::Folder(self.data.clone()),
        }
    }

    /// Where commands beside it reach the running shop, without a slash at the end.
    pub fn own_url(&self) -> String {
        let mut listen = self.listen;
        if listen.ip().is_unspecified() {
            listen.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{listen}")
    }
}

fn read_file(path: &Path) -> Result<Given, Failure> {
    match std::fs::read_to_string(path) {
        // the line itself is not shown: it may hold a password
        Ok(text) => toml::from_str(&text).map_err(|e| {
            let before = e.span().map_or(0, |span| span.start);
            let before = text.get(..before).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let what = e.message().lines().collect::<Vec<_>>().join(" ");
            Failure::usage(format!("{}: line {line}: {what}", path.display()))
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Given::default()),
        Err(e) => Err(Failure::usage(format!("{}: {e}", path.display()))),
    }
}

fn default_routes(data: &Path) -> PathBuf {
    let shipped = PathBuf::from(SHIPPED_ROUTES);
    if shipped.is_file() {
        shipped
    } else {
        data.join("routes.toml")
    }
}

/// Port 0 means any free port, for both.
fn next_to(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    let port = match listen.port() {
        0 => 0,
        port => port.checked_add(MANAGEMENT_OFFSET).ok_or_else(|| {
            Failure::usage(format!("--listen {listen} leaves no room for its management port (port + 1000): give --management"))
        })?,
    };
    Ok(SocketAddr::new(listen.ip(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(flags: &str, file: &str) -> Result<Settings, Failure> {
        Settings::from_layers(
            toml::from_str(flags).unwrap(),
            toml::from_str(file).unwrap(),
        )
    }

    #[test]
    fn flags_beat_the_file_and_the_file_beats_the_defaults() {
        let settings = layers(
            "listen = '127.0.0.1:9000'",
            "listen = '127.0.0.1:1'\ndata = 'elsewhere'",
        )
        .unwrap();
        assert_eq!(settings.listen.port(), 9000);
        assert_eq!(settings.management.port(), 10_000);
        assert_eq!(settings.service_key, PathBuf::from("elsewhere/service.key"));
        assert_eq!(settings.public_url, "http://127.0.0.1:9000");
        assert!(settings.rate_limits);
    }

    #[test]
    fn wrong_settings_are_usage_errors_that_name_the_flag() {
        for (flags, word) in [
            ("sandbox-speed = 0.0", "--sandbox-speed"),
            ("public-url = 'shop.example'", "--public-url"),
            ("database = 'shop.db'", "--database"),
            ("trusted-proxy = ['proxy']", "--trusted-proxy"),
            ("smtp = 'mail.example'", "--smtp"),
            ("listen = '127.0.0.1:65000'", "--management"),
            (
                "listen = '127.0.0.1:80'\nmanagement = '127.0.0.1:80'",
                "--management",
            ),
        ] {
            match layers(flags, "") {
                Err(Failure::Usage(why)) => assert!(why.contains(word), "{flags}: {why}"),
                other => panic!("{flags}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_file_with_an_unknown_key_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("banyan.toml");
        std::fs::write(&path, "listen = '127.0.0.1:1'\nlisen = 'x'\n").unwrap();
        let Err(Failure::Usage(why)) = read_file(&path) else {
            panic!("it was accepted")
        };
        assert!(why.contains("line 2") && why.contains("lisen"), "{why}");
    }
}
