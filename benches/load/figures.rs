//! What was measured, beside what is to be reached.

use serde_json::{Value, json};

/// One measured figure.
struct Figure {
    what: String,
    measured: f64,
    unit: &'static str,
    /// It should not be more.
    at_most: Option<f64>,
}

/// All of them, in the order of their measuring.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    /// Adds a figure, and what it should not exceed.
    pub(crate) fn add(&mut self, what: impl Into<String>, measured: f64, unit: &'static str, at_most: Option<f64>) {
        let what = what.into();
        eprintln!("{what}: {} {unit}", rounded(measured));
        self.0.push(Figure { what, measured, unit, at_most });
    }

    /// A Markdown table.
    pub(crate) fn table(&self) -> String {
        let row = |figure: &Figure| {
            let goal = figure.at_most.map_or("–".to_owned(), |goal| format!("at most {goal} {}", figure.unit));
            let missed = figure.at_most.is_some_and(|goal| figure.measured > goal);
            let mark = if missed { " (missed)" } else { "" };
            format!("| {} | {} {}{mark} | {goal} |\n", figure.what, rounded(figure.measured), figure.unit)
        };
        let rows: String = self.0.iter().map(row).collect();
        format!("| what | measured | to reach |\n| --- | --- | --- |\n{rows}")
    }

    /// The same as JSON.
    pub(crate) fn json(&self) -> String {
        let figure = |figure: &Figure| {
            json!({
                "what": figure.what,
                "measured": figure.measured,
                "unit": figure.unit,
                "at_most": figure.at_most,
            })
        };
        Value::Array(self.0.iter().map(figure).collect()).to_string()
    }
}

fn rounded(figure: f64) -> String {
    if figure >= 100.0 { format!("{figure:.0}") } else { format!("{figure:.2}") }
}

/// The value below which so many per cent lie; the values come in any order.
pub(crate) fn percentile(values: &[f64], per_cent: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get((values.len() * per_cent / 100).min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}
