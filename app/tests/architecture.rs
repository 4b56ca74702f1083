//! The rules of the house that no compiler checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use kernel::Locale;
use platform::locale;

const KERNEL_LINES: usize = 500;
const FILE_LINES: usize = 450;
const CONTEXTS: [&str; 10] = [
    "board",
    "cart",
    "catalog",
    "members",
    "notifications",
    "order_history",
    "orders",
    "payments",
    "shipping",
    "stock",
];

#[test]
fn arrows_point_from_the_app_to_the_contexts_to_the_platform_to_the_kernel() {
    let house = house();
    let names: BTreeSet<&str> = house.iter().map(|package| package.name.as_str()).collect();
    let modules: BTreeSet<&str> = house
        .iter()
        .filter(|p| is_below(p, "modules"))
        .map(|package| package.name.as_str())
        .collect();
    let expected: BTreeSet<&str> = CONTEXTS.into_iter().chain(["kernel", "platform"]).collect();
    assert_eq!(
        modules, expected,
        "modules/ holds the kernel, the platform and the ten contexts, nothing else"
    );
    for package in &house {
        let allowed: &[&str] = match package.name.as_str() {
            "kernel" | "strangler" | "xtask" => &[],
            "platform" => &["kernel"],
            "app" => continue,
            _ => &["kernel", "platform"],
        };
        for name in production_dependencies(package).filter(|name| names.contains(name)) {
            assert!(
                allowed.contains(&name),
                "{} must not depend on {name}",
                package.name
            );
        }
    }
    let app = house
        .iter()
        .find(|package| package.name.as_str() == "app")
        .unwrap();
    let of_app: BTreeSet<&str> = production_dependencies(app)
        .filter(|name| names.contains(name))
        .collect();
    assert!(!of_app.contains("xtask"));
    assert!(of_app.is_superset(&modules) && of_app.contains("strangler"));
}

/// A test of one context that needed another one would be the same knot.
#[test]
fn contexts_do_not_meet_in_their_tests_either() {
    for package in house()
        .iter()
        .filter(|package| CONTEXTS.contains(&package.name.as_str()))
    {
        let others: Vec<&str> = package
            .dependencies
            .iter()
            .map(|d| d.name.as_str())
            .filter(|d| CONTEXTS.contains(d))
            .collect();
        assert!(others.is_empty(), "{} knows {others:?}", package.name);
    }
}

#[test]
fn the_kernel_knows_no_web_and_no_database() {
    let house = house();
    for (crate_name, banned) in [
        (
            "kernel",
            &["actix-web", "diesel", "tokio", "reqwest", "tracing"][..],
        ),
        ("strangler", &["diesel", "utoipa", "askama"]),
    ] {
        let package = house
            .iter()
            .find(|package| package.name.as_str() == crate_name)
            .unwrap();
        for name in production_dependencies(package) {
            assert!(!banned.contains(&name), "{crate_name} depends on {name}");
        }
    }
}

#[test]
fn everything_stays_small_enough_to_read() {
    let root = root();
    let lines_of = |folder: &str| {
        sources(&root.join(folder))
            .iter()
            .map(|file| production_lines(file))
            .sum::<usize>()
    };
    let kernel = lines_of("modules/kernel/src");
    assert!(kernel < KERNEL_LINES, "the kernel has {kernel} lines");
    let mut long = Vec::new();
    for folder in ["modules", "app/src", "strangler/src"] {
        for file in sources(&root.join(folder)) {
            let lines = production_lines(&file);
            if lines > FILE_LINES {
                long.push(format!("{}: {lines}", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn nothing_is_left_for_later() {
    let root = root();
    // spelled apart, so that this file does not find itself
    let words = [
        ["to", "do!("],
        ["unimple", "mented!("],
        ["TO", "DO"],
        ["FIX", "ME"],
        ["#[ign", "ore"],
    ]
    .map(|w| w.concat());
    let mut found = Vec::new();
    for folder in ["modules", "app", "strangler"] {
        for file in all_files(&root.join(folder), "rs") {
            let text = std::fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                if words.iter().any(|word| line.contains(word)) {
                    found.push(format!(
                        "{}:{}: {}",
                        file.display(),
                        number + 1,
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_setting_and_command_is_in_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let rows: Vec<&str> = readme
        .lines()
        .filter(|line| line.trim_start().starts_with('|'))
        .collect();
    let help = help(&["--help"]);
    let flags = flags(&help);
    assert!(flags.len() >= 15, "{flags:?}");
    for flag in flags
        .iter()
        .filter(|flag| !["--help", "--version"].contains(&flag.as_str()))
    {
        let documented = rows.iter().any(|row| row.contains(&format!("`{flag}")));
        assert!(documented, "{flag} has no row in the README's table");
    }
    for command in [
        "serve",
        "admin create",
        "import products",
        "export products",
        "demo",
        "check",
        "openapi",
    ] {
        assert!(
            readme.contains(command),
            "banyan {command} is not in the README"
        );
    }
    // and nothing that is not there
    let known: Vec<String> = [
        &["serve"][..],
        &["demo"],
        &["admin", "create"],
        &["import", "products"],
        &["export", "products"],
    ]
    .iter()
    .flat_map(|command| self::flags(&self::help(&[command, &["--help"][..]].concat())))
    .chain(flags)
    .collect();
    for row in rows
        .iter()
        .filter(|row| row.trim_start_matches(['|', ' ']).starts_with("`--"))
    {
        let flag = row
            .split('`')
            .nth(1)
            .unwrap()
            .split([' ', '='])
            .next()
            .unwrap();
        assert!(
            known.iter().any(|known| known == flag),
            "the README tells of {flag}, which is none"
        );
    }
}

#[test]
fn migration_versions_are_unique_and_alike_on_both_databases() {
    let migrations = root().join("migrations");
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let contexts = folders(&migrations);
    assert_eq!(
        contexts.len(),
        CONTEXTS.len() + 1,
        "one folder per context and the platform's: {contexts:?}"
    );
    for context in contexts {
        let [sqlite, postgres] = ["sqlite", "postgres"]
            .map(|database| folders(&migrations.join(&context).join(database)));
        assert_eq!(sqlite, postgres, "{context}");
        assert!(!sqlite.is_empty(), "{context} has no migration");
        for name in sqlite {
            let version = name.split('_').next().unwrap().to_owned();
            assert!(
                version.len() >= 14 && version.bytes().all(|b| b.is_ascii_digit()),
                "{context}: {name}"
            );
            if let Some(other) = owners.insert(version.clone(), context.clone()) {
                panic!(
                    "{version} is a migration of {other} and of {context}: one would be skipped"
                );
            }
        }
    }
}

#[test]
fn every_page_speaks_both_languages() {
    let root = root();
    let mut complaints = Vec::new();
    for folder in homes(&root)
        .iter()
        .map(|home| home.join("templates"))
        .filter(|folder| folder.exists())
    {
        complaints.extend(locale::untranslated_below(&folder));
    }
    assert!(
        complaints.is_empty(),
        "letters outside of the texts: {complaints:#?}"
    );
    assert_eq!(locale::check(&texts(&root)), Vec::<String>::new());
}

#[test]
fn every_text_that_a_page_shows_exists() {
    let root = root();
    let keys: BTreeSet<String> = texts(&root)
        .iter()
        .flat_map(|(_, source)| source.lines().filter_map(|line| line.split_once(" =")))
        .map(|(key, _)| key.to_owned())
        .filter(|key| !key.starts_with([' ', '#', '-']))
        .collect();
    let mut missing = Vec::new();
    for home in homes(&root) {
        for file in all_files(&home.join("templates"), "html") {
            let text = std::fs::read_to_string(&file).unwrap();
            for call in [".t(\"", ".tn(\""] {
                for (at, _) in text.match_indices(call) {
                    let key = text[at + call.len()..].split('"').next().unwrap();
                    if !keys.contains(key) {
                        missing.push(format!("{}: {key}", file.display()));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The packages of the workspace.
fn house() -> Vec<Package> {
    let manifest = root().join("Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap()
        .packages
}

fn is_below(package: &Package, folder: &str) -> bool {
    package
        .manifest_path
        .starts_with(root().join(folder).to_str().unwrap())
}

fn production_dependencies(package: &Package) -> impl Iterator<Item = &str> {
    let production = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development);
    production.map(|dependency| &*dependency.name)
}

/// Whoever has templates and texts: the modules and the app.
fn homes(root: &Path) -> Vec<PathBuf> {
    let modules = root.join("modules");
    folders(&modules)
        .into_iter()
        .map(|name| modules.join(name))
        .chain([root.join("app")])
        .collect()
}

/// All texts of the house. They live as long as the process, as those that are compiled in do.
fn texts(root: &Path) -> Vec<locale::Source> {
    let mut all = Vec::new();
    for home in homes(root) {
        for file in all_files(&home.join("locales"), "ftl") {
            let locale = Locale::parse(file.file_stem().unwrap().to_str().unwrap())
                .expect("ko.ftl or en.ftl");
            all.push((locale, &*std::fs::read_to_string(&file).unwrap().leak()));
        }
    }
    assert!(all.len() >= 20, "{}", all.len());
    all
}

/// Sources without tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let is_test = |file: &PathBuf| {
        let inside = file.strip_prefix(folder).unwrap();
        inside
            .iter()
            .any(|part| part == "tests" || part == "tests.rs" || part == "benches")
    };
    all_files(folder, "rs")
        .into_iter()
        .filter(|file| !is_test(file))
        .collect()
}

/// Lines before the module of tests.
fn production_lines(file: &Path) -> usize {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    });
    tests.unwrap_or(lines.len())
}

fn all_files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_files(&path, ending));
        } else if path.extension().is_some_and(|of| of == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn folders(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let is_folder = |entry: &std::fs::DirEntry| entry.path().is_dir();
    let mut names: Vec<String> = entries
        .map(Result::unwrap)
        .filter(is_folder)
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn help(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_banyan"))
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The flags that a help text tells of, at the start of their lines.
fn flags(help: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in help
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'))
    {
        let words = line
            .split([' ', ',', '[', '='])
            .filter(|word| word.starts_with("--"));
        found.extend(words.take(1).map(str::to_owned));
    }
    found
}
