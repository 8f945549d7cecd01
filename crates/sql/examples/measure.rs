//! Times splitting, parsing and body scanning of folders of SQL files: `measure FOLDER…`.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use pgmason_sql::{plpgsql, split};

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "sql") {
            collect(&path, files);
        }
    }
}

fn main() {
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        collect(Path::new(&argument), &mut files);
    }
    let bytes: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let texts: Vec<String> = bytes
        .iter()
        .map(|bytes| pgmason_sql::decode::decode_lossy(bytes).map(|text| text.text.into_owned()).unwrap_or_default())
        .collect();
    let size: usize = texts.iter().map(String::len).sum();
    let start = Instant::now();
    let split: Vec<_> = texts.iter().map(|text| split::split(text)).collect();
    let splitting = start.elapsed();
    let pieces: usize = split.iter().map(|split| split.pieces.len()).sum();
    let start = Instant::now();
    let mut statements = Vec::with_capacity(pieces);
    for (text, split) in texts.iter().zip(&split) {
        for piece in split.pieces.iter().filter(|piece| piece.kind == split::PieceKind::Statement) {
            statements.push(pgmason_sql::parse_statement(&text[piece.span.clone()]));
        }
    }
    let parsing = start.elapsed();
    let start = Instant::now();
    let embedded: usize = statements.iter().filter_map(plpgsql::scan_statement).map(|scan| scan.statements.len()).sum();
    let scanning = start.elapsed();
    println!("{} files, {size} bytes, {pieces} pieces, {embedded} statements in bodies", files.len());
    println!("split {splitting:?}, parse {parsing:?}, bodies {scanning:?}");
}
