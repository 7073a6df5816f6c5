//! Which changes a merged pull request takes back, by what GitHub's "Revert" button writes into its description.
//!
//! The description is its author's, so that this may only raise what is asked: it
//! suspends models and grants nothing. Absent: reverts that name a commit only.

/// What GitHub writes before the number.
const REVERTS: &str = "Reverts ";

/// The numbers of the pull requests of this repository that the description says it reverts.
pub(super) fn reverted(body: &str, owner: &str, name: &str) -> Vec<u64> {
    let here = format!("{owner}/{name}");
    let number = |after: &str| {
        let (repository, number) = after.split_once('#')?;
        let is_here = repository.is_empty() || repository.eq_ignore_ascii_case(&here);
        let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().ok().filter(|_| is_here)
    };
    let mut numbers: Vec<u64> = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix(REVERTS))
        .filter_map(|after| number(after.split_whitespace().next()?))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverts_are_read_as_github_writes_them() {
        let check = |body: &str, expected: &[u64]| assert_eq!(reverted(body, "acme", "shop"), expected, "{body}");
        check("Reverts acme/shop#12", &[12]);
        check("It broke.\r\n\r\nReverts ACME/shop#12.\nReverts #7 and more\nReverts #7", &[7, 12]);
        check("Reverts acme/other#12", &[]);
        check("Reverts commit c0ffee", &[]);
        check("This Reverts #12", &[]);
        check("Reverts #", &[]);
        check("", &[]);
    }
}
