//! Draws a cover to look at: `cargo run -p audio --example cover -- Paris France 7 cover.jpg`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [title, subtitle, seed, file] = arguments.as_slice() else {
        return Err("give a title, a subtitle, a number and a file".into());
    };
    std::fs::write(file, audio::cover(title, subtitle, seed.parse()?)?)?;
    Ok(())
}
