//! The suite of package: archives that others can read and that can't pass when damaged, a spool that keeps
//! nothing too long, photos without private data.

mod reduced;

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use publier::digest::{sha256, sha256_of_file};
use publier::package::spool::{Spool, SpoolError};
use publier::package::zip::{Level, PackageError, Sealed, ZipStream, verify};
use publier::photo::{PhotoError, ready, without_metadata};
use publier::xml::Writer;

use crate::support::package::{chunk, exif, image, segment, with_chunks, with_segments};
use crate::support::tools::{mode_of, names_in, run, stdout_of};

const ENTRY: &str = "publication.xml";

fn date() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2014, 3, 31).unwrap().and_hms_opt(18, 30, 2).unwrap()
}

fn begin(path: &Path) -> ZipStream {
    ZipStream::create(path, ENTRY, Level::Normal, date()).unwrap()
}

fn zip_of(path: &Path, content: &[u8]) -> Sealed {
    let mut zip = begin(path);
    zip.write_all(content).unwrap();
    zip.finish().unwrap()
}

fn document(values: &[String]) -> Vec<u8> {
    let mut xml = Writer::new(Vec::new());
    xml.start("publication").unwrap();
    for value in values {
        xml.start("entry").unwrap().attr("label", value).text(value);
        xml.end().unwrap();
    }
    xml.finish().unwrap().0
}

fn entries(count: usize) -> Vec<u8> {
    document(&(0..count).map(|n| format!("Écriture n° {n} « A & B »")).collect::<Vec<_>>())
}

#[test]
fn unzip_python_and_xmllint_read_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("publication.zip");
    let content = entries(20_000);
    let sealed = zip_of(&path, &content);

    assert_eq!(sealed.content_bytes, content.len() as u64);
    assert_eq!((sealed.digest, sealed.size_bytes), sha256_of_file(&path).unwrap());
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(names_in(folder.path()), ["publication.zip"]);

    stdout_of(Command::new("unzip").arg("-t").arg(&path));
    let python = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                  i, = z.infolist(); print(i.filename, i.file_size, i.date_time, i.CRC)";
    let listed = stdout_of(Command::new("python3").args(["-c", python]).arg(&path));
    let checked = verify(&path, ENTRY, sealed.content_bytes).unwrap();
    let (size, crc) = (content.len(), checked.crc32);
    assert_eq!(listed.trim(), format!("{ENTRY} {size} (2014, 3, 31, 18, 30, 2) {crc}"));
    assert_eq!((checked.elements, checked.attributes), (20_001, 20_000));

    let xml = folder.path().join(ENTRY);
    stdout_of(Command::new("unzip").arg("-q").arg(&path).arg("-d").arg(folder.path()));
    assert_eq!(std::fs::read(&xml).unwrap(), content);
    stdout_of(Command::new("xmllint").arg("--noout").arg(&xml));
}

#[test]
fn the_same_content_gives_the_same_bytes_and_the_fast_level_other_ones() {
    let folder = tempfile::tempdir().unwrap();
    let content = entries(3_000);
    let first = zip_of(&folder.path().join("a.zip"), &content);
    let mut other = begin(&folder.path().join("b.zip"));
    for piece in content.chunks(7_777) {
        other.write_all(piece).unwrap();
    }
    assert_eq!(other.finish().unwrap().digest, first.digest);

    let mut fast = ZipStream::create(&folder.path().join("c.zip"), ENTRY, Level::Fast, date()).unwrap();
    fast.write_all(&content).unwrap();
    let fast = fast.finish().unwrap();
    assert!(fast.size_bytes > first.size_bytes);
    verify(&fast.path, ENTRY, fast.content_bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn whatever_was_written_is_read_back(
        values in prop::collection::vec(any::<String>(), 0..20),
        copies in 1_usize..40,
        piece in 1_usize..5_000,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.zip");
        let content = document(&std::iter::repeat_n(&values, copies).flatten().cloned().collect::<Vec<_>>());
        let mut zip = begin(&path);
        for piece in content.chunks(piece) {
            zip.write_all(piece).unwrap();
        }
        let sealed = zip.finish().unwrap();
        let checked = verify(&path, ENTRY, content.len() as u64).unwrap();
        prop_assert_eq!(checked.elements, 1 + (values.len() * copies) as u64);
        let mut archive = zip::ZipArchive::new(std::fs::File::open(&sealed.path).unwrap()).unwrap();
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(0).unwrap(), &mut read).unwrap();
        prop_assert_eq!(read, content);
    }
}

#[test]
fn an_archive_cut_at_any_byte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.zip");
    let sealed = zip_of(&path, &entries(20));
    let whole = std::fs::read(&path).unwrap();
    for end in 0..whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        let refused = verify(&path, ENTRY, sealed.content_bytes);
        assert!(matches!(refused, Err(PackageError::Damaged { .. })), "cut at {end}: {refused:?}");
    }
}

#[test]
fn an_archive_with_a_changed_byte_never_gives_other_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.zip");
    let sealed = zip_of(&path, &entries(20));
    let right = verify(&path, ENTRY, sealed.content_bytes).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut refused = 0;
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        std::fs::write(&path, &changed).unwrap();
        // Dates, permissions and version fields change nothing in the content: they may pass.
        match verify(&path, ENTRY, sealed.content_bytes) {
            Ok(checked) => assert_eq!(checked, right, "changed at {at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused * 2 > whole.len(), "{refused} of {}", whole.len());
}

#[test]
fn an_archive_of_another_name_size_or_number_of_entries_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.zip");
    let sealed = zip_of(&path, b"<a/>");
    let other = verify(&path, "other.xml", 4).unwrap_err();
    assert!(matches!(&other, PackageError::Entries { found, .. } if found == &[ENTRY]), "{other}");
    for size in [3, 5, u64::MAX] {
        let refused = verify(&path, ENTRY, size);
        assert!(matches!(refused, Err(PackageError::Size { found: 4, .. })), "{refused:?}");
    }
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&sealed.path).unwrap();
    let mut second = zip::ZipWriter::new_append(file).unwrap();
    second.start_file("more.txt", zip::write::SimpleFileOptions::default()).unwrap();
    second.finish().unwrap();
    assert!(matches!(verify(&path, ENTRY, 4), Err(PackageError::Entries { found, .. }) if found.len() == 2));
    assert!(matches!(verify(&folder.path().join("none.zip"), ENTRY, 4), Err(PackageError::File(_))));
}

#[test]
fn an_archive_whose_xml_is_cut_is_refused_though_the_zip_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let content = entries(3);
    for end in 1..content.len() - 1 {
        let path = folder.path().join("p.zip");
        zip_of(&path, &content[..end]);
        let refused = verify(&path, ENTRY, end as u64);
        let right = matches!(refused, Err(PackageError::Xml { .. } | PackageError::XmlRule { .. }));
        assert!(right, "cut at {end}: {refused:?}");
    }
}

#[test]
fn a_full_disk_reaches_the_caller_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.zip");
    // The partial file is a device that is always full.
    symlink("/dev/full", folder.path().join("p.zip.part")).unwrap();
    let mut zip = begin(&path);
    let noise: Vec<u8> = (0..=u16::MAX).flat_map(|n| sha256(&n.to_le_bytes()).0).collect();
    let mut failed = None;
    for _ in 0..20 {
        if let Err(error) = zip.write_all(&noise) {
            failed = Some(error);
            break;
        }
    }
    let failed = failed.expect("40 MB went to a full disk");
    assert_eq!(failed.kind(), std::io::ErrorKind::StorageFull);
    assert!(failed.to_string().contains("p.zip"), "{failed}");
    assert!(!failed.to_string().contains(".part"), "the name that people know: {failed}");
    assert!(zip.write_all(b"more").is_err());
    assert!(matches!(zip.finish(), Err(PackageError::FailedBefore)));
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[test]
fn a_full_disk_met_only_at_the_end_fails_the_finish() {
    let folder = tempfile::tempdir().unwrap();
    symlink("/dev/full", folder.path().join("p.zip.part")).unwrap();
    let mut zip = begin(&folder.path().join("p.zip"));
    // The first write may already meet the failure of the entry's header.
    let written = zip.write_all(b"<a/>");
    let error = match written {
        Ok(()) => zip.finish().unwrap_err().into(),
        Err(error) => error,
    };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[test]
fn an_abandoned_archive_leaves_nothing_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.zip");
    let old = zip_of(&path, b"<old/>");
    let mut zip = begin(&path);
    zip.write_all(&entries(20_000)).unwrap();
    drop(zip);
    assert_eq!(names_in(folder.path()), ["p.zip"]);
    assert_eq!(sha256_of_file(&path).unwrap().0, old.digest);
}

#[test]
fn a_date_that_zip_cannot_bear_is_refused_before_any_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for year in [1979, 2108] {
        let date = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let refused = ZipStream::create(&folder.path().join("p.zip"), ENTRY, Level::Normal, date);
        assert!(matches!(refused, Err(PackageError::Date(_))));
    }
    assert_eq!(names_in(folder.path()), [""; 0]);
}

fn spool(quota_bytes: u64) -> (tempfile::TempDir, PathBuf, Spool) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("spool");
    let spool = Spool::open(&root, quota_bytes).unwrap();
    (folder, root, spool)
}

#[test]
fn the_spool_is_closed_to_others_even_when_it_was_open() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, root, spool) = spool(1_000);
    std::fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).unwrap();
    drop(spool);
    let spool = Spool::open(&root, 1_000).unwrap();
    let folder = spool.folder("7-extranet").unwrap();
    let kept = folder.keep_bytes("a.pdf", b"%PDF-").unwrap();
    assert_eq!((mode_of(&root), mode_of(folder.path()), mode_of(&kept.path)), (0o700, 0o700, 0o600));
    assert_eq!((kept.size_bytes, kept.digest), (5, sha256(b"%PDF-")));
}

#[test]
fn a_spool_over_its_quota_says_so_before_anything_is_planned() {
    let (_folder, _, spool) = spool(1_000);
    assert_eq!(spool.require_room().unwrap(), 1_000);
    let folder = spool.folder("1").unwrap();
    folder.keep_bytes("a", &[0; 400]).unwrap();
    assert_eq!((spool.usage_bytes().unwrap(), spool.require_room().unwrap()), (400, 600));
    folder.keep_bytes("b", &[0; 600]).unwrap();
    let full = spool.require_room().unwrap_err();
    assert!(matches!(full, SpoolError::OverQuota { used_bytes: 1_000, quota_bytes: 1_000, .. }), "{full}");
    spool.remove("1").unwrap();
    assert_eq!(spool.require_room().unwrap(), 1_000);
}

#[test]
fn a_removed_publication_is_gone_and_removing_it_again_is_no_error() {
    let (_folder, root, spool) = spool(1_000);
    let folder = spool.folder("1").unwrap();
    zip_of(&folder.file("publication.zip").unwrap(), b"<a/>");
    folder.keep_bytes("a.pdf", b"a").unwrap();
    std::fs::create_dir(folder.path().join("deeper")).unwrap();
    spool.folder("2").unwrap();
    spool.remove("1").unwrap();
    spool.remove("1").unwrap();
    assert_eq!(names_in(&root), ["2"]);
}

#[test]
fn leftovers_are_listed_in_order_without_those_to_keep() {
    let (_folder, root, spool) = spool(1_000);
    for id in ["3", "1", "2"] {
        spool.folder(id).unwrap();
    }
    std::fs::write(root.join("4"), "a file").unwrap();
    symlink("/tmp", root.join("5")).unwrap();
    std::fs::create_dir(root.join("lost+found")).unwrap();
    assert_eq!(spool.others(&BTreeSet::from(["2".to_owned()])).unwrap(), ["1", "3"]);
}

#[test]
fn a_kept_file_is_whole_or_absent_and_replaces_the_older_one() {
    let (outside, _, spool) = spool(1_000_000);
    let folder = spool.folder("1").unwrap();
    let source = outside.path().join("invoice.pdf");
    std::fs::write(&source, vec![7; 300_000]).unwrap();
    let kept = folder.keep_copy("invoice.pdf", &source, 300_000).unwrap();
    assert_eq!((kept.digest, kept.size_bytes), sha256_of_file(&source).unwrap());

    let refused = folder.keep_copy("invoice.pdf", &source, 299_999);
    assert!(matches!(refused, Err(SpoolError::TooLarge { limit_bytes: 299_999, .. })), "{refused:?}");
    assert!(folder.keep_copy("other.pdf", &outside.path().join("none"), 1).is_err());
    assert_eq!(names_in(folder.path()), ["invoice.pdf"]);
    assert_eq!(sha256_of_file(&kept.path).unwrap().1, 300_000);

    folder.keep_bytes("invoice.pdf", b"new").unwrap();
    assert_eq!(std::fs::read(&kept.path).unwrap(), b"new");
}

#[test]
fn the_spool_never_follows_a_link_out_of_its_folder() {
    let (outside, root, spool) = spool(1_000);
    let precious = outside.path().join("precious");
    std::fs::create_dir(&precious).unwrap();
    std::fs::write(precious.join("file.zip"), vec![0; 500]).unwrap();
    symlink(&precious, root.join("1")).unwrap();
    assert!(matches!(spool.folder("1"), Err(SpoolError::NotAFolder(_))));
    assert!(matches!(spool.remove("1"), Err(SpoolError::NotAFolder(_))));
    let folder = spool.folder("2").unwrap();
    symlink(&precious, folder.path().join("link")).unwrap();
    assert!(spool.usage_bytes().unwrap() < 500);
    spool.remove("2").unwrap();
    assert_eq!(names_in(&precious), ["file.zip"]);
    for id in ["..", "../precious", "", "."] {
        assert!(matches!(spool.remove(id), Err(SpoolError::BadId(_))), "{id}");
    }
}

fn secrets() -> Vec<Vec<u8>> {
    vec![
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>"),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0SECRET"),
        segment(0xE2, b"MPF\0SECRET"),
        segment(0xE5, b"SECRET"),
        segment(0xFE, b"SECRET"),
    ]
}

fn holds_secret(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|window| window == b"SECRET")
}

#[test]
fn a_jpeg_loses_its_secrets_and_not_one_byte_of_its_picture() {
    let folder = tempfile::tempdir().unwrap();
    for options in [&["-jpeg"][..], &["-jpeg", "-jpegopt", "progressive=y"], &["-jpeg", "-gray"]] {
        let clean = image(folder.path(), options);
        let profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01profile");
        let clean = with_segments(&clean, &[profile]);
        assert_eq!(without_metadata(&clean).unwrap(), clean, "{options:?}");

        let mut private = with_segments(&clean, &secrets());
        private.extend_from_slice(b"trailing video SECRET");
        assert!(holds_secret(&private));
        assert_eq!(without_metadata(&private).unwrap(), clean, "{options:?}");
    }
}

#[test]
fn a_jpeg_keeps_its_orientation_alone_as_other_programs_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let clean = image(folder.path(), &["-jpeg"]);
    let turned = with_segments(&clean, &[exif(6)]);
    assert!(holds_secret(&turned));
    let out = without_metadata(&turned).unwrap();
    assert!(!holds_secret(&out));
    assert_eq!(out.len(), clean.len() + 36);
    assert_eq!(without_metadata(&out).unwrap(), out);
    let path = folder.path().join("turned.jpg");
    std::fs::write(&path, &out).unwrap();
    let seen = stdout_of(Command::new("file").arg(&path));
    assert!(seen.contains("orientation=upper-right") && seen.contains("direntries=1"), "{seen}");
    // Upright is what no orientation means.
    assert_eq!(without_metadata(&with_segments(&clean, &[exif(1)])).unwrap(), clean);
}

/// The width and height that `file` reads in a JPEG.
fn size_of(path: &Path) -> (u32, u32) {
    let seen = stdout_of(Command::new("file").arg(path));
    let size =
        seen.rsplit(", ").find_map(|part| part.trim().split_once('x')).unwrap_or_else(|| panic!("{seen}"));
    (size.0.parse().unwrap(), size.1.parse().unwrap())
}

#[test]
fn a_turned_photo_leaves_upright_and_a_large_one_smaller_as_other_programs_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    let clean = image(folder.path(), &["-jpeg"]);
    std::fs::write(&path, &clean).unwrap();
    let (width, height) = size_of(&path);
    assert!(width != height && width > 40, "{width}x{height}");
    assert_eq!(ready(&clean, 0).unwrap(), clean, "upright and small enough: not a byte changes");
    assert_eq!(ready(&clean, 20_000).unwrap(), clean);
    let turned = ready(&with_segments(&clean, &[exif(6)]), 0).unwrap();
    std::fs::write(&path, &turned).unwrap();
    assert_eq!(size_of(&path), (height, width));
    assert!(!holds_secret(&turned) && !turned.windows(4).any(|window| window == b"Exif"));
    assert_eq!(ready(&turned, 0).unwrap(), turned, "what was drawn goes through unchanged");
    let small = ready(&clean, 40).unwrap();
    std::fs::write(&path, &small).unwrap();
    let (small_width, small_height) = size_of(&path);
    assert_eq!(small_width.max(small_height), 40);
    assert!(small.len() < clean.len());
}

/// The picture is the same before and after: the decoder of another program sees the same pixels, quality apart.
#[test]
fn a_photo_drawn_anew_shows_the_same_picture() {
    let folder = tempfile::tempdir().unwrap();
    let clean = image(folder.path(), &["-jpeg"]);
    let pixels = |jpeg: &[u8]| -> Vec<u8> {
        zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(jpeg)).decode().unwrap()
    };
    // Turned three times by a quarter and once more: upright again.
    let mut turned = clean.clone();
    for _ in 0..4 {
        turned = ready(&with_segments(&turned, &[exif(6)]), 0).unwrap();
    }
    let (before, after) = (pixels(&clean), pixels(&turned));
    assert_eq!(before.len(), after.len());
    let error: u64 = before.iter().zip(&after).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    let mean = error / u64::try_from(before.len()).unwrap();
    assert!(mean <= 6, "the mean difference is {mean} of 255");
}

#[test]
fn a_png_loses_its_texts_and_keeps_its_colours() {
    let folder = tempfile::tempdir().unwrap();
    let clean = with_chunks(&image(folder.path(), &["-png"]), &[chunk(b"gAMA", &45_455_u32.to_be_bytes())]);
    assert_eq!(without_metadata(&clean).unwrap(), clean);
    let private: Vec<_> =
        [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"caBX"].map(|kind| chunk(kind, b"SECRET")).to_vec();
    let mut private = with_chunks(&clean, &private);
    private.extend_from_slice(b"SECRET");
    assert_eq!(without_metadata(&private).unwrap(), clean);
}

#[test]
fn what_is_no_whole_photo_is_refused() {
    assert_eq!(without_metadata(b""), Err(PhotoError::NotAPhoto));
    assert_eq!(without_metadata(b"%PDF-1.4"), Err(PhotoError::NotAPhoto));
    let folder = tempfile::tempdir().unwrap();
    for options in [["-jpeg"], ["-png"]] {
        let whole = image(folder.path(), &options);
        for end in 0..whole.len() {
            assert!(without_metadata(&whole[..end]).is_err(), "{options:?} cut at {end}");
        }
    }
}

#[test]
fn random_damage_to_real_photos_never_panics_and_what_comes_out_needs_no_more_cleaning() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = with_segments(&image(folder.path(), &["-jpeg"]), &[secrets(), vec![exif(6)]].concat());
    let png = with_chunks(&image(folder.path(), &["-png"]), &[chunk(b"tEXt", b"SECRET")]);
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8);
    proptest!(ProptestConfig::with_cases(2_000), |(damage in damage, which in any::<bool>(), cut in any::<prop::sample::Index>())| {
        let mut bytes = if which { jpeg.clone() } else { png.clone() };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(1 + cut.index(bytes.len() * 4).min(bytes.len() - 1));
        if let Ok(out) = without_metadata(&bytes) {
            prop_assert!(out.len() <= bytes.len() + 36);
            prop_assert!(ready(&bytes, 40).is_ok());
            prop_assert_eq!(without_metadata(&out), Ok(out));
        }
    });
}

proptest! {
    #[test]
    fn random_bytes_never_panic(
        start in prop::sample::select(vec![&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n"]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let refused = without_metadata(&[start, &tail].concat());
        prop_assert!(refused.is_err());
    }
}

#[test]
fn an_archive_that_is_no_zip_is_damaged_for_us_as_for_unzip() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.zip");
    std::fs::write(&path, b"not a zip at all").unwrap();
    assert!(matches!(verify(&path, ENTRY, 1), Err(PackageError::Damaged { .. })));
    assert!(!run(Command::new("unzip").arg("-t").arg(&path)).status.success());
}
