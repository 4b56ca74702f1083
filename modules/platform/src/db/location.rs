//! Where a database is, in words that every process of the shop would choose alike: owners are named by it.

use std::path::{Path, PathBuf};

/// The absolute path of a SQLite file, links resolved as far as it exists.
pub(super) fn of_file(file: &Path) -> String {
    let resolved = file.canonicalize().or_else(|_| {
        let folder = file.parent().unwrap_or(Path::new("."));
        let name = file.file_name().unwrap_or_default();
        folder.canonicalize().map(|folder| folder.join(name))
    });
    let path = resolved.or_else(|_| std::path::absolute(file));
    path.unwrap_or_else(|_| file.to_owned())
        .to_string_lossy()
        .into_owned()
}

/// `postgres://user@host:port/database schema <context>`, never with a password.
pub(super) fn of_schema(url: &str, context: &str) -> String {
    format!("{} schema {context}", server(url))
}

/// The SQLite file that `location` names, if it names one.
pub(super) fn file(location: &str) -> Option<PathBuf> {
    location.starts_with('/').then(|| PathBuf::from(location))
}

/// For messages: the URL as it was given, without its password.
pub(super) fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 <= at => {
            let user = url[scheme + 3..at].split(':').next().unwrap_or_default();
            format!("{}://{user}@{}", &url[..scheme], &url[at + 1..])
        }
        _ => url.to_owned(),
    }
}

/// Spelled in one way: the scheme's short form, this machine as 127.0.0.1, and always with a port.
fn server(url: &str) -> String {
    let plain = without_password(url);
    let rest = plain.split_once("://").map_or(&*plain, |(_, rest)| rest);
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority
        .rsplit_once('@')
        .map_or((String::new(), authority), |(user, host)| {
            (format!("{user}@"), host)
        });
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (host, "5432"),
    };
    let host = if host == "localhost" {
        "127.0.0.1"
    } else {
        host
    };
    format!("postgres://{user}{host}:{port}/{database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_spelled_in_one_way_and_without_its_password() {
        for url in [
            "postgres://shop:se@cret@localhost/banyan",
            "postgresql://shop:x@127.0.0.1:5432/banyan?sslmode=disable&password=x",
            "postgres://shop@127.0.0.1/banyan",
        ] {
            assert_eq!(
                of_schema(url, "stock"),
                "postgres://shop@127.0.0.1:5432/banyan schema stock"
            );
        }
        assert_eq!(
            of_schema("postgres://[::1]:5433/banyan", "cart"),
            "postgres://[::1]:5433/banyan schema cart"
        );
    }

    #[test]
    fn a_file_has_one_name_whichever_way_leads_to_it() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("link")).unwrap();
        let straight = of_file(&folder.path().join("stock.db"));
        assert_eq!(of_file(&folder.path().join("link/stock.db")), straight);
        std::fs::write(folder.path().join("stock.db"), "").unwrap();
        assert_eq!(of_file(&folder.path().join("link/stock.db")), straight);
        assert_eq!(file(&straight), Some(PathBuf::from(&straight)));
        assert_eq!(file("postgres://h:1/d schema stock"), None);
    }
}
