//! What a query will cost, and what it is about, told from its text before it is carried out.
//!
//! The cost is GitHub's published formula: one request for each connection and each time it is
//! opened, a hundred of them a point, one point at least.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value as Written;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use serde_json::Value;

#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    pub requests: u64,
    pub nodes: u64,
    pub repository: Option<String>,
    /// The pull request, if there is just one.
    pub number: Option<u64>,
    numbers: Vec<u64>,
}

impl Survey {
    pub(super) fn of(document: &ExecutableDocument, operation: &Operation, variables: &Value) -> Self {
        let mut survey = Self::default();
        survey.walk(document, &operation.selection_set, variables, 1);
        if let [number] = survey.numbers[..] {
            survey.number = Some(number);
        }
        survey
    }

    pub(crate) fn cost(&self) -> u64 {
        ((self.requests + 50) / 100).max(1)
    }

    fn walk(&mut self, document: &ExecutableDocument, set: &SelectionSet, variables: &Value, times: u64) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(document, field, variables, times),
                Selection::InlineFragment(it) => self.walk(document, &it.selection_set, variables, times),
                Selection::FragmentSpread(it) => {
                    if let Some(fragment) = document.fragments.get(&it.fragment_name) {
                        self.walk(document, &fragment.selection_set, variables, times);
                    }
                }
            }
        }
    }

    fn field(&mut self, document: &ExecutableDocument, field: &Field, variables: &Value, times: u64) {
        let argument = |name: &str| {
            let given = field.arguments.iter().find(|it| it.name == name)?;
            Some(match &*given.value {
                Written::Variable(name) => variables[name.as_str()].clone(),
                Written::Int(number) => number.try_to_i32().ok()?.into(),
                Written::String(text) => text.as_str().into(),
                _ => return None,
            })
        };
        let mut below = times;
        if field.definition.ty.inner_named_type().ends_with("Connection") {
            let size = ["first", "last"].iter().find_map(|name| argument(name)).and_then(|it| it.as_u64()).unwrap_or(0);
            self.requests += times;
            self.nodes += times * size;
            below = times * size.max(1);
        }
        match field.name.as_str() {
            "repository" if self.numbers.is_empty() => {
                let text = |name: &str| argument(name).and_then(|it| it.as_str().map(str::to_owned));
                if let (Some(owner), Some(name)) = (text("owner"), text("name")) {
                    self.repository = Some(format!("{owner}/{name}"));
                }
            }
            "pullRequest" => self.numbers.extend(argument("number").and_then(|it| it.as_u64())),
            _ => {}
        }
        self.walk(document, &field.selection_set, variables, below);
    }
}
