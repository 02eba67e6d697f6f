//! Says lines from the standard input, one turn a line, and prints their sounds.
//!
//! `cargo run -p speech --example say -- VOICE_DIR A|B PACE THREADS [OUT.wav] < text`

use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use speech::{SAMPLE_RATE_HZ, Speaker, Voice};

type AnyError = Box<dyn std::error::Error>;

fn main() -> Result<(), AnyError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, host, pace, threads, out @ ..] = arguments.as_slice() else {
        return Err("say VOICE_DIR A|B PACE THREADS [OUT.wav]".into());
    };
    let speaker = if host == "A" { Speaker::A } else { Speaker::B };
    let started = Instant::now();
    let voice = Voice::load(Path::new(dir), threads.parse()?)?;
    eprintln!("loaded in {:?}", started.elapsed());

    let started = Instant::now();
    let mut samples: Vec<f32> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        println!("{line}\t{}", voice.sounds(&line)?.join(" "));
        if !out.is_empty() {
            samples.extend(voice.speak(speaker, &line, pace.parse()?)?);
        }
    }
    let Some(out) = out.first() else {
        return Ok(());
    };
    let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
    eprintln!("{seconds:.2} s of speech in {:?}", started.elapsed());
    std::fs::write(out, wav(&samples))?;
    Ok(())
}

/// Packs samples into a 16-bit WAV file.
fn wav(samples: &[f32]) -> Vec<u8> {
    let data_bytes = samples.len() as u32 * 2;
    let mut wav = Vec::with_capacity(44 + samples.len() * 2);
    wav.extend(b"RIFF");
    wav.extend((36 + data_bytes).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(SAMPLE_RATE_HZ.to_le_bytes());
    wav.extend((SAMPLE_RATE_HZ * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(data_bytes.to_le_bytes());
    wav.extend(
        samples
            .iter()
            .flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes()),
    );
    wav
}
