fn main() {
    for path in ["demo", "templates", "locales", "askama.toml"] {
        println!("cargo:rerun-if-changed={path}");
    }
}
