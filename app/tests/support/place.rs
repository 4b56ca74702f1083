/// Where a shop keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Sqlite,
    Postgres,
}

impl Place {
    /// By the module that a case is compiled into: the same file is mounted as `on_sqlite` and `on_postgres`.
    pub fn of_module(path: &str) -> Self {
        let on = |name: &str| path.split("::").any(|word| word == name);
        match (on("on_sqlite"), on("on_postgres")) {
            (true, false) => Self::Sqlite,
            (false, true) => Self::Postgres,
            _ => panic!("{path} names no database"),
        }
    }

    /// The `--database` of a new shop.
    pub fn new_url(self) -> Option<String> {
        (self == Self::Postgres).then(platform::testing::postgres_url)
    }
}
