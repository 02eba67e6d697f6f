//! Request bodies, read up to a limit.
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};

/// How much of a body that is too large is read and dropped.
///
/// A client that is still sending would take a closed connection for a fault and never see the refusal.
const DRAIN_BYTES: u64 = 64 << 20;

/// Why there is no body.
pub(super) enum NoBody {
    /// It is larger than the limit.
    TooLarge,
    /// The client went away.
    Broken,
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, NoBody> {
    let limit = limit as u64;
    let mut kept = BytesMut::new();
    let mut size = 0;
    if body.size_hint().lower() > DRAIN_BYTES {
        return Err(NoBody::TooLarge);
    }
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| NoBody::Broken)?.into_data() else {
            continue;
        };
        size += data.len() as u64;
        if size > DRAIN_BYTES {
            break;
        }
        match size <= limit {
            true => kept.extend_from_slice(&data),
            false => kept = BytesMut::new(),
        }
    }
    if size > limit {
        Err(NoBody::TooLarge)
    } else {
        Ok(kept.freeze())
    }
}
