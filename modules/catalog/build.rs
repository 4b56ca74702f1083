fn main() {
    println!("cargo:rerun-if-changed=../../migrations/catalog");
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=templates");
}
