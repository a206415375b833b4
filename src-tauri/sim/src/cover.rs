//! Covers that no artist drew: a picture for each number, always the same. The services' real covers lie on hosts of their
//! own, so these are neither recorded nor struck by faults. Knows no service.

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// As wide and high as the services' covers of medium size.
const WIDTH: u32 = 230;
const HEIGHT: u32 = 325;

/// Where the cover of that number is, below a service's own address.
pub(crate) fn address(base_url: &str, number: i64) -> String {
    format!("{base_url}/covers/{number}.png")
}

/// The route of every cover.
pub(crate) fn routes() -> Router {
    Router::new().route("/covers/{file}", get(cover))
}

async fn cover(Path(file): Path<String>) -> Response {
    let number = file.strip_suffix(".png").and_then(|number| number.parse::<i64>().ok());
    match number.and_then(|number| png(number).ok()) {
        Some(picture) => ([(header::CONTENT_TYPE, "image/png")], picture).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn png(number: i64) -> Result<Vec<u8>, png::EncodingError> {
    let art = Art::of(number);
    let pixels: Vec<u8> = (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| art.pixel(x, y))).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(file)
}

/// A sky between two colours, a moon in it, and hills below.
#[derive(Clone, Copy)]
struct Art {
    hue: f32,
    moon: (f32, f32, f32),
    hills: f32,
}

impl Art {
    fn of(number: i64) -> Self {
        // Neighbouring numbers look different.
        let mixed = number.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let part = |shift: u32| ((mixed >> shift) & 0xFF) as f32 / 255.0;
        let moon = (50.0 + 130.0 * part(8), 50.0 + 90.0 * part(16), 18.0 + 34.0 * part(24));
        Self { hue: 360.0 * part(0), moon, hills: 190.0 + 70.0 * part(32) }
    }

    fn pixel(self, x: u32, y: u32) -> [u8; 3] {
        let (x, y) = (x as f32, y as f32);
        let (mx, my, radius) = self.moon;
        let hill = self.hills + 22.0 * (x / 31.0 + self.hue).sin() + 9.0 * (x / 11.0).sin();
        match () {
            () if y > hill => rgb(self.hue + 35.0, 0.45, 0.16),
            () if (x - mx).hypot(y - my) < radius => rgb(self.hue + 160.0, 0.35, 0.82),
            () => rgb(self.hue + y / 6.0, 0.5, 0.62 - y / 900.0),
        }
    }
}

/// A colour of a hue in degrees, a saturation and a lightness, both 0 to 1.
fn rgb(hue: f32, saturation: f32, lightness: f32) -> [u8; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|n| {
        let k = (n + hue / 30.0).rem_euclid(12.0);
        (255.0 * (lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0))) as u8
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_number_has_a_picture_of_its_own_and_always_the_same() {
        let picture = png(7).unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 200_000, "{}", picture.len());
        assert_eq!(picture, png(7).unwrap());
        assert_ne!(picture, png(8).unwrap());
    }
}
