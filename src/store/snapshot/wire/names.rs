//! Names under which the domain's plain choices are stored; they never change.

use std::fmt;

use countersign_domain::{account, decision, facts, layer, plan, policy, risk};
use serde::{Deserialize, Serialize};

/// An enum with a name for each variant, and the way to the domain's one and back.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident = $domain:path { $($variant:ident: $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum $name {
            $(#[serde(rename = $text)] $variant,)+
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                use $domain as Domain;
                match value {
                    $(Domain::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $text,)+
                })
            }
        }
    };
}

names! {
    /// What kind of account it is. The order is part of the form: sets of accounts are sorted by it.
    AccountKind = account::AccountKind { User: "user", Bot: "bot", Other: "other" }
}
names! {
    /// Whether a pull request can still go in.
    ChangeState = facts::ChangeState { Open: "open", Closed: "closed", Merged: "merged" }
}
names! {
    /// What a change does to a file.
    FileStatus = facts::FileStatus {
        Added: "added",
        Modified: "modified",
        Removed: "removed",
        Renamed: "renamed",
        Copied: "copied",
        Changed: "changed",
    }
}
names! {
    /// A layer of policy.
    Layer = layer::Layer { BuiltIn: "built-in", Organisation: "organisation", Repository: "repository" }
}
names! {
    /// What a rule's word is worth.
    Mode = policy::Mode { Observe: "observe", Warn: "warn", Enforce: "enforce" }
}
names! {
    /// A level of risk.
    Level = risk::Level { Low: "low", Medium: "medium", High: "high", Critical: "critical" }
}
names! {
    /// What the check run that is shown does to the merge.
    Effect = plan::Effect { None: "none", Holds: "holds", Vouches: "vouches" }
}
names! {
    /// What a decision comes to.
    Outcome = decision::Outcome {
        Block: "block",
        Unknown: "unknown",
        Act: "act",
        Wait: "wait",
        Pass: "pass",
        Neutral: "neutral",
        Silent: "silent",
    }
}
names! {
    /// How a requirement ended.
    State = decision::State {
        Satisfied: "satisfied",
        Waiting: "waiting",
        Author: "author",
        Blocked: "blocked",
        Unknown: "unknown",
        Waived: "waived",
        NotApplicable: "not-applicable",
    }
}
