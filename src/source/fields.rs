//! Fields of a row: lenient text, strict dates.
//!
//! SQLite stores whatever it was given: text may be Windows-1252, a date may be out of the calendar. Text is
//! mended and counted; a date that isn't one is an absent date where absence is allowed, else the row's error.
//! What decides who sees a record (keys, dates, flags of publication) is read strictly: where it is something else,
//! the record is unreadable and is left out with its reason, since a guess could show it to somebody else.

use std::borrow::Cow;
use std::cell::Cell;

use chrono::NaiveDate;
use rusqlite::Row;
use rusqlite::types::ValueRef;

thread_local! {
    /// Texts that had to be read as Windows-1252 since the last [`take_repaired`].
    static REPAIRED: Cell<u64> = const { Cell::new(0) };
}

/// Gives the number of texts mended on this thread since the last call.
pub(super) fn take_repaired() -> u64 {
    REPAIRED.take()
}

/// Gives the text of a field, without copying when it is UTF-8.
pub(super) fn text_of(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(utf8_or_windows_1252(bytes)),
        ValueRef::Integer(number) => Some(Cow::Owned(number.to_string())),
        ValueRef::Real(number) => Some(Cow::Owned(number.to_string())),
        ValueRef::Null => None,
    }
}

fn utf8_or_windows_1252(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(
        |_| {
            REPAIRED.set(REPAIRED.get().saturating_add(1));
            Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect())
        },
        Cow::Borrowed,
    )
}

/// The 32 characters of Windows-1252 that differ from Latin-1; U+FFFD where it has none.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    byte.checked_sub(0x80)
        .and_then(|at| WINDOWS_1252.get(usize::from(at)).copied())
        .unwrap_or(char::from(byte))
}

/// Gives a non-blank text, trimmed.
pub(super) fn opt_text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    let text = text_of(row.get_ref(at)?);
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Gives a text, empty when it is absent.
pub(super) fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(text_of(row.get_ref(at)?).unwrap_or_default().into_owned())
}

/// Gives a date; `None` for NULL, for 0000-00-00 and for what is no date of the calendar.
pub(super) fn opt_date(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<NaiveDate>> {
    Ok(match row.get_ref(at)? {
        ValueRef::Text(bytes) => date(bytes),
        _ => None,
    })
}

/// Reads `YYYY-MM-DD`, with a year from 1900 to 2199.
pub(super) fn date(bytes: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else { return None };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| (1900..2200).contains(year))?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// Gives a flag; what is neither 0 nor 1 is no consent.
pub(super) fn flag(row: &Row<'_>, at: usize) -> rusqlite::Result<bool> {
    Ok(matches!(row.get_ref(at)?, ValueRef::Integer(1)))
}

/// Gives a flag that holds something back: what is neither 0 nor absent holds it back.
pub(super) fn guard(row: &Row<'_>, at: usize) -> rusqlite::Result<bool> {
    Ok(!matches!(row.get_ref(at)?, ValueRef::Integer(0) | ValueRef::Null))
}

/// Makes the error of a record whose value is not what it should be: see [`is_about_a_value`].
pub(super) fn wrong(row: &Row<'_>, at: usize) -> rusqlite::Error {
    let kind = row.get_ref(at).map_or(rusqlite::types::Type::Null, |value| value.data_type());
    rusqlite::Error::InvalidColumnType(at, String::new(), kind)
}

/// Tells whether an error concerns one record's value, and not the reading of the database.
pub(super) fn is_about_a_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::InvalidColumnType(..)
            | E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
    )
}

/// Gives a key that must be there.
pub(super) fn key(row: &Row<'_>, at: usize) -> rusqlite::Result<i64> {
    opt_key(row, at)?.ok_or_else(|| wrong(row, at))
}

/// Gives a key, which is never negative; `None` for NULL alone.
pub(super) fn opt_key(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<i64>> {
    match row.get_ref(at)? {
        ValueRef::Integer(number) if number >= 0 => Ok(Some(number)),
        ValueRef::Null => Ok(None),
        _ => Err(wrong(row, at)),
    }
}

/// Gives a date that must be there.
pub(super) fn day(row: &Row<'_>, at: usize) -> rusqlite::Result<NaiveDate> {
    opt_day(row, at)?.ok_or_else(|| wrong(row, at))
}

/// Gives a date; `None` for NULL and for the back office's 00/00/00 alone.
pub(super) fn opt_day(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<NaiveDate>> {
    match row.get_ref(at)? {
        ValueRef::Null | ValueRef::Text(b"" | b"0000-00-00") => Ok(None),
        ValueRef::Text(bytes) => date(bytes).map(Some).ok_or_else(|| wrong(row, at)),
        _ => Err(wrong(row, at)),
    }
}

/// Gives a flag that must be 0 or 1.
pub(super) fn switch(row: &Row<'_>, at: usize) -> rusqlite::Result<bool> {
    match row.get_ref(at)? {
        ValueRef::Integer(0) => Ok(false),
        ValueRef::Integer(1) => Ok(true),
        _ => Err(wrong(row, at)),
    }
}

/// Gives a code that is never empty: the record's key stands in for one.
pub(super) fn code(row: &Row<'_>, at: usize, id: i64) -> rusqlite::Result<String> {
    Ok(opt_text(row, at)?.unwrap_or_else(|| id.to_string()))
}

/// Gives one of the words that a column may hold.
pub(super) fn word<T>(row: &Row<'_>, at: usize, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    read(&text(row, at)?).ok_or_else(|| wrong(row, at))
}

/// Gives an integer; `None` for NULL and for what is no integer.
pub(super) fn opt_int(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(at)? {
        ValueRef::Integer(number) => Some(number),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_is_read_as_windows_1252_and_counted() {
        take_repaired();
        assert_eq!(utf8_or_windows_1252(b"Ch\xe2teau \x80 \x9c"), "Château € œ");
        assert_eq!(utf8_or_windows_1252("déjà".as_bytes()), "déjà");
        assert_eq!(take_repaired(), 1);
    }

    #[test]
    fn a_date_outside_the_calendar_is_no_date() {
        assert_eq!(date(b"2024-02-29"), NaiveDate::from_ymd_opt(2024, 2, 29));
        for bad in
            [&b"0000-00-00"[..], b"2023-02-29", b"2024-13-01", b"24-01-01", b"2024-1-01", b"9999-01-01", b""]
        {
            assert_eq!(date(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
