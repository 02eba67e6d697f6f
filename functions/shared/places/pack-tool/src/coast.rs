use serde::Deserialize;

use crate::{gazetteer::Place, sources::Sources};

/// Mean radius of the Earth, kilometres.
const EARTH_KM: f64 = 6371.0088;
/// Coast segments are cut into pieces no longer than this.
const STEP_KM: f64 = 1.0;

#[derive(Deserialize)]
struct Topology {
    transform: Transform,
    arcs: Vec<Vec<[i64; 2]>>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

type Point = [f64; 3];

/// Measures each place's distance to the nearest point of Natural Earth's coastline, in hectometres.
pub(crate) fn add(sources: &Sources, places: &mut [Place]) -> anyhow::Result<()> {
    let mut coast = points(&sources.json("world-atlas/land-10m.json")?);
    sort(&mut coast, 0);
    for place in places {
        let at = unit(place.lat, place.lon);
        let chord = nearest(&coast, 0, &at, f64::INFINITY).sqrt();
        let km = 2.0 * EARTH_KM * (chord / 2.0).min(1.0).asin();
        place.coast_hm = (km * 10.0).round() as u16;
    }
    Ok(())
}

fn points(topology: &Topology) -> Vec<Point> {
    let Transform { scale, translate } = topology.transform;
    let mut points = Vec::new();
    for arc in &topology.arcs {
        let (mut x, mut y) = (0, 0);
        let mut last: Option<(f64, f64)> = None;
        for [dx, dy] in arc {
            x += dx;
            y += dy;
            let here = (
                y as f64 * scale[1] + translate[1],
                x as f64 * scale[0] + translate[0],
            );
            if let Some(last) = last.filter(|last| !is_map_edge(*last, here)) {
                divide(last, here, &mut points);
            }
            last = Some(here);
        }
    }
    points
}

/// The polygons are cut along the map's frame, where there is no coast.
fn is_map_edge(a: (f64, f64), b: (f64, f64)) -> bool {
    let frame = |(lat, lon): (f64, f64)| lat < -89.0 || lon.abs() > 179.99;
    frame(a) && frame(b)
}

fn divide(a: (f64, f64), b: (f64, f64), points: &mut Vec<Point>) {
    let (from, to) = (unit(a.0, a.1), unit(b.0, b.1));
    let pieces = (distance2(&from, &to).sqrt() * EARTH_KM / STEP_KM).ceil() as usize;
    for piece in 0..=pieces {
        let share = piece as f64 / pieces.max(1) as f64;
        points.push(std::array::from_fn(|axis| {
            from[axis] + (to[axis] - from[axis]) * share
        }));
    }
}

fn unit(lat_deg: f64, lon_deg: f64) -> Point {
    let (lat, lon) = (lat_deg.to_radians(), lon_deg.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

fn distance2(a: &Point, b: &Point) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Orders points as a k-d tree: the median in the middle, its two sides left and right.
fn sort(points: &mut [Point], axis: usize) {
    if points.len() < 2 {
        return;
    }
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |a, b| a[axis].total_cmp(&b[axis]));
    let (left, right) = points.split_at_mut(middle);
    sort(left, (axis + 1) % 3);
    sort(&mut right[1..], (axis + 1) % 3);
}

fn nearest(points: &[Point], axis: usize, at: &Point, best: f64) -> f64 {
    if points.is_empty() {
        return best;
    }
    let middle = points.len() / 2;
    let best = best.min(distance2(&points[middle], at));
    let offset = at[axis] - points[middle][axis];
    let (left, right) = (&points[..middle], &points[middle + 1..]);
    let (near, far) = if offset < 0.0 {
        (left, right)
    } else {
        (right, left)
    };
    let best = nearest(near, (axis + 1) % 3, at, best);
    if offset * offset < best {
        nearest(far, (axis + 1) % 3, at, best)
    } else {
        best
    }
}
