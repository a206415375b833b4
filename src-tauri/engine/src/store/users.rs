//! Table `users`: one local user, made with the database and shared by all devices that use it.

use kuroibara_core::UserId;

use super::{Db, StoreError, sql::args};

/// The local user's own choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its key.
    pub id: UserId,
    /// Whether what came from one provider may go to another.
    pub keep_in_step: bool,
    /// Whether the user was asked about that.
    pub keep_in_step_asked: bool,
}

impl Db {
    /// The local user.
    pub async fn local_user(&self) -> Result<User, StoreError> {
        let text = "SELECT keep_in_step, keep_in_step_asked FROM users WHERE id = $1";
        let row: Option<(bool, bool)> = self.pool.optional(text, args![self.user]).await?;
        let (keep_in_step, keep_in_step_asked) = row.ok_or(StoreError::Unintelligible { column: "users.id" })?;
        Ok(User { id: self.user, keep_in_step, keep_in_step_asked })
    }

    /// Switches “keep services in step” on or off; the user has answered that question now.
    pub async fn set_keep_in_step(&self, on: bool) -> Result<(), StoreError> {
        let text = "UPDATE users SET keep_in_step = $2, keep_in_step_asked = TRUE WHERE id = $1";
        self.pool.run_seen(text, args![self.user, on]).await?;
        Ok(())
    }
}
