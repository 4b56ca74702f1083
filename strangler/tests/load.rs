use std::fs;

use strangler::{BUILT_IN, LoadError, create_if_missing, load};

#[test]
fn a_file_that_does_not_exist_is_created_as_shipped_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/routes.toml");
    assert!(create_if_missing(&path, BUILT_IN).unwrap());
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        fs::read_to_string("routes.toml").unwrap()
    );
    assert_eq!(load(&path).unwrap().routes.len(), 12);

    fs::write(&path, "mine").unwrap();
    assert!(!create_if_missing(&path, BUILT_IN).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn of_many_that_start_at_once_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("routes.toml");
    let wrote: Vec<bool> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| create_if_missing(&path, BUILT_IN).unwrap()))
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    assert_eq!(wrote.iter().filter(|wrote| **wrote).count(), 1);
    assert!(load(&path).is_ok());
}

#[test]
fn every_line_of_a_refusal_names_the_file_the_line_and_the_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("routes.toml");
    fs::write(&path, "rouets = 1\nx = 2\n").unwrap();
    let told = load(&path).unwrap_err().to_string();
    let name = path.display();
    let lines: Vec<_> = told.lines().collect();
    assert!(
        lines.contains(
            &format!(
                "{name}:1:1: unknown key \"rouets\" in a routes file; did you mean \"routes\"?"
            )
            .as_str()
        )
    );
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with(&format!("{name}:"))),
        "{told}"
    );
}

#[test]
fn a_file_that_is_not_there_or_not_text_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("routes.toml");
    assert!(matches!(load(&path), Err(LoadError::Unreadable { .. })));
    fs::write(&path, b"# good\nname = \"\xec\x83\xff\"\n").unwrap();
    assert_eq!(
        load(&path).unwrap_err().to_string(),
        format!("{}:2:9: this is not UTF-8 text", path.display())
    );
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [pipe.as_path(), folder.path()] {
        let told = load(path).unwrap_err().to_string();
        assert!(told.contains("not a regular file"), "{told}");
    }
}

#[test]
fn of_a_thousand_problems_a_few_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("routes.toml");
    let wrong: String = (0..1_000).map(|n| format!("wrong{n} = 1\n")).collect();
    fs::write(&path, wrong).unwrap();
    let told = load(&path).unwrap_err().to_string();
    assert!(
        told.lines().count() <= 21 && told.ends_with(" more"),
        "{told}"
    );
}
