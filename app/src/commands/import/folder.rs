use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// The catalogue's own limit: a larger file is not even read.
const LARGEST_KIB: u64 = 2048;

/// The folder of an import file: pictures are read from here and below, and from nowhere else.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn of(file: &Path) -> std::io::Result<Self> {
        let parent = file
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        Ok(Self {
            root: parent.canonicalize()?,
        })
    }

    /// The file's bytes; `Err` says why not, to follow the field's name.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = Path::new(name);
        let plain = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if name.is_empty() || !plain {
            return Err(format!(
                "{name:?} must be a path below the import file's own folder"
            ));
        }
        let failed = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => {
                format!("there is no file {name} in {}", self.root.display())
            }
            _ => format!("{name}: {e}"),
        };
        // links are followed first, and judged by where they lead
        let real = self.root.join(path).canonicalize().map_err(failed)?;
        if !real.starts_with(&self.root) {
            return Err(format!(
                "{name:?} leads out of the import file's own folder"
            ));
        }
        if !real.is_file() {
            return Err(format!("{name:?} is not a file"));
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&real).map_err(failed)?;
        file.take((LARGEST_KIB << 10) + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > LARGEST_KIB << 10 {
            return Err(format!("{name} is larger than {LARGEST_KIB} KiB"));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_the_folder_are_read() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("shop");
        std::fs::create_dir_all(root.join("pictures")).unwrap();
        std::fs::write(outside.path().join("secret.svg"), "secret").unwrap();
        std::fs::write(root.join("pictures/a.svg"), "a").unwrap();
        std::fs::write(root.join("large.png"), vec![0; (2 << 20) + 1]).unwrap();
        std::os::unix::fs::symlink("../../secret.svg", root.join("pictures/link.svg")).unwrap();
        std::os::unix::fs::symlink("a.svg", root.join("pictures/fine.svg")).unwrap();
        std::os::unix::fs::symlink("..", root.join("up")).unwrap();
        let folder = Folder::of(&root.join("products.csv")).unwrap();
        for (name, expect) in [
            ("pictures/a.svg", Ok("a")),
            ("./pictures/fine.svg", Ok("a")),
            ("pictures/link.svg", Err("leads out of")),
            ("up/secret.svg", Err("leads out of")),
            ("../secret.svg", Err("must be a path below")),
            ("pictures/../../secret.svg", Err("must be a path below")),
            ("/etc/passwd", Err("must be a path below")),
            ("", Err("must be a path below")),
            ("pictures", Err("is not a file")),
            ("pictures/b.svg", Err("there is no file pictures/b.svg in")),
            ("large.png", Err("larger than 2048 KiB")),
        ] {
            match (folder.read(name), expect) {
                (Ok(bytes), Ok(expect)) => assert_eq!(bytes, expect.as_bytes(), "{name}"),
                (Err(why), Err(expect)) => assert!(why.contains(expect), "{name}: {why}"),
                (other, _) => panic!("{name}: {other:?}"),
            }
        }
    }
}
