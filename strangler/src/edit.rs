use toml_edit::{DocumentMut, InlineTable, TableLike, Value, value};

use crate::backend::Backend;

/// The text with one route's backend changed and nothing else; `None` when it has no such route.
pub(crate) fn edited(text: &str, route: &str, backend: &Backend) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let routes = document.get_mut("routes")?;
    let is_it =
        |table: &dyn TableLike| table.get("name").and_then(|name| name.as_str()) == Some(route);
    let table: &mut dyn TableLike = if let Some(tables) = routes.as_array_of_tables_mut() {
        tables.iter_mut().find(|table| is_it(*table))?
    } else {
        let mut tables = routes
            .as_array_mut()?
            .iter_mut()
            .filter_map(Value::as_inline_table_mut);
        tables.find(|table| is_it(*table))?
    };
    let new = written(backend);
    match table
        .get_mut("backend")
        .and_then(|item| item.as_value_mut())
    {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => drop(table.insert("backend", value(new))),
    }
    Some(as_spelled(text, &document.to_string()))
}

/// What `toml_edit` does not keep of a text: its byte order mark and line ends of other systems.
fn as_spelled(text: &str, edited: &str) -> String {
    let bom = if text.starts_with('\u{feff}') {
        "\u{feff}"
    } else {
        ""
    };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    format!(
        "{bom}{}",
        edited.trim_start_matches('\u{feff}').replace('\n', newline)
    )
}

fn written(backend: &Backend) -> Value {
    match backend.sole() {
        Some(sole) => sole.to_string().into(),
        None => backend
            .shares()
            .map(|(target, share)| (target.to_string(), i64::from(share)))
            .collect::<InlineTable>()
            .into(),
    }
}
