use std::{fs, path::Path};

use tempfile::NamedTempFile;

/// The product's template with other settings: each first text is replaced by the second.
///
/// # Panics
/// When one of them is not in the template.
pub fn template(changes: &[(&str, String)]) -> NamedTempFile {
    let product = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.yaml");
    let mut text = fs::read_to_string(product).expect("the template can be read");
    for (from, to) in changes {
        assert!(text.contains(from), "the template has no {from}");
        text = text.replace(from, to);
    }
    let file = tempfile::Builder::new().suffix(".yaml").tempfile();
    let file = file.expect("a temporary file");
    fs::write(file.path(), text).expect("a temporary file can be written");
    file
}
