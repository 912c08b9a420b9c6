//! Real images made by poppler, and the private data that cameras add.

use std::path::Path;
use std::process::Command;

use crate::support::tools::stdout_of;

const PDF: &str = "%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 60 40]/Contents 4 0 R/Resources<<>>>>endobj
4 0 obj<</Length 60>>stream
1 0 0 rg 0 0 30 20 re f 0 0 1 rg 30 20 m 60 40 l 60 20 l f  
endstream endobj
trailer<</Root 1 0 R>>
";

/// Draws a picture with pdftoppm: `["-jpeg"]`, `["-png"]`…
pub fn image(folder: &Path, options: &[&str]) -> Vec<u8> {
    let pdf = folder.join("picture.pdf");
    std::fs::write(&pdf, PDF).unwrap();
    let out = folder.join("picture");
    stdout_of(Command::new("pdftoppm").args(options).args(["-singlefile", "-r", "72"]).arg(&pdf).arg(&out));
    let made =
        ["jpg", "png"].iter().map(|extension| out.with_extension(extension)).find(|path| path.exists());
    let made = made.expect("pdftoppm made no image");
    let bytes = std::fs::read(&made).unwrap();
    std::fs::remove_file(&made).unwrap();
    bytes
}

/// A JPEG segment.
pub fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF, marker];
    bytes.extend_from_slice(&u16::try_from(content.len() + 2).unwrap().to_be_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// An EXIF block as telephones write it: orientation, and a place.
pub fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend_from_slice(b"\x0F\x01\x02\0\x08\0\0\0\x32\0\0\0"); // Make, at 50
    tiff.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0");
    tiff.extend_from_slice(&orientation.to_le_bytes());
    tiff.extend_from_slice(b"\0\0");
    tiff.extend_from_slice(b"\x25\x88\x04\0\x01\0\0\0\x3A\0\0\0"); // GPS directory, at 58
    tiff.extend_from_slice(b"\0\0\0\0SECRETS\0");
    tiff.extend_from_slice(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0");
    segment(0xE1, &tiff)
}

/// Puts segments into a JPEG after its JFIF header (20 bytes with SOI).
pub fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    assert_eq!(&jpeg[6..11], b"JFIF\0");
    [&jpeg[..20], &segments.concat(), &jpeg[20..]].concat()
}

/// A PNG chunk.
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], kind, data, &crc.sum().to_be_bytes()].concat()
}

/// Puts chunks into a PNG after its header (33 bytes).
pub fn with_chunks(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    assert_eq!(&png[12..16], b"IHDR");
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}
