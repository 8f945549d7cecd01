//! Sizes for people.

/// `12 GB`, `4.2 GB`: as `pg_size_pretty` counts.
pub fn size_in_words(bytes: i64) -> String {
    let units = [("TB", 1_i64 << 40), ("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
    let Some((unit, size)) = units.into_iter().find(|(_, size)| bytes >= *size) else {
        return format!("{bytes} bytes");
    };
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let number = bytes as f64 / size as f64;
    if number < 9.95 { format!("{number:.1} {unit}") } else { format!("{number:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::size_in_words;

    #[test]
    fn units_are_those_of_the_server() {
        let words = [0, 1023, 1024, 15 << 20, (4 << 30) + (200 << 20), 3 << 40].map(size_in_words);
        assert_eq!(words, ["0 bytes", "1023 bytes", "1.0 kB", "15 MB", "4.2 GB", "3.0 TB"]);
    }
}
