//! The extranet's options: one row, its columns by name.

use publier_core::domain::staff::Change;
use rusqlite::types::Value;

use super::super::Door;
use crate::source::error::{Function, SourceError};
use crate::source::staff::option_values;

impl Door {
    /// Sets columns of `extranet_settings`: (column, value as SQL holds it; `None` = NULL), in the order asked for, and
    /// says which changed. The row is made where there is none yet.
    ///
    /// # Errors
    /// [`SourceError::Busy`], [`SourceError::Unwritable`]; [`SourceError::Query`] for a value that the column refuses:
    /// then nothing is written.
    pub fn set_options(
        &mut self,
        wanted: &[(&'static str, Option<OptionValue>)],
    ) -> Result<Vec<Change>, SourceError> {
        let failed = || SourceError::staff(Function::Options);
        self.staff(Function::Options, |transaction| {
            if option_values(transaction)?.is_none() {
                transaction.execute("INSERT INTO extranet_settings (id) VALUES (1)", []).map_err(failed())?;
            }
            let set = |(column, value): &(&'static str, Option<OptionValue>)| {
                // The column's name comes from the program's own list, never from what was typed.
                let sql =
                    format!("UPDATE extranet_settings SET {column} = ?1 WHERE id = 1 AND {column} IS NOT ?1");
                let value = value.as_ref().map_or(Value::Null, OptionValue::to_sql);
                let changed = transaction.execute(&sql, [value]).map_err(failed())?;
                Ok(if changed == 0 { Change::Already } else { Change::Done })
            };
            wanted.iter().map(set).collect()
        })
    }
}

/// A value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionValue {
    /// A number; a tick box is 0 or 1.
    Number(i64),
    /// A text.
    Text(String),
}

impl OptionValue {
    fn to_sql(&self) -> Value {
        match self {
            Self::Number(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text.clone()),
        }
    }
}
