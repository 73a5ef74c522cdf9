//! That text is drawn as it was asked, whatever the font does with it.

use super::super::text::{Shaper, paragraphs};
use super::super::wrap::lay_out;
use super::*;

const BLOCKS_CFF: &[u8] = include_bytes!("../../../testdata/fonts/KysoBlocks.otf");
const BLOCKS: &[u8] = include_bytes!("../../../testdata/fonts/KysoBlocks.ttf");

fn text(text: &str) -> Appearance {
    Appearance::new().line(Item::Text(text.to_owned()))
}

fn refusal(appearance: &Appearance, size: (f64, f64)) -> AppearanceError {
    let time = time();
    let template = appearance.template().unwrap();
    template.draw(&facts(&time), size, None, &Surroundings::default()).unwrap_err()
}

#[test]
fn all_of_vietnamese_is_drawn_and_read_back_in_nfc() {
    let mut letters = String::new();
    for base in "AĂÂEÊIOÔƠUƯYaăâeêioôơuưy".chars() {
        letters.push(base);
        for mark in ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'] {
            letters.extend([base, mark]);
        }
        letters.push(' ');
    }
    letters.push_str("Đđ – Nguyễn Thị Hằng – Chữ ký số hợp lệ");
    let composed: String = unicode_normalization::UnicodeNormalization::nfc(letters.as_str()).collect();
    assert!(composed.len() < letters.len());
    let size = (300.0, 200.0);
    Judged::new("vietnamese", &pdf(&draw(&text(&letters), size), size)).check(Some(&composed));
}

#[test]
fn ligatures_marks_and_kerning_keep_the_text() {
    // One glyph for two characters, letters with marks of their own, letters moved together.
    let said = "fifififi AVAVA o\u{302}\u{302} A\u{302}\u{323}\u{302} office aA";
    let said: String = unicode_normalization::UnicodeNormalization::nfc(said).collect();
    for (name, bytes) in [("blocks-cff", BLOCKS_CFF), ("blocks", BLOCKS)] {
        let font = Font::from_bytes(bytes, 0).unwrap();
        for align in [Align::Left, Align::Center, Align::Right] {
            let size = (200.0, 40.0);
            let drawing = draw(&text(&said).font(font.clone()).align(align), size);
            Judged::new(&format!("{name}-{align:?}"), &pdf(&drawing, size)).check(Some(&said));
        }
    }
}

#[test]
fn what_a_font_lacks_the_bundled_one_shows() {
    let font = Font::from_bytes(BLOCKS_CFF, 0).unwrap();
    let said = "Signed: “Ж” Ω, tiếng Việt";
    let size = (200.0, 40.0);
    let drawing = draw(&text(said).font(font), size);
    let judged = Judged::new("fallback", &pdf(&drawing, size));
    judged.check(Some(said));
    if let Some(fonts) = judged.run("pdffonts", &[], &[]) {
        assert!(fonts.contains("+KysoBlocks") && fonts.contains("+NotoSans"), "{fonts}");
        assert!(fonts.contains("CID Type 0C"), "{fonts}");
    }
}

#[test]
fn what_no_font_shows_is_named() {
    let error = refusal(&Appearance::new().labelled(Item::Text("ký 日本".into()), "Nơi"), (200.0, 40.0));
    let AppearanceError::MissingGlyph { character, position, .. } = &error else { panic!("{error}") };
    assert_eq!((*character, *position), ('日', 8));
    assert!(error.to_string().contains("U+65E5 '日'"), "{error}");
}

#[test]
fn a_glyph_for_several_characters_says_the_right_one() {
    let font = Font::from_bytes(BLOCKS, 0).unwrap();
    let size = (200.0, 30.0);
    let drawing = draw(&text("DĐÐ xĐ D").font(font), size);
    let judged = Judged::new("shared", &pdf(&drawing, size));
    judged.check(None);
    if let Some(said) = judged.run("pdftotext", &["-enc", "UTF-8"], &["-"]) {
        assert_eq!(said.trim(), "DĐÐ xĐ D");
    }
}

#[test]
fn each_glyph_says_its_part_of_a_letter() {
    let shaper = Shaper::new(vec![Font::from_bytes(BLOCKS, 0).unwrap()]);
    let shaped = shaper.shape("fệi").unwrap();
    let said: Vec<(&str, bool, Vec<&str>)> = shaped
        .clusters
        .iter()
        .map(|cluster| {
            let glyphs = shaped.cluster_glyphs(cluster).iter().map(|glyph| shaped.said(glyph)).collect();
            (shaped.cluster_text(cluster), cluster.plain, glyphs)
        })
        .collect();
    let parts = vec!["e", "\u{323}", "\u{302}"];
    assert_eq!(said, [("f", true, vec!["f"]), ("ệ", false, parts), ("i", true, vec!["i"])]);
    let [_, e, below, above, _] = &shaped.glyphs[..] else { panic!("{:?}", shaped.glyphs) };
    assert_eq!((e.dx, e.dy), (0.0, 0.0));
    assert!(below.dx < 0.0 && below.dy < 0.0 && above.dy > 0.0, "{below:?} {above:?}");
}

#[test]
fn right_to_left_text_is_ordered() {
    let font = Font::from_bytes(BLOCKS, 0).unwrap();
    let shaper = Shaper::new(vec![font.clone()]);
    let shaped = shaper.shape("ab אבג 12").unwrap();
    let visual: Vec<&str> = shaped.clusters.iter().map(|cluster| shaped.cluster_text(cluster)).collect();
    assert_eq!(visual.concat(), "ab 12 גבא");
    let size = (200.0, 30.0);
    let judged = Judged::new("hebrew", &pdf(&draw(&text("ab אבג").font(font), size), size));
    judged.check(None);
    if let Some(said) = judged.run("pdftotext", &["-enc", "UTF-8"], &["-"]) {
        let said: String =
            said.chars().filter(|character| !('\u{202A}'..='\u{202E}').contains(character)).collect();
        // Which of the two words comes first is poppler's guess.
        assert!(matches!(said.trim(), "ab אבג" | "אבג ab"), "{said}");
    }
}

#[test]
fn characters_that_would_reorder_a_name_are_left_out() {
    assert_eq!(paragraphs("A\u{202E}cba\u{202C}\u{7}\u{200B}B"), ["AcbaB"]);
    assert_eq!(paragraphs("a\tb\r\nc\n\nd\u{2028}e"), ["a b", "c", "", "d", "e"]);
}

#[test]
fn lines_without_a_value_are_skipped_and_said() {
    let time = time();
    let known = Facts { reason: None, location: Some(""), email: None, ..facts(&time) };
    let items = [Item::Signer, Item::Reason, Item::Location, Item::Email];
    let appearance = items.into_iter().fold(Appearance::new(), Appearance::line);
    let drawing =
        appearance.template().unwrap().draw(&known, (200.0, 50.0), None, &Surroundings::default()).unwrap();
    assert_eq!(drawing.skipped, [Item::Reason, Item::Location, Item::Email]);
    Judged::new("skipped", &pdf(&drawing, (200.0, 50.0))).check(Some("Signed by: Nguyễn Thị Hằng"));
}

#[test]
fn labels_read_as_they_should() {
    let appearance = Appearance::new()
        .labelled(Item::Signer, "")
        .labelled(Item::Date, "Ngày: ")
        .labelled(Item::Reason, "Lý do")
        .line(Item::Email)
        .date_format("DD-MM-YYYY HH:mm Z");
    let size = (250.0, 80.0);
    let said = "Nguyễn Thị Hằng Ngày: 22-11-2026 09:30 +07:00 Lý do: Đồng ý với nội dung hợp đồng \
                Email: hang.nguyen@example.vn";
    Judged::new("labels", &pdf(&draw(&appearance, size), size)).check(Some(said));
    // Nothing said: signer and date.
    let usual = pdf(&draw(&Appearance::new(), size), size);
    Judged::new("usual", &usual).check(Some("Signed by: Nguyễn Thị Hằng Sign date: 22/11/2026"));
}

#[test]
fn words_are_split_only_where_they_must() {
    let shaper = Shaper::new(vec![Font::bundled().unwrap()]);
    let lines = |text: &str, width: f64, height: f64, size: FontSize| {
        let shaped = shaper.shape(text).unwrap();
        let block = lay_out(&shaper, &[shaped], [0.0, 0.0, width, height], size, Align::Left)?;
        let lines: Vec<String> = block.lines.iter().map(|(line, _)| line.text.clone()).collect();
        Ok::<_, AppearanceError>((block.size, lines))
    };
    let (_, wrapped) = lines("Đồng ý với nội dung", 40.0, 60.0, FontSize::Points(10.0)).unwrap();
    assert_eq!(wrapped, ["Đồng ý", "với nội", "dung"]);
    let (_, split) = lines("aaaaaaaaaaaaaaaaaaaa", 30.0, 60.0, FontSize::Points(10.0)).unwrap();
    assert!(split.len() == 4 && split.iter().all(|line| line.len() <= 5), "{split:?}");
    // A word that fits on a line of its own is smaller rather than split.
    let (size, whole) = lines("nguyen@example.vn", 70.0, 60.0, FontSize::Fit).unwrap();
    assert!(whole.len() == 1 && size >= 7.0, "{size} {whole:?}");
    let (size, large) = lines("Hà Nội", 500.0, 500.0, FontSize::Fit).unwrap();
    assert!((size - 14.0).abs() < 1e-9 && large == ["Hà Nội"]);
    let refused = lines("Đồng ý với nội dung", 20.0, 5.0, FontSize::Fit).unwrap_err();
    assert!(
        matches!(refused, AppearanceError::DoesNotFit { needed_height, height: 5.0, .. } if needed_height > 5.0)
    );
    assert!(lines("Đồng ý", 50.0, 8.0, FontSize::Points(10.0)).is_err());
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let appearance = vietnamese().image(image(SEAL)).qr("x").visual_status(true);
    let size = (220.0, 70.0);
    let warm = appearance.template().unwrap();
    let time = time();
    let draw_on = |template: &AppearanceTemplate, signer: &str| {
        let known = Facts { signer, ..facts(&time) };
        pdf(
            &template
                .draw(&known, size, Some([0.0, 1.0, -1.0, 0.0, 70.0, 0.125]), &Surroundings::default())
                .unwrap(),
            size,
        )
    };
    let first = draw_on(&warm, "Nguyễn Thị Hằng");
    // What the template remembers of other signatures makes no difference.
    for count in 0..60 {
        draw_on(&warm, &format!("Người ký số {count}"));
    }
    assert!(first == draw_on(&warm, "Nguyễn Thị Hằng"));
    assert!(first == draw_on(&appearance.template().unwrap(), "Nguyễn Thị Hằng"));
    let matrix = b"/Matrix[0 1 -1 0 70 0.125]";
    assert_eq!(memchr::memmem::find_iter(&first, matrix).count(), 1);
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    use AppearanceError::{BadLength, DateFormat, Incomplete, NoRoom, TooMuchText};
    let size = (200.0, 50.0);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 20_000.0] {
        assert!(matches!(refusal(&Appearance::new(), (bad, 50.0)), BadLength { .. }), "{bad}");
        let sized = Appearance::new().font_size(FontSize::Points(bad)).template();
        assert!(matches!(sized, Err(BadLength { .. })), "{bad}");
    }
    assert!(matches!(refusal(&Appearance::new().margin(30.0), size), NoRoom { .. }));
    assert!(matches!(refusal(&text(&"x".repeat(5000)), size), TooMuchText { limit: 4096, .. }));
    let layout = Appearance::new().layout(Layout::TextLeft).template();
    assert!(matches!(layout, Err(Incomplete { layout: "text left", .. })));
    assert!(matches!(Appearance::new().date_format("today").template(), Err(DateFormat(_))));
}

#[test]
fn fonts_that_may_not_be_embedded_are_refused() {
    let restricted = include_bytes!("../../../testdata/fonts/KysoRestricted.ttf");
    let error = Font::from_bytes(restricted.as_slice(), 0).unwrap_err();
    assert_eq!(error, FontError::Forbidden { bits: 2, what: "embedding" });
    assert!(matches!(Font::from_bytes(b"%PDF".as_slice(), 0), Err(FontError::Malformed { .. })));
    assert!(matches!(Font::from_bytes(BLOCKS, 1), Err(FontError::NoSuchFont { index: 1 })));
}

#[test]
fn a_font_of_a_collection_is_used_by_its_index() {
    // Two entries for the same font, whose tables move behind the header.
    const HEADER: u32 = 20;
    let mut bytes = b"ttcf\0\x01\0\0".to_vec();
    bytes.extend([2, HEADER, HEADER].into_iter().flat_map(u32::to_be_bytes));
    bytes.extend(BLOCKS);
    let tables = u16::from_be_bytes([BLOCKS[4], BLOCKS[5]]);
    for table in 0..usize::from(tables) {
        let at = HEADER as usize + 12 + 16 * table + 8;
        let offset = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) + HEADER;
        bytes[at..at + 4].copy_from_slice(&offset.to_be_bytes());
    }
    assert!(matches!(Font::from_bytes(bytes.as_slice(), 2), Err(FontError::NoSuchFont { index: 2 })));
    let font = Font::from_bytes(bytes, 1).unwrap();
    let size = (100.0, 30.0);
    Judged::new("collection", &pdf(&draw(&text("Office fi").font(font), size), size))
        .check(Some("Office fi"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]

    #[test]
    fn text_stays_in_its_area(
        words in "[a-zA-ZĂăẾếỆệỢợĐđ@.,/ -]{0,120}",
        width in 5.0..400.0f64, height in 3.0..200.0f64, fit: bool, points in 1.0..30.0f64,
    ) {
        thread_local! { static SHAPER: Shaper = Shaper::new(vec![Font::bundled().unwrap()]); }
        let size = if fit { FontSize::Fit } else { FontSize::Points(points) };
        SHAPER.with(|shaper| {
            let shaped: Vec<_> = paragraphs(&words).iter().map(|text| shaper.shape(text).unwrap()).collect();
            let Ok(block) = lay_out(shaper, &shaped, [10.0, 20.0, width, height], size, Align::Right) else { return };
            for (line, [x, y]) in &block.lines {
                assert!(*x >= 10.0 - 1e-6 && x + line.width * block.size <= 10.0 + width + 1e-4);
                assert!(y + line.rise * block.size <= 20.0 + height + 1e-4, "{y} {}", block.size);
                assert!(y - line.drop * block.size >= 20.0 - 1e-4, "{y} {}", block.size);
            }
            let drawn: String = block.lines.iter().flat_map(|(line, _)| line.text.chars()).collect();
            let letters = |text: &str| text.chars().filter(|one| !one.is_whitespace()).collect::<String>();
            assert_eq!(letters(&drawn), letters(&paragraphs(&words).concat()));
        });
    }
}
