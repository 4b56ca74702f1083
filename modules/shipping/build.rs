//! A new migration must trigger a rebuild of what embeds it.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/shipping");
}
