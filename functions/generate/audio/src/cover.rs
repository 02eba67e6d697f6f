use std::{
    f64::consts::TAU,
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use resvg::{
    tiny_skia,
    usvg::{self, fontdb},
};

use crate::AudioError;

/// Width and height of a cover, in pixels: the least that podcast directories take.
const SIDE_PX: u16 = 1400;
const JPEG_QUALITY: u8 = 88;
/// Where text begins, from the left and from the bottom.
const MARGIN: f64 = 110.0;
/// Mean width of a character of Inter Bold, in ems; wide enough for capitals.
const EM_PER_CHAR: f64 = 0.62;

/// Ground, contour line and accent of one look.
const PALETTES: [[&str; 3]; 8] = [
    ["#0e2f44", "#3f7d9c", "#f2b84b"],
    ["#23312a", "#6f9a7f", "#f4d8a8"],
    ["#3a1f2d", "#a5566b", "#f6c9a0"],
    ["#1d2340", "#6472c4", "#f5a97f"],
    ["#40281a", "#b07b4c", "#f7e3b5"],
    ["#11363a", "#3f9a92", "#f3e9c8"],
    ["#2d2a3d", "#8d7fb8", "#e8c8dd"],
    ["#2b2f33", "#8a9aa5", "#ffcf56"],
];

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../fonts/Inter-Bold-subset.otf").to_vec());
    fonts.load_font_data(include_bytes!("../fonts/Inter-Regular-subset.otf").to_vec());
    Arc::new(fonts)
});

/// Draws the cover of an episode: contour lines of its own, the place, and a line beneath it.
///
/// The same arguments draw the same picture, to the byte: a JPEG of 1400 × 1400 pixels.
///
/// # Errors
/// When the drawing cannot be rendered.
pub fn cover(title: &str, subtitle: &str, seed: u64) -> Result<Vec<u8>, AudioError> {
    let failed = |error: &dyn std::fmt::Display| AudioError::Cover(error.to_string());
    let options = usvg::Options {
        fontdb: FONTS.clone(),
        ..Default::default()
    };
    let tree =
        usvg::Tree::from_str(&draw(title, subtitle, seed), &options).map_err(|e| failed(&e))?;
    let side = u32::from(SIDE_PX);
    let mut picture = tiny_skia::Pixmap::new(side, side).ok_or_else(|| failed(&"out of memory"))?;
    resvg::render(
        &tree,
        tiny_skia::Transform::identity(),
        &mut picture.as_mut(),
    );

    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, JPEG_QUALITY)
        .encode(
            picture.data(),
            SIDE_PX,
            SIDE_PX,
            jpeg_encoder::ColorType::Rgba,
        )
        .map_err(|e| failed(&e))?;
    Ok(jpeg)
}

fn draw(title: &str, subtitle: &str, seed: u64) -> String {
    let side = f64::from(SIDE_PX);
    let [ground, line, accent] = PALETTES[(seed % PALETTES.len() as u64) as usize];
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}"><rect width="100%" height="100%" fill="{ground}"/>"#
    );
    draw_contours(&mut svg, seed, line, accent);
    draw_text(&mut svg, title, subtitle, accent);
    svg.push_str("</svg>");
    svg
}

/// Closed lines around a summit, each a circle bent by three waves, fading outwards.
fn draw_contours(svg: &mut String, seed: u64, line: &str, accent: &str) {
    let part = |shift: u32| f64::from((seed.rotate_right(shift) & 0xffff) as u32) / 65_536.0;
    let summit = (
        f64::from(SIDE_PX) * (0.45 + 0.3 * part(3)),
        f64::from(SIDE_PX) * (0.26 + 0.14 * part(19)),
    );
    let waves = [
        (2.0, 0.16 * part(7), part(11)),
        (3.0, 0.12 * part(23), part(29)),
        (5.0, 0.05, part(41)),
    ];
    for ring in 1..=18 {
        let radius = 34.0 * f64::from(ring) + 1.6 * f64::from(ring * ring);
        let mut path = String::new();
        for step in 0..180 {
            let angle = TAU * f64::from(step) / 180.0;
            let bend: f64 = waves
                .iter()
                .map(|(count, depth, phase)| {
                    depth * (count * angle + TAU * phase + f64::from(ring) * 0.09).sin()
                })
                .sum();
            let reach = radius * (1.0 + bend);
            let (x, y) = (
                summit.0 + reach * angle.cos(),
                summit.1 + reach * angle.sin(),
            );
            let _ = write!(path, "{}{x:.1} {y:.1}", if step == 0 { 'M' } else { 'L' });
        }
        let opacity = 0.95 - 0.045 * f64::from(ring);
        let _ = write!(
            svg,
            r#"<path d="{path}Z" fill="none" stroke="{line}" stroke-width="5" opacity="{opacity:.2}"/>"#
        );
    }
    let _ = write!(
        svg,
        r#"<circle cx="{:.1}" cy="{:.1}" r="17" fill="{accent}"/>"#,
        summit.0, summit.1
    );
}

fn draw_text(svg: &mut String, title: &str, subtitle: &str, accent: &str) {
    let lines = wrap(title);
    let longest = lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(1)
        .max(1);
    let width = f64::from(SIDE_PX) - 2.0 * MARGIN;
    let size = (width / (longest as f64 * EM_PER_CHAR)).clamp(40.0, 210.0);
    let small = (width / (subtitle.chars().count().max(1) as f64 * 0.58)).clamp(24.0, 62.0);
    let bottom = f64::from(SIDE_PX) - MARGIN;
    for (above, text) in lines.iter().rev().enumerate() {
        let y = bottom - small * 1.7 - above as f64 * size * 1.08;
        let _ = write!(
            svg,
            r##"<text x="{MARGIN}" y="{y:.1}" font-family="Inter" font-weight="700" font-size="{size:.1}" fill="#ffffff">{}</text>"##,
            escape(text)
        );
    }
    let _ = write!(
        svg,
        r#"<text x="{MARGIN}" y="{bottom}" font-family="Inter" font-weight="400" font-size="{small:.1}" fill="{accent}">{}</text>"#,
        escape(subtitle)
    );
}

/// Breaks a title into at most three lines of about equal length.
fn wrap(title: &str) -> Vec<String> {
    let total = title.chars().count();
    let lines_wanted = total.div_ceil(14).clamp(1, 3);
    let reach = total.div_ceil(lines_wanted) + 2;
    let mut lines: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        let is_last_line = lines.len() == 3;
        match lines.last_mut() {
            Some(line) if is_last_line || line.chars().count() + word.chars().count() < reach => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_is_a_jpeg_and_the_same_each_time() {
        let first = cover("Paris", "France", 7).unwrap();

        assert_eq!(first[..2], [0xff, 0xd8]);
        assert_eq!(first, cover("Paris", "France", 7).unwrap());
        assert_ne!(first, cover("Paris", "Texas", 7).unwrap());
    }

    #[test]
    fn a_name_with_markup_is_drawn_not_obeyed() {
        assert!(cover("<Trou> & Bras", "R&D", 1).is_ok());
    }

    #[test]
    fn a_long_name_is_wrapped() {
        let lines = wrap("Llanfairpwllgwyngyll upon the Menai Strait");

        assert!(lines.len() <= 3);
        assert_eq!(
            lines.join(" "),
            "Llanfairpwllgwyngyll upon the Menai Strait"
        );
    }
}
