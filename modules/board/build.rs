//! A new migration, template or text must trigger a rebuild of what embeds it.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/board");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=../platform/templates");
    println!("cargo:rerun-if-changed=locales");
}
