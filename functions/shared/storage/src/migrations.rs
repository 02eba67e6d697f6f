use libsql::{Connection, TransactionBehavior};

use crate::{
    error::Result,
    open::{pragma_int, set_pragma},
};

/// Every change of the tables, oldest first. Only ever append: a database counts how many it has had.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_podcasts.sql")];

/// Brings the tables up to date with `migrations`; any number of processes may do so at once.
pub(crate) async fn migrate(connection: &Connection, migrations: &[&str]) -> Result<()> {
    let applied = async || pragma_int(connection, "PRAGMA user_version").await;
    // A database of a newer version is fine too: migrations only add, so that a roll-out may overlap.
    let is_current =
        |applied| usize::try_from(applied).is_ok_and(|applied| applied >= migrations.len());
    if is_current(applied().await?) {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .await?;
    // Another process may have migrated while this one waited for the lock: look again under it.
    let applied = usize::try_from(applied().await?).unwrap_or(0);
    for (version, migration) in (1..).zip(migrations).skip(applied) {
        transaction.execute_batch(migration).await?;
        // Part of the transaction: undone together with the tables.
        set_pragma(&transaction, &format!("PRAGMA user_version = {version}")).await?;
    }
    transaction.commit().await?;
    Ok(())
}
