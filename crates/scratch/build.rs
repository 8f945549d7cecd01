//! Lists the stand-in extension files, and finds the archives of the embedded PostgreSQL for this target.
//!
//! The crates that hold the archives print nothing that a dependent could read, so their folder is asked of
//! `cargo metadata`. Without an archive for the target the build goes on without the embedded server.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=assets");
    println!("cargo:rustc-check-cfg=cfg(embedded_archive)");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("stand_ins.rs"), stand_ins()?)?;
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_some() {
        match archive_folder()? {
            Some(folder) => {
                fs::write(out.join("archives.rs"), archives(&folder)?)?;
                println!("cargo:rustc-cfg=embedded_archive");
            }
            None => println!("cargo:warning=no embedded PostgreSQL for this target: pgmason will need local binaries"),
        }
    }
    Ok(())
}

/// `&[(file name, content)]` of everything in assets/standin.
fn stand_ins() -> Result<String, Box<dyn Error>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("assets/standin");
    let mut text = String::from("&[\n");
    for (name, path) in files(&folder, |name| name.ends_with(".sql") || name.ends_with(".control"))? {
        writeln!(text, "    ({name:?}, include_str!({path:?})),")?;
    }
    text.push(']');
    Ok(text)
}

/// `&[(file name, bytes)]` of the runtime and the extensions beside it.
fn archives(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::from("&[\n");
    for (name, path) in files(folder, |name| name.ends_with(".tar.zst") || name.ends_with(".tar.gz"))? {
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    text.push(']');
    Ok(text)
}

fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut list = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if wanted(&name) {
            list.push((name, path.to_str().ok_or("a path that is not UTF-8")?.to_owned()));
        }
    }
    list.sort();
    Ok(list)
}

fn archive_folder() -> Result<Option<PathBuf>, Box<dyn Error>> {
    let target = env::var("TARGET")?;
    let package = format!("pglite-rs-lib-{target}");
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml");
    let ask = |network: &[&str]| {
        Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
            .args(["metadata", "--format-version", "1", "--filter-platform", &target])
            .args(network)
            .arg("--manifest-path")
            .arg(&manifest)
            .output()
    };
    // Metadata wants the whole workspace's packages, test dependencies too, which a build need not have fetched.
    let mut output = ask(&["--offline"])?;
    if !output.status.success() {
        output = ask(&[])?;
    }
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let found = packages.iter().find(|entry| entry["name"] == package.as_str());
    Ok(found
        .and_then(|entry| entry["manifest_path"].as_str())
        .and_then(|path| Path::new(path).parent())
        .map(|folder| folder.join("lib"))
        .filter(|folder| folder.join("pglite-runtime.tar.zst").exists()))
}
