//! The commands that bring products, people and orders into a shop, by the real binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A shop's data folder, and a folder for files beside it.
struct Shop {
    folder: tempfile::TempDir,
    /// A PostgreSQL database instead of SQLite in the folder.
    database: Option<String>,
}

impl Shop {
    fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: None,
        }
    }

    #[cfg(feature = "postgres-tests")]
    fn on_postgres() -> Self {
        Self {
            database: Some(platform::testing::postgres_url()),
            ..Self::empty()
        }
    }

    /// With the hand-made demo in it.
    fn with_demo(self) -> Self {
        self.runs("demo --products 0 --members 0 --orders 0");
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_banyan"));
        command
            .current_dir(self.folder.path())
            .args(args.split(' '))
            .args(["--data", "data"]);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &str) -> Said {
        Said::of(&self.command(args).output().unwrap())
    }

    fn run_with(&self, args: &str, stdin: &str) -> Said {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        // a command that has already refused does not read any more
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        Said::of(&child.wait_with_output().unwrap())
    }

    /// It goes well; what it says on standard output.
    fn runs(&self, args: &str) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args}: {}{}", said.out, said.err);
        said.out
    }

    fn skus(&self) -> Vec<String> {
        let products: Vec<serde_json::Value> =
            serde_json::from_str(&self.runs("export products")).unwrap();
        products
            .iter()
            .map(|product| product["sku"].as_str().unwrap().to_owned())
            .collect()
    }

    fn serve(&self) -> Open {
        let mut process = self
            .command("serve --empty --listen 127.0.0.1:0 --management 127.0.0.1:0")
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.rsplit("http://").next().unwrap().to_owned();
        Open { process, address }
    }
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A shop that is being served.
struct Open {
    process: Child,
    address: String,
}

impl Open {
    /// Status line, head and body.
    fn ask(&self, request: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}",
            self.address
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Every file below `folder`, by its path.
fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            files.extend(
                self::files(&path)
                    .into_iter()
                    .map(|(below, bytes)| (format!("{name}/{below}"), bytes)),
            );
        } else {
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
    files
}

const TWO: &str = r#"[
  {"sku": "CUP", "name": {"ko": "컵", "en": "Cup"}, "price": 9000, "category": "cups",
   "category_name": {"ko": "컵", "en": "Cups"}, "pictures": ["pictures/cup.svg"], "on_hand": 4},
  {"sku": "TEE", "name": {"ko": "티", "en": "Tee"}, "price": 20000, "category": "cups",
   "options": [{"sku": "TEE-M", "values": {"size": {"ko": "중", "en": "M"}}, "on_hand": 2},
               {"sku": "TEE-L", "values": {"size": {"ko": "대", "en": "L"}}, "price": 21000}]}
]"#;
const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"4\"/></svg>";

fn shop_with_file() -> Shop {
    let shop = Shop::empty();
    shop.write("in/products.json", TWO);
    shop.write("in/pictures/cup.svg", PICTURE);
    shop
}

#[test]
fn what_is_exported_and_imported_elsewhere_is_exported_the_same_again() {
    comes_back_the_same(Shop::empty);
}

#[cfg(feature = "postgres-tests")]
#[test]
fn what_is_exported_and_imported_on_postgresql_is_exported_the_same_again() {
    comes_back_the_same(Shop::on_postgres);
}

fn comes_back_the_same(shop: fn() -> Shop) {
    let first = shop().with_demo();
    for ending in ["json", "csv"] {
        let second = shop();
        let (here, there) = (first.path(&format!("{ending}-out")), second.path("out"));
        std::fs::create_dir_all(&here).unwrap();
        std::fs::create_dir_all(&there).unwrap();
        first.runs(&format!(
            "export products --to {}/p.{ending}",
            here.display()
        ));
        second.runs(&format!("import products {}/p.{ending}", here.display()));
        second.runs(&format!(
            "export products --to {}/p.{ending}",
            there.display()
        ));
        let files = files(&here);
        assert!(files.len() > 60, "with pictures: {:?}", files.keys());
        assert!(files == self::files(&there), "{ending}");
        assert_eq!(first.skus(), second.skus());
    }
    // on standard output the pictures are inside
    let (third, all) = (shop(), first.runs("export products"));
    third.write("all.json", &all);
    third.runs("import products all.json");
    assert!(third.runs("export products") == all);
}

#[test]
fn an_import_can_be_done_again_and_replaces_what_it_names() {
    let shop = shop_with_file();
    let said = shop.runs("import products in/products.json");
    assert!(
        said.contains("2 products (2 new, 0 replaced) and the stock of 2 SKUs"),
        "{said}"
    );
    let before = shop.runs("export products");
    let said = shop.runs("import products in/products.json");
    assert!(said.contains("0 new, 2 replaced"), "{said}");
    assert_eq!(shop.runs("export products"), before);
    let cup =
        r#"[{"sku": "CUP", "name": {"ko": "잔", "en": "Glass"}, "price": 1, "category": "cups"}]"#;
    shop.write("cup.json", cup);
    shop.runs("import products cup.json");
    let after: serde_json::Value = serde_json::from_str(&shop.runs("export products")).unwrap();
    assert_eq!(
        (
            &after[0]["name"]["en"],
            &after[0]["on_hand"],
            &after[1]["sku"]
        ),
        (&"Glass".into(), &4.into(), &"TEE".into())
    );
    assert_eq!(after[0]["pictures"], serde_json::Value::Null);
}

#[test]
fn the_demos_own_file_goes_into_an_empty_shop() {
    let shop = Shop::empty();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/products.json");
    shop.runs(&format!("import products {}", file.display()));
    assert!(shop.skus().len() >= 60);
}

#[test]
fn a_dry_run_changes_nothing() {
    let shop = shop_with_file();
    let said = shop.runs("import products in/products.json --dry-run");
    assert!(
        said.contains("Nothing is wrong") && said.contains("New categories: cups"),
        "{said}"
    );
    assert_eq!(shop.skus(), Vec::<String>::new());
}

#[test]
fn every_mistake_of_a_file_is_told_with_its_place_and_nothing_is_imported() {
    let shop = shop_with_file();
    let wrong = TWO
        .replace("\"price\": 9000", "\"price\": -1")
        .replace("pictures/cup.svg", "../secret.svg")
        .replace("\"TEE-L\"", "\"CUP\"")
        .replace("\"on_hand\": 2", "\"on_hand\": -2");
    shop.write("in/wrong.json", wrong);
    let said = shop.run("import products in/wrong.json");
    assert_eq!(said.code, 1);
    let expect = [
        "in/wrong.json, line 2, column 61: CUP: price: must be a whole number from 1 to 1000000000",
        "in/wrong.json, line 3, column 61: CUP: pictures.0: \"../secret.svg\" must be a path below the import file's own folder",
        "in/wrong.json, line 5, column 88: TEE: options.0.on_hand: must be a whole number from 0 to 1000000000",
        "in/wrong.json, line 6, column 24: TEE: options.1.sku: appears twice: CUP",
        "banyan: in/wrong.json: 4 mistakes; nothing was imported",
    ];
    let found: Vec<&str> = said.err.lines().collect();
    assert_eq!(found, expect);
    assert_eq!(shop.skus(), Vec::<String>::new());
}

#[test]
fn mistakes_in_csv_are_told_by_line_and_column_name() {
    let shop = Shop::empty();
    let csv = "\u{feff}sku,name_ko,name_en,price,category,pictures\nCUP,컵,Cup,9000,cups,\nPOT,냄비,Pot,0,cups,gone.svg\n";
    shop.write("p.csv", csv);
    let said = shop.run("import products p.csv");
    assert_eq!(said.code, 1);
    for place in [
        "p.csv, line 2, column category: CUP: ",
        "p.csv, line 3, column price: POT: ",
        "p.csv, line 3, column pictures: POT: there is no file gone.svg",
    ] {
        assert!(said.err.contains(place), "{place}: {}", said.err);
    }
    let with_names = csv
        .replace("pictures\n", "pictures,category_ko,category_en\n")
        .replace("cups,\n", "cups,,컵,Cups\n");
    shop.write(
        "p.csv",
        with_names.lines().take(2).collect::<Vec<_>>().join("\r\n"),
    );
    shop.runs("import products p.csv");
    assert_eq!(shop.skus(), ["CUP"]);
}

#[test]
fn of_many_mistakes_the_first_fifty_are_told() {
    let shop = Shop::empty();
    let product = |n: usize| {
        format!(
            "{{\"sku\": \"S-{n}\", \"name\": {{\"ko\": \"가\", \"en\": \"a\"}}, \"price\": 0, \"category\": \"x\"}}"
        )
    };
    let all: Vec<String> = (0..2_500).map(product).collect();
    shop.write("many.json", format!("[\n{}\n]", all.join(",\n")));
    let said = shop.run("import products many.json");
    assert_eq!(said.code, 1);
    assert_eq!(said.err.lines().count(), 51);
    assert!(
        said.err
            .lines()
            .last()
            .unwrap()
            .contains("mistakes, of which the first 50 are shown; nothing was imported"),
        "{}",
        said.err
    );
}

#[test]
fn a_large_file_is_imported_in_portions_and_again_without_doubles() {
    let shop = Shop::empty();
    let product = |n: usize| {
        format!(
            "{{\"sku\": \"S-{n:05}\", \"name\": {{\"ko\": \"가\", \"en\": \"a {n}\"}}, \"price\": 1000, \"category\": \"x\", \"category_name\": {{\"ko\": \"가\", \"en\": \"X\"}}, \"on_hand\": {n}}}"
        )
    };
    let all: Vec<String> = (0..2_300).map(product).collect();
    shop.write("many.json", format!("[{}]", all.join(",\n")));
    assert!(
        shop.runs("import products many.json")
            .contains("2300 new, 0 replaced")
    );
    assert!(
        shop.runs("import products many.json")
            .contains("0 new, 2300 replaced")
    );
    assert_eq!(shop.skus().len(), 2_300);
}

#[test]
fn an_import_that_was_killed_half_way_is_completed_by_the_next() {
    let shop = Shop::empty();
    let product = |n: usize| {
        let name = "{\"ko\": \"가\", \"en\": \"a\"}";
        format!(
            "{{\"sku\": \"S-{n:05}\", \"name\": {name}, \"price\": 9, \"category\": \"x\", \"category_name\": {name}}}"
        )
    };
    let all: Vec<String> = (0..6_000).map(product).collect();
    shop.write("many.json", format!("[{}]", all.join(",\n")));
    let mut first = shop.command("import products many.json").spawn().unwrap();
    while shop.skus().is_empty() {}
    first.kill().unwrap();
    first.wait().unwrap();
    let half = shop.skus().len();
    assert!(half.is_multiple_of(1_000), "{half}: portions are whole");
    shop.runs("import products many.json");
    assert_eq!(shop.skus().len(), 6_000);
}

#[test]
fn files_that_cannot_be_read_are_refused_with_one_clear_line() {
    let shop = Shop::empty();
    shop.write("p.xlsx", "");
    shop.write("empty.csv", "sku,name_ko,name_en,price,category\n");
    shop.write("cp949.csv", b"sku,name_ko\nA,\xb8\xd3\xb1\xd7\n");
    shop.write("folder.csv/x", "");
    for (args, code, what) in [
        ("import products p.xlsx", 64, "must end in .csv or .json"),
        ("import products gone.csv", 1, "No such file"),
        ("import products folder.csv", 1, "is not a file"),
        ("import products empty.csv", 1, "there is no product in it"),
        (
            "import products cp949.csv",
            1,
            "line 2, column 3: is not UTF-8",
        ),
        (
            "export products --to p.xlsx",
            64,
            "must end in .csv or .json",
        ),
        ("export products --to gone/p.json", 1, "gone/p.json: "),
    ] {
        let said = shop.run(args);
        assert_eq!(
            (said.code, said.err.lines().count()),
            (code, 1),
            "{args}: {}",
            said.err
        );
        assert!(said.err.contains(what), "{args}: {}", said.err);
    }
}

#[test]
fn pictures_outside_of_the_folder_are_not_read() {
    let shop = shop_with_file();
    shop.write("secret.svg", PICTURE);
    std::os::unix::fs::symlink("../../secret.svg", shop.path("in/pictures/link.svg")).unwrap();
    for (path, why) in [
        (
            "pictures/link.svg",
            "leads out of the import file's own folder",
        ),
        ("/etc/hostname", "must be a path below"),
        ("pictures/../../secret.svg", "must be a path below"),
        ("products.json", "is not an SVG, PNG, JPEG or WebP picture"),
    ] {
        shop.write("in/products.json", TWO.replace("pictures/cup.svg", path));
        let said = shop.run("import products in/products.json");
        assert!(
            said.code == 1 && said.err.contains(why),
            "{path}: {}",
            said.err
        );
    }
    assert_eq!(shop.skus(), Vec::<String>::new());
}

#[test]
fn an_import_and_an_administrator_arrive_in_a_shop_that_is_open() {
    let shop = shop_with_file();
    let open = shop.serve();
    shop.runs("import products in/products.json");
    let answer = open.ask("GET /api/products/CUP", "");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"available\":4"),
        "{answer}"
    );

    let said = shop.run_with(
        "admin create --email boss@example.com --password-stdin",
        "a long enough one\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let login = |password: &str| {
        let body = format!("{{\"email\": \"boss@example.com\", \"password\": \"{password}\"}}");
        open.ask("POST /api/session", &body)
    };
    assert!(login("a long enough one").contains("\"admin\""));
    let said = shop.run_with(
        "admin create --email boss@example.com --password-stdin",
        "another password\n",
    );
    assert!(
        said.code == 0 && said.out.contains("unchanged"),
        "{}{}",
        said.out,
        said.err
    );
    assert!(login("a long enough one").starts_with("HTTP/1.1 200"));
    assert!(login("another password").starts_with("HTTP/1.1 401"));
}

#[test]
fn administrators_are_refused_with_one_clear_line() {
    let shop = Shop::empty();
    for (email, password, code, what) in [
        ("boss", "a long enough one", 64, "--email boss"),
        ("boss@", "a long enough one", 64, "--email boss@"),
        ("boss@example.com", "short", 1, "8"),
        ("boss@example.com", "password", 1, ""),
        ("boss@example.com", "", 1, "no password on standard input"),
    ] {
        let said = shop.run_with(
            &format!("admin create --email {email} --password-stdin"),
            password,
        );
        assert_eq!(
            (said.code, said.err.lines().count()),
            (code, 1),
            "{email} {password}: {}",
            said.err
        );
        assert!(said.err.contains(what), "{email} {password}: {}", said.err);
    }
    let said = shop.run("admin create --email boss@example.com");
    assert!(
        said.code == 64 && said.err.contains("--password-stdin"),
        "{}",
        said.err
    );
}

#[test]
fn the_same_seed_makes_the_same_shop_and_twice_is_not_double() {
    the_same_again(&Shop::empty(), &Shop::empty());
}

#[cfg(feature = "postgres-tests")]
#[test]
fn the_same_seed_makes_the_same_shop_on_either_database() {
    the_same_again(&Shop::on_postgres(), &Shop::empty());
}

fn the_same_again(first: &Shop, second: &Shop) {
    let args = "demo --products 40 --members 15 --orders 120 --seed 7";
    for shop in [first, second] {
        shop.runs(args);
    }
    assert!(first.runs("export products") == second.runs("export products"));
    let before = figures(first);
    assert_eq!(before, figures(second));
    first.runs(args);
    assert_eq!(before, figures(first));
    assert_eq!(before.orders, 120);
    assert_eq!(
        (before.ledger_sum, before.unbalanced, before.differences),
        (0, 0, 0)
    );
    assert!(
        before.revenue > 0 && before.revenue == before.history_revenue,
        "{before:?}"
    );
}

/// What the books of a shop say.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    orders: i64,
    ledger_sum: i64,
    unbalanced: i64,
    differences: usize,
    /// What payments earned, less what was refunded.
    revenue: i64,
    history_revenue: i64,
}

fn figures(shop: &Shop) -> Figures {
    use order_history::api::SalesFigures;
    use payments::api::{LedgerBalance, Reconcile};
    use platform::db::{Databases, Place};
    use platform::ports::{Answers as _, Ctx};

    let place = match &shop.database {
        Some(url) => Place::Postgres(url.clone()),
        None => Place::Folder(shop.path("data")),
    };
    let databases = Databases::new(place).unwrap();
    let texts = platform::locale::Texts::new(&[]).unwrap();
    let key = platform::identity::ServiceKey::sample();
    let shell = std::sync::Arc::new(platform::shell::Shell::new(texts, key));
    let payments = payments::Host::new(
        databases
            .open(payments::NAME, payments::migrations())
            .unwrap(),
        shell.clone(),
    );
    let db = databases
        .open(order_history::NAME, order_history::migrations())
        .unwrap();
    let history = order_history::Host::new(db, shell);
    let ctx = Ctx::background(std::time::Duration::from_secs(30));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let ledger = payments.answer(LedgerBalance {}, &ctx).await.unwrap();
        let differences = payments
            .answer(Reconcile { limit: 100 }, &ctx)
            .await
            .unwrap()
            .len();
        let sales = history
            .answer(SalesFigures { days: 366 }, &ctx)
            .await
            .unwrap();
        let of = |name: &str| {
            ledger
                .accounts
                .iter()
                .find(|a| a.account == name)
                .map_or(0, |a| a.balance)
        };
        Figures {
            orders: sales.days.iter().map(|day| day.orders).sum(),
            ledger_sum: ledger.sum,
            unbalanced: ledger.unbalanced,
            differences,
            revenue: -of("revenue") - of("refunds"),
            history_revenue: sales.days.iter().map(|day| day.revenue.amount).sum(),
        }
    })
}
