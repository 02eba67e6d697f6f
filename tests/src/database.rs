use std::path::Path;

use libsql::{Builder, Connection, OpenFlags, Value};
use tokio::runtime::{self, Runtime};

/// A look into a system's database from outside, for what the API rightly hides.
///
/// Reads only: nothing here can change, checkpoint or repair what it looks at.
pub struct Database {
    connection: Connection,
    runtime: Runtime,
}

impl Database {
    /// Opens the database in a system's data folder, be the system running, stopped or killed.
    ///
    /// # Panics
    /// When there is none.
    pub fn open(data: &Path) -> Self {
        let runtime = runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let open = Builder::new_local(data.join("wherecast.db"))
            .flags(OpenFlags::SQLITE_OPEN_READ_ONLY)
            .build();
        let database = runtime.block_on(open).expect("a database");
        let connection = database.connect().expect("a connection");
        Self {
            connection,
            runtime,
        }
    }

    /// Asks, and gives each value as text; NULL is empty.
    ///
    /// # Panics
    /// When the question cannot be answered.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let read = async {
            let mut rows = self.connection.query(sql, ()).await?;
            let mut all = Vec::new();
            while let Some(row) = rows.next().await? {
                let values = (0..row.column_count()).map(|column| row.get_value(column));
                let values = values
                    .map(|value| value.map(text))
                    .collect::<Result<_, _>>()?;
                all.push(values);
            }
            Ok::<_, libsql::Error>(all)
        };
        let rows = self.runtime.block_on(read);
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Asks for one number.
    ///
    /// # Panics
    /// When the answer is none.
    pub fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql);
        rows.first()
            .and_then(|row| row.first()?.parse().ok())
            .unwrap_or_else(|| panic!("{sql}: {rows:?}"))
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:02x?}"),
    }
}
