//! A new migration or template must trigger a rebuild of what embeds it.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/notifications");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=locales");
}
