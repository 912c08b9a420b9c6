//! A PNG made smaller, row by row: neither it nor what it becomes is ever held as pixels.
//!
//! Promises: each pixel is the mean of the area that it stands for, by its share of each pixel there, and what is
//! transparent lends no colour; grey stays grey, and what says how colours are meant goes along. Nothing comes out that
//! weighs as much as what went in: a scan in two colours, of which greys would make more, stays as it is. So does one
//! that moves, that can't be decoded, or that is interlaced, hence held whole, with more than [`MAX_HELD_PIXELS`].
//! Limits: eight bits a colour come out. Format: W3C PNG 3.

use std::io::{Cursor, Error, Result, Write};

use png::{BitDepth, ColorType, Decoder, DecodingError, Encoder, Transformations};

use super::png::{Header, colours, header, moves};

/// The most pixels of an interlaced picture: 200 MB of memory.
const MAX_HELD_PIXELS: u64 = 50_000_000;
/// Where the chunks that say how colours are meant stand: after the signature and the header.
const AFTER_HEADER: usize = 33;

/// Gives a clean PNG with its longer side at most this long; `None` when it is to stay as it is.
pub(super) fn within(clean: &[u8], side: u16) -> Option<Vec<u8>> {
    let Header { width, height } = header(clean)?;
    let (longer, side) = (width.max(height), u32::from(side));
    if side == 0 || longer <= side || moves(clean) {
        return None;
    }
    let scaled = |length: u32| {
        let scaled = u64::from(length) * u64::from(side) / u64::from(longer);
        u32::try_from(scaled.max(1)).unwrap_or(side)
    };
    let drawn = drawn(clean, (scaled(width), scaled(height)))?;
    let (head, rest) = drawn.split_at_checked(AFTER_HEADER)?;
    let whole = [head, &colours(clean), rest].concat();
    (whole.len() < clean.len()).then_some(whole)
}

/// Tells whether a PNG can be read to its last row. No more than one of them is held.
pub(super) fn is_readable(png: &[u8]) -> bool {
    let read = || {
        let mut reader = Decoder::new(Cursor::new(png)).read_info()?;
        while reader.next_row()?.is_some() {}
        Ok::<_, DecodingError>(())
    };
    read().is_ok()
}

fn drawn(clean: &[u8], to: (u32, u32)) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(Cursor::new(clean));
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let from = (reader.info().width, reader.info().height);
    let (colour, _) = reader.output_color_type();
    let mut out = Bounded { bytes: Vec::new(), limit: clean.len() };
    let mut encoder = Encoder::new(&mut out, to.0, to.1);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    let mut rows = writer.stream_writer().ok()?;
    let mut reducer = Reducer::new(from, to, colour);
    if reader.info().interlaced {
        if u64::from(from.0) * u64::from(from.1) > MAX_HELD_PIXELS {
            return None;
        }
        let mut pixels = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut pixels).ok()?;
        let line = reader.output_line_size(from.0)?;
        pixels.chunks_exact(line).try_for_each(|row| reducer.take(row, &mut rows)).ok()?;
    } else {
        while let Some(row) = reader.next_row().ok()? {
            reducer.take(row.data(), &mut rows).ok()?;
        }
    }
    rows.finish().ok()?;
    writer.finish().ok()?;
    Some(out.bytes)
}

/// What is written, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.limit {
            return Err(Error::other("no smaller than the original"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Takes the rows of a picture and gives those of a smaller one.
struct Reducer {
    from: (u32, u32),
    to: (u32, u32),
    /// The values of a pixel, transparency last.
    channels: usize,
    has_alpha: bool,
    /// The row that was taken, made narrower.
    narrow: Vec<u64>,
    /// The row that is to be given, as far as it is filled.
    filled: Vec<u64>,
    taken: u32,
}

impl Reducer {
    fn new(from: (u32, u32), to: (u32, u32), colour: ColorType) -> Self {
        let channels = colour.samples();
        let has_alpha = matches!(colour, ColorType::GrayscaleAlpha | ColorType::Rgba);
        let width = usize::try_from(to.0).unwrap_or(0) * channels;
        Self { from, to, channels, has_alpha, narrow: vec![0; width], filled: vec![0; width], taken: 0 }
    }

    fn take(&mut self, row: &[u8], out: &mut dyn Write) -> Result<()> {
        self.narrow.fill(0);
        for (x, pixel) in (0..self.from.0).zip(row.chunks_exact(self.channels)) {
            let alpha = if self.has_alpha { pixel.last().copied().map_or(0, u64::from) } else { 1 };
            for (place, weight) in shares(x, self.from.0, self.to.0) {
                let first = place * self.channels;
                let sums = self.narrow.get_mut(first..first + self.channels).unwrap_or_default();
                let colours = self.channels - usize::from(self.has_alpha);
                for (number, (sum, value)) in sums.iter_mut().zip(pixel).enumerate() {
                    *sum += weight * u64::from(*value) * if number < colours { alpha } else { 1 };
                }
            }
        }
        for (place, weight) in shares(self.taken, self.from.1, self.to.1) {
            for (sum, value) in self.filled.iter_mut().zip(&self.narrow) {
                *sum += weight * value;
            }
            let end = (u64::from(self.taken) + 1) * u64::from(self.to.1);
            let is_full = u64::try_from(place + 1).is_ok_and(|rows| end >= rows * u64::from(self.from.1));
            if is_full {
                self.give(out)?;
            }
        }
        self.taken += 1;
        Ok(())
    }

    fn give(&mut self, out: &mut dyn Write) -> Result<()> {
        let whole = u64::from(self.from.0) * u64::from(self.from.1);
        let mean = |sum: u64, of: u64| u8::try_from((sum + of / 2) / of.max(1)).unwrap_or(u8::MAX);
        let mut row = Vec::with_capacity(self.filled.len());
        for sums in self.filled.chunks_exact(self.channels) {
            match sums.split_last().filter(|_| self.has_alpha) {
                Some((alpha, colours)) => {
                    row.extend(colours.iter().map(|sum| mean(*sum, *alpha)));
                    row.push(mean(*alpha, whole));
                }
                None => row.extend(sums.iter().map(|sum| mean(*sum, whole))),
            }
        }
        self.filled.fill(0);
        out.write_all(&row)
    }
}

/// Gives what a pixel lends to those of a shorter line, and how much: it stands for `to` parts, of which each of those
/// takes `from`.
fn shares(at: u32, from: u32, to: u32) -> impl Iterator<Item = (usize, u64)> {
    let (from, to) = (u64::from(from), u64::from(to));
    let start = u64::from(at) * to;
    let first = start / from.max(1);
    let own = to.min((first + 1) * from - start);
    let place = usize::try_from(first).unwrap_or(usize::MAX - 1);
    [(place, own), (place + 1, to - own)].into_iter().filter(|(_, weight)| *weight > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(from: (u32, u32), to: (u32, u32), colour: ColorType, rows: &[&[u8]]) -> Vec<u8> {
        let mut reducer = Reducer::new(from, to, colour);
        let mut out = Vec::new();
        for row in rows {
            reducer.take(row, &mut out).unwrap();
        }
        out
    }

    #[test]
    fn a_pixel_is_the_mean_of_its_area_by_shares() {
        let rows: [&[u8]; 2] = [&[0, 100, 200], &[0, 100, 200]];
        assert_eq!(reduced((3, 2), (3, 1), ColorType::Grayscale, &rows), [0, 100, 200]);
        // Two pixels for three: the middle one lends half of itself to each.
        assert_eq!(reduced((3, 2), (2, 1), ColorType::Grayscale, &rows), [33, 167]);
        let rows: [&[u8]; 3] = [&[0], &[100], &[200]];
        assert_eq!(reduced((1, 3), (1, 2), ColorType::Grayscale, &rows), [33, 167]);
    }

    #[test]
    fn what_is_transparent_lends_no_colour() {
        let row: &[u8] = &[200, 100, 0, 255, 9, 9, 9, 0];
        assert_eq!(reduced((2, 1), (1, 1), ColorType::Rgba, &[row]), [200, 100, 0, 128]);
        assert_eq!(reduced((2, 1), (1, 1), ColorType::GrayscaleAlpha, &[&[7, 0, 9, 0]]), [0, 0]);
    }

    #[test]
    fn every_part_of_a_line_is_lent_once() {
        for (from, to) in [(7_u32, 3_u32), (2560, 2559), (5, 1), (4032, 2560), (1, 1)] {
            let mut got = vec![0; usize::try_from(to).unwrap()];
            (0..from).flat_map(|at| shares(at, from, to)).for_each(|(place, weight)| got[place] += weight);
            assert_eq!(got, vec![u64::from(from); got.len()], "{from} to {to}");
        }
    }
}
