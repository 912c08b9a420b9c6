//! A decoded picture: read from JPEG, made smaller, turned upright.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::{ImageInfo, JpegDecoder};

/// The most pixels that are decoded: 150 MB of memory.
const MAX_PIXELS: u64 = 50_000_000;

/// A picture of red, green and blue, seen upright: it is turned where it is looked at, and never copied for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// As it is seen, in pixels.
    pub width: u16,
    pub height: u16,
    /// Red, green and blue of each pixel, row by row, before it is turned.
    pub rgb: Vec<u8>,
    /// How it is turned, as EXIF says: 1 to 8.
    orientation: u16,
}

impl Picture {
    /// Decodes a JPEG in the colours of the screen; `None` when it can't be, is in inks, or is larger than what is decoded.
    pub(super) fn decode(jpeg: &[u8]) -> Option<Self> {
        let (info, rgb) = decoded(jpeg, ColorSpace::RGB, |components| components <= 3)?;
        Self::of(&info, rgb)
    }

    /// Decodes a JPEG in inks (CMYK) into the colours of the screen: each is what the ink and the black leave of white.
    /// The files of Adobe's programs hold what is left, the standard's hold the inks.
    pub(super) fn decode_inks(jpeg: &[u8], by_adobe: bool) -> Option<Self> {
        let is_inks = |components| components == 4;
        if by_adobe {
            // Adobe's other way, YCCK, comes out the same here.
            let (info, rgb) = decoded(jpeg, ColorSpace::RGB, is_inks)?;
            return Self::of(&info, rgb);
        }
        let (info, inks) = decoded(jpeg, ColorSpace::CMYK, is_inks)?;
        let left = |ink: u8, black: u8| {
            let left = u16::from(u8::MAX - ink) * u16::from(u8::MAX - black) / u16::from(u8::MAX);
            u8::try_from(left).unwrap_or(u8::MAX)
        };
        let rgb = inks.chunks_exact(4).flat_map(|pixel| match *pixel {
            [cyan, magenta, yellow, black] => [left(cyan, black), left(magenta, black), left(yellow, black)],
            _ => [0; 3],
        });
        Self::of(&info, rgb.collect())
    }

    fn of(info: &ImageInfo, rgb: Vec<u8>) -> Option<Self> {
        let whole = usize::from(info.width) * usize::from(info.height) * 3;
        (rgb.len() == whole && whole > 0).then(|| Self::plain(info.width, info.height, rgb))
    }

    fn plain(width: u16, height: u16, rgb: Vec<u8>) -> Self {
        Self { width, height, rgb, orientation: 1 }
    }

    /// Gives the pixel at a place as it is seen; beyond the edges, the nearest one.
    pub(super) fn pixel(&self, x: u16, y: u16) -> [u8; 3] {
        let (right, bottom) = (self.width.saturating_sub(1), self.height.saturating_sub(1));
        let (x, y) = (x.min(right), y.min(bottom));
        let (x, y) = match self.orientation {
            2 => (right - x, y),
            3 => (right - x, bottom - y),
            4 => (x, bottom - y),
            5 => (y, x),
            6 => (y, right - x),
            7 => (bottom - y, right - x),
            8 => (bottom - y, x),
            _ => (x, y),
        };
        let line = if self.orientation >= 5 { self.height } else { self.width };
        let at = (usize::from(y) * usize::from(line) + usize::from(x)) * 3;
        self.rgb.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
    }

    /// Gives the picture with its longer side at most this long; each pixel is the mean of those that it stands for.
    pub(super) fn within(self, side: u16) -> Self {
        let longer = self.width.max(self.height);
        if longer <= side || side == 0 {
            return self;
        }
        let scaled = |length: u16| {
            let scaled = u32::from(length) * u32::from(side) / u32::from(longer);
            u16::try_from(scaled.max(1)).unwrap_or(side)
        };
        let (width, height) = (scaled(self.width), scaled(self.height));
        let mut rgb = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
        for y in 0..height {
            let rows = stretch(y, height, self.height);
            for x in 0..width {
                rgb.extend(self.mean(stretch(x, width, self.width), rows));
            }
        }
        Self::plain(width, height, rgb)
    }

    fn mean(&self, (left, right): (u16, u16), (top, bottom): (u16, u16)) -> [u8; 3] {
        let (mut sums, mut count) = ([0_u64; 3], 0_u64);
        for y in top..bottom {
            for x in left..right {
                let pixel = self.pixel(x, y);
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += u64::from(value);
                }
                count += 1;
            }
        }
        sums.map(|sum| u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX))
    }

    /// Gives the picture upright, from the orientation of its EXIF block (1 to 8).
    pub(super) fn upright(self, orientation: u16) -> Self {
        let (width, height) = if (5..=8).contains(&orientation) {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        let orientation = if (2..=8).contains(&orientation) { orientation } else { 1 };
        Self { width, height, orientation, ..self }
    }
}

/// Decodes a JPEG whose number of colour components will do.
fn decoded(jpeg: &[u8], to: ColorSpace, will_do: impl Fn(u8) -> bool) -> Option<(ImageInfo, Vec<u8>)> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(to);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    decoder.decode_headers().ok()?;
    let info = decoder.info()?;
    let is_small = u64::from(info.width) * u64::from(info.height) <= MAX_PIXELS;
    (is_small && will_do(info.components)).then(|| decoder.decode().ok().map(|pixels| (info, pixels)))?
}

/// Gives the pixels that one of `to` stands for among `from`: the first, and the one after the last.
fn stretch(at: u16, to: u16, from: u16) -> (u16, u16) {
    let edge = |at: u32| {
        let edge = at * u32::from(from) / u32::from(to.max(1));
        u16::try_from(edge).unwrap_or(from)
    };
    let (first, end) = (edge(u32::from(at)), edge(u32::from(at) + 1));
    (first, end.max(first.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two by three pixels whose red says which one each is.
    fn picture() -> Picture {
        let rgb = (1..=6).flat_map(|red| [red * 10, 0, 0]).collect();
        Picture::plain(2, 3, rgb)
    }

    fn reds(picture: &Picture) -> Vec<u8> {
        let places = (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
        places.map(|(x, y)| picture.pixel(x, y)[0]).collect()
    }

    #[test]
    fn each_orientation_is_turned_upright() {
        for (orientation, size, expected) in [
            (1, (2, 3), [10, 20, 30, 40, 50, 60]),
            (2, (2, 3), [20, 10, 40, 30, 60, 50]),
            (3, (2, 3), [60, 50, 40, 30, 20, 10]),
            (4, (2, 3), [50, 60, 30, 40, 10, 20]),
            (5, (3, 2), [10, 30, 50, 20, 40, 60]),
            (6, (3, 2), [50, 30, 10, 60, 40, 20]),
            (7, (3, 2), [60, 40, 20, 50, 30, 10]),
            (8, (3, 2), [20, 40, 60, 10, 30, 50]),
        ] {
            let upright = picture().upright(orientation);
            assert_eq!((upright.width, upright.height), size, "{orientation}");
            assert_eq!(reds(&upright), expected, "{orientation}");
        }
    }

    #[test]
    fn a_smaller_picture_is_made_of_means_and_keeps_its_proportions() {
        let rgb = [[0_u8, 0, 0], [100, 100, 100]].concat().repeat(8);
        let wide = Picture::plain(8, 2, rgb);
        let small = wide.clone().within(4);
        assert_eq!((small.width, small.height), (4, 1));
        assert_eq!(reds(&small), [50; 4]);
        assert_eq!(wide.clone().within(8), wide);
        assert_eq!(wide.clone().within(0), wide, "0 leaves every picture as it is");
        assert_eq!((wide.clone().within(1).width, wide.within(1).height), (1, 1));
    }
}
