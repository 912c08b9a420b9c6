//! Binders: new ones, their names, their rights (B2, B5, B8, B9, B11).

use publier_core::domain::binder::Rights;
use publier_core::domain::staff::{Change, NewBinder, RightsChange, creation, renaming, rights_change};
use publier_core::publication::reason::StaffReason;
use rusqlite::{Transaction, params};

use super::super::Door;
use crate::source::error::{Function, SourceError};
use crate::source::staff::{BinderRow, binder_key, binder_rows, find_binder, right_columns};

/// What became of one binder.
pub type BinderResult = Result<Change, StaffReason>;

/// What became of one binder's rights, and the boxes that it has now.
pub type RightsResult = Result<(Change, Rights), StaffReason>;

impl Door {
    /// Makes binders, in the order asked for, with no right ticked (B11).
    ///
    /// # Errors
    /// [`SourceError::Busy`], [`SourceError::Unwritable`], [`SourceError::Query`]: then nothing is written.
    pub fn create_binders(&mut self, wanted: &[NewBinder<'_>]) -> Result<Vec<BinderResult>, SourceError> {
        let sql = "INSERT INTO binder (code, module, name, parent_id) VALUES (?1, ?2, ?3, ?4)";
        self.staff(Function::Binders, |transaction| {
            let create = |new: &NewBinder<'_>| {
                // Read anew each time: a binder may stand in the one before it.
                let known = binder_rows(transaction)?;
                let judged = creation(new, |code| find_binder(&known, code).map(BinderRow::state));
                if judged == Ok(Change::Done) {
                    let parent = new.parent.and_then(|code| binder_key(&known, code)).map(|id| id.0);
                    execute(transaction, sql, params![new.code, new.module.code(), new.name, parent])?;
                }
                Ok(judged)
            };
            wanted.iter().map(create).collect()
        })
    }

    /// Renames binders: (code, new name), in the order asked for (B2).
    ///
    /// # Errors
    /// As for [`Door::create_binders`].
    pub fn rename_binders(&mut self, wanted: &[(&str, &str)]) -> Result<Vec<BinderResult>, SourceError> {
        self.staff(Function::Binders, |transaction| {
            let known = binder_rows(transaction)?;
            let rename = |(code, name): &(&str, &str)| {
                let Some(row) = find_binder(&known, code) else { return Ok(Err(StaffReason::NotFound)) };
                let judged = renaming(&row.state(), name);
                if judged == Ok(Change::Done) {
                    let sql = "UPDATE binder SET name = ?2 WHERE id = ?1";
                    execute(transaction, sql, params![row.binder.id.0, name])?;
                }
                Ok(judged)
            };
            wanted.iter().map(rename).collect()
        })
    }

    /// Changes the rights of binders, in the order asked for, and gives each one's boxes (B5).
    ///
    /// # Errors
    /// As for [`Door::create_binders`].
    pub fn set_rights(
        &mut self,
        wanted: &[&str],
        change: &RightsChange,
    ) -> Result<Vec<RightsResult>, SourceError> {
        let sql = "UPDATE binder SET right_landlord = ?2, right_tenant = ?3, right_co_owner = ?4,
                          right_council_member = ?5, right_council_president = ?6 WHERE id = ?1";
        self.staff(Function::Binders, |transaction| {
            let known = binder_rows(transaction)?;
            let set = |code: &&str| {
                let Some(row) = find_binder(&known, code) else { return Ok(Err(StaffReason::NotFound)) };
                let judged = rights_change(&row.state(), change);
                if let Ok((Change::Done, rights)) = judged {
                    let [landlord, tenant, co_owner, member, president] = right_columns(rights);
                    let values = params![row.binder.id.0, landlord, tenant, co_owner, member, president];
                    execute(transaction, sql, values)?;
                }
                Ok(judged)
            };
            wanted.iter().map(set).collect()
        })
    }
}

fn execute(
    transaction: &Transaction<'_>,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<(), SourceError> {
    let written = transaction.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
    written.map(drop).map_err(SourceError::staff(Function::Binders))
}
