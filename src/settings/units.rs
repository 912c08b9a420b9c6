//! Durations and sizes as people write them: a whole number and a unit, `20s`, `15m`, `72h`, `10GiB`.

use std::time::Duration;

/// The units of a duration, in seconds.
const DURATIONS: &[(&str, u64)] = &[("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

/// The units of a size, in bytes.
const SIZES: &[(&str, u64)] =
    &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];

/// Reads a duration: `20s`, `15m`, `72h`, `30d`; a space before the unit is fine.
pub(super) fn duration(text: &str) -> Option<Duration> {
    amount(text, DURATIONS).map(Duration::from_secs)
}

/// Reads a size in bytes: `512B`, `100MiB`, `10GiB`; a space before the unit is fine.
pub(super) fn size_bytes(text: &str) -> Option<u64> {
    amount(text, SIZES)
}

fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_a_number_and_a_unit() {
        assert_eq!(duration("20s"), Some(Duration::from_secs(20)));
        assert_eq!(duration("72 h"), Some(Duration::from_hours(72)));
        assert_eq!(duration("0s"), Some(Duration::ZERO));
        assert_eq!(size_bytes("10GiB"), Some(10 << 30));
        assert_eq!(size_bytes("512B"), Some(512));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "20",
            "s",
            "-1s",
            "1.5h",
            "20sec",
            "1h30m",
            "99999999999999999999s",
            "999999999999999999d",
            "٣s",
        ] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        for bad in ["10GB", "10gib", "10", "GiB", "99999999999TiB"] {
            assert_eq!(size_bytes(bad), None, "{bad}");
        }
    }
}
