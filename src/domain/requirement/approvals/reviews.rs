//! The reviews that speak: of each person the latest one.
//!
//! A later one takes the place of all before it, and a dismissed one is none:
//! whatever came before stays dead.

use std::collections::BTreeMap;

use crate::account::{Account, AccountKind};
use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::{Known, Review, ReviewVerdict};

/// The latest opinionated review of each account, in the order of the accounts.
pub(crate) fn latest<'a>(cx: &Context<'a>) -> Result<BTreeMap<&'a Account, &'a Review>, Finding> {
    let mut latest: BTreeMap<&Account, &Review> = BTreeMap::new();
    for review in all(cx)? {
        let Some(author) = &review.author else { continue };
        let newest = latest.entry(author).or_insert(review);
        if (newest.submitted_at, newest.id) < (review.submitted_at, review.id) {
            *newest = review;
        }
    }
    Ok(latest)
}

/// All opinionated reviews.
pub(crate) fn all<'a>(cx: &Context<'a>) -> Result<&'a [Review], Finding> {
    match &cx.facts.reviews {
        Known::Known(reviews) => Ok(reviews),
        Known::Unknown(why) => Err(Finding::unread("the reviews", why)),
    }
}

/// The people whose latest review approves. Bots approve nothing.
pub(crate) fn approvals<'a>(cx: &Context<'a>) -> Result<Vec<(&'a Account, &'a Review)>, Finding> {
    let approves = |(account, review): &(&Account, &Review)| {
        account.kind == AccountKind::User && review.verdict == ReviewVerdict::Approved
    };
    Ok(latest(cx)?.into_iter().filter(approves).collect())
}
