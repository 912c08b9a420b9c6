//! PNG photos that are too large: smaller when they leave, as other programs read them, and never heavier.

use std::io::{Cursor, Write as _};
use std::process::Command;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use png::{BitDepth, ColorType, Decoder, Encoder, ScaledFloat, Transformations};
use publier::package::inspect::opens;
use publier::package::mime::FileKind;
use publier::photo::{PhotoError, ready, without_metadata};
use publier_core::publication::reason::RefusalReason;

use crate::support::package::{chunk, with_chunks};
use crate::support::render::png_header;
use crate::support::tools::stdout_of;

/// A picture of these values.
fn drawn(size: (u32, u32), colour: ColorType, depth: BitDepth, pixels: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, size.0, size.1);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.set_source_gamma(ScaledFloat::new(0.45455));
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    out
}

/// Values that look like a photo's: they change slowly, with some grain.
fn grain(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    (0..count)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from((at / 40 + usize::try_from(state >> 28).unwrap()) % 200).unwrap()
        })
        .collect()
}

fn size_and_pixels(png: &[u8]) -> ((u32, u32), ColorType, Vec<u8>) {
    let mut decoder = Decoder::new(Cursor::new(png));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    ((frame.width, frame.height), frame.color_type, pixels)
}

#[test]
fn a_large_png_leaves_smaller_in_its_own_colours_and_without_its_texts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.png");
    let private: Vec<_> = [b"tEXt", b"iTXt", b"eXIf"].map(|kind| chunk(kind, b"SECRET")).to_vec();
    for (colour, depth, bytes) in [
        (ColorType::Rgb, BitDepth::Eight, 3),
        (ColorType::Rgba, BitDepth::Eight, 4),
        (ColorType::Grayscale, BitDepth::Eight, 1),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, 2),
        (ColorType::Rgb, BitDepth::Sixteen, 6),
    ] {
        let clean = drawn((300, 200), colour, depth, &grain(300 * 200 * bytes));
        let photo = with_chunks(&clean, &private);
        assert_eq!(ready(&photo, 300).unwrap(), clean, "{colour:?}: small enough, not a byte changes");
        assert_eq!(ready(&photo, 0).unwrap(), clean, "{colour:?}: 0 leaves every photo as it is");
        let small = ready(&photo, 60).unwrap();
        let (size, kept, pixels) = size_and_pixels(&small);
        assert_eq!((size, kept), ((60, 40), colour));
        assert!(small.len() < clean.len());
        let holds = |words: &[u8]| small.windows(words.len()).any(|window| window == words);
        assert!(holds(b"gAMA") && !holds(b"SECRET"), "{colour:?}");
        assert_eq!(ready(&small, 60).unwrap(), small, "what was drawn goes through unchanged");
        std::fs::write(&path, &small).unwrap();
        let seen = stdout_of(Command::new("file").arg(&path));
        assert!(seen.contains("PNG image data, 60 x 40, 8-bit"), "{seen}");
        let mean = |pixels: &[u8]| {
            pixels.iter().map(|value| u64::from(*value)).sum::<u64>() / u64::try_from(pixels.len()).unwrap()
        };
        let (before, after) = (mean(&size_and_pixels(&clean).2), mean(&pixels));
        // Where nothing is transparent; elsewhere colours weigh by what is seen of them.
        assert!(before.abs_diff(after) <= if kept.samples() % 2 == 0 { 20 } else { 1 }, "{before} {after}");
    }
}

/// A grey picture as Adam7 orders it: first an eighth of its rows and columns, then what is between (PNG 3, section 8).
fn interlaced(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    const PASSES: [[usize; 4]; 7] =
        [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    for [left, top, across, down] in PASSES {
        for y in (top..height).step_by(down) {
            let row = (left..width).step_by(across).map(|x| pixels[y * width + x]);
            zlib.write_all(&[0].into_iter().chain(row).collect::<Vec<_>>()).unwrap();
        }
    }
    let side = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let header = [&side(width)[..], &side(height), &[8, 0, 0, 0, 1]].concat();
    let chunks = [chunk(b"IHDR", &header), chunk(b"IDAT", &zlib.finish().unwrap()), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat()].concat()
}

#[test]
fn an_interlaced_png_becomes_what_it_would_be_row_by_row() {
    let pixels = grain(150 * 90);
    let rows = drawn((150, 90), ColorType::Grayscale, BitDepth::Eight, &pixels);
    let woven = interlaced(150, 90, &pixels);
    assert_eq!(size_and_pixels(&woven), size_and_pixels(&rows));
    let small = ready(&woven, 50).unwrap();
    assert_eq!(size_and_pixels(&small).0, (50, 30));
    assert_eq!(size_and_pixels(&small), size_and_pixels(&ready(&rows, 50).unwrap()));
}

#[test]
fn a_png_that_would_weigh_no_less_stays_as_it_is() {
    // A scan: letters in two colours, which greys would make heavier.
    let line: Vec<u8> = (0..125_u8).map(|at| if at % 7 == 3 { 0x5a } else { 0xff }).collect();
    let scan = drawn((1000, 700), ColorType::Grayscale, BitDepth::One, &line.repeat(700));
    assert_eq!(ready(&scan, 900).unwrap(), scan);
}

#[test]
fn a_png_that_moves_or_that_no_decoder_reads_stays_as_it_is() {
    let clean = drawn((300, 200), ColorType::Rgb, BitDepth::Eight, &grain(300 * 200 * 3));
    let moving = with_chunks(&clean, &[chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0])]);
    assert_eq!(ready(&moving, 60).unwrap(), moving);
    let mut garbled = clean;
    let middle = garbled.len() / 2;
    garbled[middle..middle + 40].fill(0x55);
    assert_eq!(ready(&garbled, 60).unwrap(), garbled);
}

#[test]
fn a_png_that_announces_billions_of_pixels_is_refused_by_its_first_bytes() {
    let whole = [png_header(50_000, 50_000), chunk(b"IDAT", b""), chunk(b"IEND", b"")].concat();
    let expected = PhotoError::TooManyPixels { width_px: 50_000, height_px: 50_000 };
    assert_eq!(ready(&whole, 2560), Err(expected));
    assert_eq!(ready(&whole, 0), Err(expected));
    let vast = without_metadata(&png_header(u32::MAX, u32::MAX));
    assert!(matches!(vast, Err(PhotoError::TooManyPixels { .. })), "{vast:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.png");
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(opens(&path, FileKind::Png), Err(RefusalReason::FileTooLarge));
    std::fs::write(&path, png_header(20_000, 20_000)).unwrap();
    assert_eq!(opens(&path, FileKind::Png), Ok(()));
}
