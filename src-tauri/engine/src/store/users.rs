//! Table `users`: one local user, made with the database and shared by all devices that use it.

use kuroibara_core::UserId;

use super::{Db, StoreError, sql::args, text::count};

/// The local user's own choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its key.
    pub id: UserId,
    /// Whether what came from one provider may go to another.
    pub keep_in_step: bool,
    /// Whether the user was asked about that.
    pub keep_in_step_asked: bool,
    /// The share of the entries that a plan may lower, clear or remove by itself, in hundredths.
    pub guard_percent: u32,
}

impl Db {
    /// The local user.
    pub async fn local_user(&self) -> Result<User, StoreError> {
        let text = "SELECT keep_in_step, keep_in_step_asked, guard_percent FROM users WHERE id = $1";
        let row: Option<(bool, bool, i64)> = self.pool.optional(text, args![self.user]).await?;
        let (keep_in_step, keep_in_step_asked, percent) =
            row.ok_or(StoreError::Unintelligible { column: "users.id" })?;
        let guard_percent = count("users.guard_percent", percent)?;
        Ok(User { id: self.user, keep_in_step, keep_in_step_asked, guard_percent })
    }

    /// Switches “keep services in step” on or off; the user has answered that question now.
    pub async fn set_keep_in_step(&self, on: bool) -> Result<(), StoreError> {
        let text = "UPDATE users SET keep_in_step = $2, keep_in_step_asked = TRUE WHERE id = $1";
        self.pool.run_seen(text, args![self.user, on]).await?;
        Ok(())
    }

    /// Chooses how much a plan may take away by itself, in hundredths.
    pub async fn set_guard(&self, percent: u32) -> Result<(), StoreError> {
        self.pool.run_seen("UPDATE users SET guard_percent = $2 WHERE id = $1", args![self.user, percent]).await?;
        Ok(())
    }
}
