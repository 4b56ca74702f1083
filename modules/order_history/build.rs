//! A new migration or template must trigger a rebuild of what embeds it.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/order_history");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=locales");
}
