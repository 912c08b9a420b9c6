//! The nearest of several names to one that was mistyped.

/// Gives the candidate that takes the fewest changes of a letter, case apart, if it is near enough to be meant.
pub fn nearest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let typed: Vec<char> = typed.to_lowercase().chars().collect();
    let limit = (typed.len() / 3).max(2);
    let distance = |candidate: &&str| distance(&typed, &candidate.to_lowercase().chars().collect::<Vec<_>>());
    candidates
        .into_iter()
        .map(|candidate| (distance(&candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Counts the letters to add, drop or change (Levenshtein), one row of the table at a time.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.iter().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(right) {
            let changed = diagonal + usize::from(a != b);
            diagonal = *cell;
            *cell = changed.min(before + 1).min(diagonal + 1);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let names = ["send_102", "send_expenses", "normalize_rights"];
        assert_eq!(nearest("send_103", names), Some("send_102"));
        assert_eq!(nearest("Send_Expense", names), Some("send_expenses"));
        assert_eq!(nearest("normalise_rights", names), Some("normalize_rights"));
        assert_eq!(nearest("couleur", names), None);
    }

    #[test]
    fn a_distance_counts_letters() {
        let count =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!((count("", "abc"), count("abc", ""), count("kitten", "sitting")), (3, 3, 3));
    }
}
