//! What the TOML reader says, turned into our kinds of problems, so that it reaches people in their language.

use super::problem::{Problem, ProblemKind, excerpt, is_secret_name};

/// Turns the reader's error into a problem at its place.
pub(super) fn problem(error: &toml::de::Error, text: &str) -> Problem {
    let (kind, key, values) = classify(error.message());
    let place = error.span().and_then(|span| excerpt(text, &span));
    Problem { kind, key, values, place }
}

type Classified = (ProblemKind, String, Vec<(&'static str, String)>);

fn classify(message: &str) -> Classified {
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown_key(rest);
    }
    if let Some((found, expected)) = invalid_type(message) {
        let values = vec![("found", found.to_owned()), ("expected", expected.to_owned())];
        return (ProblemKind::WrongType, String::new(), values);
    }
    (ProblemKind::NotToml, String::new(), vec![("detail", message.to_owned())])
}

/// Reads "`host_name`, expected one of `name`, `host`".
fn unknown_key(rest: &str) -> Classified {
    let mut quoted = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    let key = quoted.next().unwrap_or_default();
    if is_secret_name(&key) {
        return (ProblemKind::SecretInFile, key, Vec::new());
    }
    let expected = quoted.collect::<Vec<_>>().join(", ");
    (ProblemKind::UnknownKey, key, vec![("expected", expected)])
}

/// Reads "invalid type: integer `3`, expected a string": the names of the types alone, never the value.
fn invalid_type(message: &str) -> Option<(&str, &str)> {
    let (found, expected) = message.strip_prefix("invalid type: ")?.split_once(", expected ")?;
    Some((type_name(found), type_name(expected)))
}

/// Gives the name that TOML itself uses.
fn type_name(words: &str) -> &'static str {
    const NAMES: &[(&str, &str)] = &[
        ("string", "string"),
        ("bool", "boolean"),
        ("integer", "integer"),
        ("i64", "integer"),
        ("float", "float"),
        ("sequence", "array"),
        ("date", "datetime"),
    ];
    NAMES.iter().find(|(word, _)| words.contains(word)).map_or("table", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_comes_with_the_expected_ones() {
        let (kind, key, values) = classify("unknown field `hots`, expected one of `name`, `host`");
        assert_eq!((kind, key.as_str()), (ProblemKind::UnknownKey, "hots"));
        assert_eq!(values, [("expected", "name, host".to_owned())]);
    }

    #[test]
    fn a_wrong_type_is_named_without_its_value() {
        let (kind, _, values) = classify("invalid type: string \"s3cret\", expected a boolean");
        assert_eq!(kind, ProblemKind::WrongType);
        assert_eq!(values, [("found", "string".to_owned()), ("expected", "boolean".to_owned())]);
    }
}
