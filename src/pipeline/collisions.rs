//! What other changes plan, as far as it has something in common with this one's plan.
//!
//! What a change plans is kept before the others' plans are read, so that of two that plan at the same moment each sees
//! the other, at the latest by its next look. Nothing is told beyond an installation, and of another repository no more
//! than whoever reads this one may know. Absent: where plans meet and what comes of it, which the domain says.

use countersign_domain::facts::{Facts, Known, OtherChange, OtherPlan, Plan};
use countersign_domain::policy::PolicySet;
use countersign_domain::{Records, planned};
use jiff::{SignedDuration, Timestamp};

use super::{Pipeline, Result};
use crate::store::{MOST_PLANS, PlanRow, Planning};

/// So far beyond its own window others' plans are asked for: where a free slot is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 91);

impl Pipeline {
    /// Keeps what the change plans, and adds to the facts what others do.
    pub(super) async fn collisions(
        &self,
        installation: u64,
        policies: &PolicySet,
        records: &Records,
        facts: &mut Facts,
    ) -> Result<()> {
        let plan = planned(policies, records, facts);
        let change = (facts.repository.id, facts.change.number);
        let planning = Planning { installation, change, public: facts.repository.public, yields: facts.change.fork };
        let planned_at = self.store.keep_plan(planning, plan.as_ref()).await?;
        let (Some(plan), Some(planned_at)) = (plan, planned_at) else { return Ok(()) };
        let until = plan.end.max(facts.as_of).saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let rows = self.store.plans_beside(planning, facts.as_of, until).await?;
        facts.on_demand.collisions = Some(if rows.len() > MOST_PLANS {
            Known::unknown(format!("more than {MOST_PLANS} other changes are planned"))
        } else {
            let others = rows.into_iter().filter_map(|row| other(&plan, (planning, planned_at), row));
            Known::Known(others.collect())
        });
        Ok(())
    }
}

/// Another's plan as it is seen from here; nothing where the two have nothing in common.
fn other(own: &Plan, (planning, planned_at): (Planning, Timestamp), row: PlanRow) -> Option<OtherPlan> {
    let PlanRow { change, repository, public, planned_at: theirs, plan } = row;
    let is_here = change.0 == planning.change.0;
    let plan = if is_here { plan } else { plan.seen_from_elsewhere() };
    if own.shared_with(&plan).is_empty() {
        return None;
    }
    let named = match is_here {
        true => OtherChange::Here(change.1),
        false if planning.public && !public => OtherChange::Unnamed,
        false => OtherChange::Elsewhere { repository, number: change.1 },
    };
    // Of two that were planned in one millisecond one has to be the first.
    let earlier = (theirs, change) < (planned_at, planning.change);
    Some(OtherPlan { change: named, earlier, plan })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use countersign_domain::facts::PlannedService;
    use countersign_domain::layer::Layer;

    use super::*;

    fn plan(layer: Layer) -> Plan {
        Plan {
            start: Timestamp::UNIX_EPOCH,
            end: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1),
            services: [PlannedService { layer, name: "web".to_owned() }].into(),
            needs: [].into(),
            implementer: None,
            folders: [].into(),
        }
    }

    fn seen(layer: Layer, repository: u64, number: u64, public: (bool, bool)) -> Option<OtherPlan> {
        let planning = Planning { installation: 1, change: (7, 2), public: public.0, yields: false };
        let at = Timestamp::UNIX_EPOCH;
        let row = PlanRow {
            change: (repository, number),
            repository: "till".to_owned(),
            public: public.1,
            planned_at: at,
            plan: plan(layer),
        };
        other(&plan(layer), (planning, at), row)
    }

    #[test]
    fn a_service_of_one_repository_is_nothing_to_another_and_one_of_the_organisation_is() {
        let closed = (false, false);
        assert_eq!(seen(Layer::Repository, 7, 1, closed).unwrap().change, OtherChange::Here(1));
        assert_eq!(seen(Layer::Repository, 8, 1, closed), None);
        assert!(seen(Layer::Organisation, 8, 1, closed).is_some());
    }

    #[test]
    fn a_private_repository_is_not_named_on_a_public_one() {
        let check = |public: (bool, bool), is_named: bool| {
            let change = seen(Layer::Organisation, 8, 1, public).unwrap().change;
            assert_eq!(change != OtherChange::Unnamed, is_named, "{public:?}");
        };
        check((true, false), false);
        check((true, true), true);
        check((false, false), true);
        check((false, true), true);
    }

    #[test]
    fn of_two_that_were_planned_at_once_one_is_the_first() {
        let earlier = |number: u64| seen(Layer::Repository, 7, number, (false, false)).unwrap().earlier;
        assert_eq!((earlier(1), earlier(3)), (true, false));
    }
}
