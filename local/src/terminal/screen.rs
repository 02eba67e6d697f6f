//! The way to the terminal for everything that is no answer to a command.
use std::io;

use emulator::{Echo, Terminal};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::arguments::{LogFormat, WorldArguments};

/// Standard error, written to in the form that was asked for. Nobody who writes waits for it.
#[derive(Clone)]
pub(crate) struct Screen {
    terminal: Terminal,
    format: LogFormat,
    has_colors: bool,
}

impl Screen {
    /// # Errors
    /// When there is no handle or thread to be had.
    pub(crate) fn new(arguments: &WorldArguments) -> io::Result<Screen> {
        let choice = anstream::AutoStream::choice(&io::stderr());
        Ok(Screen {
            terminal: Terminal::standard_error()?,
            format: arguments.log_format,
            has_colors: choice != anstream::ColorChoice::Never,
        })
    }

    /// Says what the runner does.
    pub(crate) fn say(&self, sentence: &str) {
        match self.format {
            LogFormat::Text => self.line(sentence),
            LogFormat::Json => self.record(&message("INFO", sentence)),
        }
    }

    /// Says why the runner ends.
    pub(crate) fn fail(&self, sentence: &str) {
        match self.format {
            LogFormat::Text => self.line(&format!("error: {sentence}")),
            LogFormat::Json => self.record(&message("ERROR", sentence)),
        }
    }

    /// Writes a line for people, in colour where there are colours.
    pub(crate) fn line(&self, line: &str) {
        let shown = match self.has_colors {
            true => line.to_owned(),
            false => anstream::adapter::strip_str(line).to_string(),
        };
        self.terminal.show(shown + "\n");
    }

    /// Writes a line for programs.
    pub(crate) fn record(&self, record: &Value) {
        self.terminal.show(format!("{record}\n"));
    }

    /// Waits until everything is written, but not for a terminal that stands still.
    pub(crate) async fn flush(&self) {
        self.terminal.flush().await;
    }

    /// Returns the way for what functions log.
    pub(crate) fn echo(&self) -> Echo {
        Echo {
            terminal: self.terminal.clone(),
            line: match self.format {
                LogFormat::Text => |function, line| format!("[{function}] {line}"),
                LogFormat::Json => |function, line| logged(function, line).to_string(),
            },
        }
    }

    /// Returns the way for the runner's own logs.
    pub(crate) fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    pub(crate) fn has_colors(&self) -> bool {
        self.has_colors
    }
}

fn message(level: &str, sentence: &str) -> Value {
    json!({ "timestamp": Timestamp::now(), "level": level, "message": sentence })
}

/// Returns a line of a function's log as one object; a line that is an object itself stays one inside.
fn logged(function: &str, line: &str) -> Value {
    let object = serde_json::from_str(line).ok().filter(Value::is_object);
    let said = object.unwrap_or_else(|| line.into());
    json!({ "timestamp": Timestamp::now(), "function": function, "message": said })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_a_function_logs_is_no_text_to_a_program() {
        let text = logged("f", "[1] is no object");
        let object = logged("f", r#"{"level":"INFO"}"#);

        assert_eq!(text["message"], "[1] is no object");
        assert_eq!(object["message"]["level"], "INFO");
    }
}
