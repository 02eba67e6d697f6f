use std::io::Cursor;

use mp3lame_encoder::{Bitrate, Builder, Encoder, FlushNoGap, Mode, MonoPcm, Quality};
use symphonia::core::codecs::Decoder;
use symphonia::core::{
    audio::{AudioBufferRef, Signal},
    errors::Error as DecodeError,
    formats::FormatReader,
    io::MediaSourceStream,
};
use symphonia::default::{codecs::MpaDecoder, formats::MpaReader};

use crate::{AudioError, EPISODE_RATE_HZ};

/// Samples handed to LAME at a time: one second.
const BLOCK: usize = EPISODE_RATE_HZ as usize;
/// What LAME may need to flush its last frames, by its documentation.
const FLUSH_BYTES: usize = 7200;

/// An MP3 being written: mono, 44.1 kHz, 96 kbit/s, with a Xing header at its start.
pub(crate) struct Mp3 {
    encoder: Encoder,
    pending: Vec<f32>,
    bytes: Vec<u8>,
}

impl Mp3 {
    /// Starts an empty file.
    ///
    /// # Errors
    /// When LAME refuses its settings.
    pub(crate) fn new() -> Result<Self, AudioError> {
        let builder = Builder::new().ok_or_else(|| refused(&"out of memory"))?;
        let encoder = builder
            .with_num_channels(1)
            .and_then(|b| b.with_sample_rate(EPISODE_RATE_HZ))
            .and_then(|b| b.with_brate(Bitrate::Kbps96))
            .and_then(|b| b.with_mode(Mode::Mono))
            .and_then(|b| b.with_quality(Quality::Good))
            .and_then(Builder::build)
            .map_err(|e| refused(&e))?;
        Ok(Self {
            encoder,
            pending: Vec::with_capacity(BLOCK),
            bytes: Vec::new(),
        })
    }

    /// Takes one sample.
    ///
    /// # Errors
    /// When LAME refuses a block.
    pub(crate) fn push(&mut self, sample: f32) -> Result<(), AudioError> {
        self.pending.push(sample);
        if self.pending.len() == BLOCK {
            self.encode_pending()
        } else {
            Ok(())
        }
    }

    /// Ends the file: flushes LAME and puts the Xing header over the frame kept for it.
    ///
    /// # Errors
    /// When LAME refuses the last block.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, AudioError> {
        self.encode_pending()?;
        self.bytes.reserve(FLUSH_BYTES);
        self.encoder
            .flush_to_vec::<FlushNoGap>(&mut self.bytes)
            .map_err(|e| refused(&e))?;
        let mut header = Vec::with_capacity(self.encoder.lame_tag_size().max(4096));
        let written = self
            .encoder
            .lame_tag_encode_to_vec(&mut header)
            .map_or(0, usize::from);
        if let Some(first_frame) = self.bytes.get_mut(..written) {
            first_frame.copy_from_slice(&header[..written]);
        }
        Ok(self.bytes)
    }

    fn encode_pending(&mut self) -> Result<(), AudioError> {
        self.bytes
            .reserve(mp3lame_encoder::max_required_buffer_size(
                self.pending.len(),
            ));
        self.encoder
            .encode_to_vec(MonoPcm(&self.pending), &mut self.bytes)
            .map_err(|e| refused(&e))?;
        self.pending.clear();
        Ok(())
    }
}

/// Decodes an MP3 to mono samples, encoder delay and padding left out.
///
/// # Errors
/// When the bytes are not an MP3.
pub(crate) fn decode(mp3: &[u8]) -> Result<Vec<f32>, AudioError> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(mp3.to_vec())), Default::default());
    let options = symphonia::core::formats::FormatOptions {
        enable_gapless: true,
        ..Default::default()
    };
    let mut reader = MpaReader::try_new(source, &options)?;
    let parameters = reader
        .default_track()
        .map(|t| t.codec_params.clone())
        .unwrap_or_default();
    let mut decoder = MpaDecoder::try_new(&parameters, &Default::default())?;
    let mut samples = Vec::new();
    loop {
        let packet = match reader.next_packet() {
            Ok(packet) => packet,
            Err(DecodeError::IoError(_)) => return Ok(samples),
            Err(error) => return Err(error.into()),
        };
        if let AudioBufferRef::F32(frame) = decoder.decode(&packet)? {
            let end = frame.frames().saturating_sub(packet.trim_end as usize);
            let start = (packet.trim_start as usize).min(end);
            samples.extend_from_slice(&frame.chan(0)[start..end]);
        }
    }
}

fn refused(error: &dyn std::fmt::Display) -> AudioError {
    AudioError::Encode(error.to_string())
}
