//! What somebody may do in a repository, by whichever way: as a collaborator, by a team, as an owner.

use countersign_domain::account::Account;
use countersign_domain::facts::Known;
use countersign_domain::policy::Permission;
use reqwest::Method;
use serde::Deserialize;

use super::client::Installation;
use super::error::{Error, Result};
use super::reads::{RestAccount, encode};

/// A permission as GitHub's REST API gives it.
#[derive(Deserialize)]
struct Answer {
    /// The nearest of `admin`, `write`, `read` and `none`.
    permission: String,
    /// The role, which may be one of the organisation's own.
    #[serde(default)]
    role_name: String,
    user: Option<RestAccount>,
}

impl Installation {
    /// What the account may do in the repository; `None` where it may not even read it.
    pub async fn permission(&self, owner: &str, name: &str, account: &Account) -> Result<Known<Option<Permission>>> {
        let login = encode(&account.to_string());
        let path = format!("/repos/{owner}/{name}/collaborators/{login}/permission");
        match self.rest::<Answer>(Method::GET, &path, None).await {
            Ok(answer) => Ok(held(&answer, account)),
            Err(error @ (Error::NotFound(_) | Error::Forbidden(_))) => Ok(Known::unknown(error.to_string())),
            Err(error) => Err(error),
        }
    }
}

fn held(answer: &Answer, account: &Account) -> Known<Option<Permission>> {
    if answer.user.as_ref().and_then(RestAccount::account).as_ref() != Some(account) {
        return Known::unknown(format!("the login {account} names another account now"));
    }
    let (coarse, role) = (answer.permission.as_str(), answer.role_name.as_str());
    // A role of the organisation's own counts as the permission that GitHub names beside it.
    Known::Known(match (role, coarse) {
        ("admin", "admin") => Some(Permission::Admin),
        ("maintain", "write") => Some(Permission::Maintain),
        ("triage", "read") => Some(Permission::Triage),
        (_, "admin") => Some(Permission::Admin),
        (_, "write") => Some(Permission::Write),
        (_, "read") => Some(Permission::Read),
        (_, "none") => None,
        _ => return Known::unknown(format!("GitHub calls it {coarse}, which this version does not know")),
    })
}

#[cfg(test)]
mod tests {
    use countersign_domain::account::AccountKind;

    use super::*;

    #[test]
    fn roles_that_github_made_are_told_and_an_organisations_own_count_as_what_they_are_near() {
        use Permission::{Admin, Maintain, Read, Triage, Write};
        let dave = Account { id: 4, login: "dave".to_owned(), kind: AccountKind::User };
        let answer = |permission: &str, role: &str, id: u64| Answer {
            permission: permission.to_owned(),
            role_name: role.to_owned(),
            user: Some(RestAccount { id, login: "dave".to_owned(), kind: "User".to_owned() }),
        };
        let cases = [
            ("admin", "admin", Some(Admin)),
            ("write", "maintain", Some(Maintain)),
            ("write", "write", Some(Write)),
            ("read", "triage", Some(Triage)),
            ("read", "read", Some(Read)),
            ("none", "none", None),
            // An organisation's own roles, one of them with a name that promises more.
            ("write", "release-keeper", Some(Write)),
            ("read", "maintain", Some(Read)),
            ("admin", "boss", Some(Admin)),
        ];
        for (permission, role, wanted) in cases {
            assert_eq!(held(&answer(permission, role, 4), &dave), Known::Known(wanted), "{permission} {role}");
        }
        assert!(held(&answer("own", "own", 4), &dave).known().is_none());
        assert!(held(&answer("admin", "admin", 9), &dave).known().is_none(), "somebody else took the login over");
    }
}
