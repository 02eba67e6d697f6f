use std::io::Cursor;

use symphonia::core::{audio::SampleBuffer, io::MediaSourceStream};

/// What is heard of an episode.
pub struct Audio {
    /// Samples in a second.
    pub rate_hz: u32,
    /// All samples, of one channel.
    pub samples: Vec<f32>,
}

impl Audio {
    /// Decodes the whole of an MP3; `None` where it does not play to its end.
    pub fn decode(mp3: &[u8]) -> Option<Self> {
        let source =
            MediaSourceStream::new(Box::new(Cursor::new(mp3.to_vec())), Default::default());
        let probed = symphonia::default::get_probe()
            .format(
                &Default::default(),
                source,
                &Default::default(),
                &Default::default(),
            )
            .ok()?;
        let mut reader = probed.format;
        let parameters = reader.default_track()?.codec_params.clone();
        let rate_hz = parameters.sample_rate?;
        let mut decoder = symphonia::default::get_codecs()
            .make(&parameters, &Default::default())
            .ok()?;
        let mut samples = Vec::new();
        while let Ok(packet) = reader.next_packet() {
            let decoded = decoder.decode(&packet).ok()?;
            let mut buffer = SampleBuffer::<f32>::new(decoded.capacity() as u64, *decoded.spec());
            buffer.copy_interleaved_ref(decoded);
            samples.extend_from_slice(buffer.samples());
        }
        Some(Self { rate_hz, samples })
    }

    /// How long it lasts.
    pub fn duration_s(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate_hz)
    }
}
