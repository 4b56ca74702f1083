//! A new migration must trigger a rebuild of the binary that embeds it.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/platform");
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=templates");
}
