//! Text in fonts of every kind.

use unicode_normalization::UnicodeNormalization as _;

use super::*;

/// A page whose font `/F` is object 100.
fn with_font(content: &str, objects: &[&str]) -> Vec<u8> {
    document(&[("/Resources<</Font<</F 100 0 R>>>>/MediaBox[0 0 600 800]", content)], objects)
}

/// A ToUnicode stream with these lines of bfchar.
fn to_unicode(lines: &str) -> String {
    let count = lines.lines().count();
    stream(
        "",
        &format!(
            "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
             {count} beginbfchar\n{lines}\nendbfchar endcmap"
        ),
    )
}

/// Codes from 1 on for the characters of a text, and the lines of bfchar that say so.
fn coded(text: &str) -> (String, String) {
    let mut codes = String::new();
    let mut lines = Vec::new();
    for (character, code) in text.chars().zip(1_u16..) {
        codes += &format!("{code:04X}");
        let units: String =
            character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{unit:04X}")).collect();
        lines.push(format!("<{code:04X}> <{units}>"));
    }
    (codes, lines.join("\n"))
}

const CID: &str =
    "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[101 0 R]/ToUnicode 102 0 R>>";
const DESCENDANT: &str = "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 500/W[1 2 250 3[300 400]]\
     /FontDescriptor<</Type/FontDescriptor/Ascent 900/Descent -200>>>>";

#[test]
fn vietnamese_in_either_normal_form() {
    let name = "Nguyễn Thị Hằng – Chữ ký số hợp lệ Đ";
    for written in [name.nfc().collect::<String>(), name.nfd().collect::<String>()] {
        let (codes, lines) = coded(&written);
        let map = to_unicode(&lines);
        let bytes = with_font(&format!("BT /F 10 Tf 72 700 Td <{codes}> Tj ET"), &[CID, DESCENDANT, &map]);
        for wanted in [name.nfc().collect::<String>(), name.nfd().collect::<String>()] {
            assert_eq!(every(&bytes, &wanted).len(), 1);
        }
        assert_eq!(every(&bytes, "Chữ ký số").len(), 1);
        assert!(every(&bytes, "Hăng").is_empty() && every(&bytes, "Nguyê").is_empty(), "accents count");
        assert!(every(&bytes, "Chư").is_empty());
    }
}

#[test]
fn composite_fonts_have_their_measures() {
    let (_, lines) = coded("abcde");
    let map = to_unicode(&lines);
    let bytes = with_font("BT /F 10 Tf 72 700 Td <00010002000300040005> Tj ET", &[CID, DESCENDANT, &map]);
    // 1 and 2 are 250 wide, 3 is 300, 4 is 400, all others 500.
    assert_close(only(&bytes, "abcde"), [72.0, 698.0, 89.0, 709.0]);
    assert_close(only(&bytes, "de"), [80.0, 698.0, 89.0, 709.0]);
    let vertical = CID.replace("Identity-H", "Identity-V");
    let bytes = with_font("BT /F 10 Tf 72 700 Td <000100020003> Tj ET", &[&vertical, DESCENDANT, &map]);
    assert_close(only(&bytes, "abc"), [67.0, 670.0, 77.0, 700.0]);
}

#[test]
fn marks_drawn_apart_find_their_letters() {
    let (_, lines) = coded("Hang\u{306}\u{300}");
    let map = to_unicode(&lines);
    let descendant = DESCENDANT.replace("/W[1 2 250 3[300 400]]", "/W[5 6 0]");
    // The letters first; then, over the a, both marks, each without a width, drawn back over it.
    let content = "BT /F 10 Tf 72 700 Td <0001000200030004> Tj 10 1 Td <0005> Tj 0 -1 Td <0006> Tj ET";
    let bytes = with_font(content, &[CID, &descendant, &map]);
    assert_eq!(every(&bytes, "Hằng").len(), 1, "{:?}", texts(&bytes, PageNumber::First, None));
}

#[test]
fn codes_of_one_and_two_bytes() {
    let font = CID.replace("/Encoding/Identity-H", "/Encoding 103 0 R");
    let encoding = stream(
        "/Type/CMap/CMapName/Mixed",
        "begincmap 2 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange\n\
         1 begincidrange <41> <5A> 3 endcidrange 1 begincidchar <8041> 4 endcidchar endcmap",
    );
    let map = stream("", "begincmap beginbfrange <41> <5A> <0041> <8041> <8041> [<1EA5>] endbfrange endcmap");
    let bytes = with_font("BT /F 10 Tf 72 700 Td <41804142> Tj ET", &[&font, DESCENDANT, &map, &encoding]);
    // A is CID 3, U+1EA5 is CID 4, B is CID 4.
    assert_close(only(&bytes, "AấB"), [72.0, 698.0, 83.0, 709.0]);
    let unicode = CID.replace("Identity-H", "UniJIS-UTF16-H").replace("/ToUnicode 102 0 R", "");
    let bytes = with_font("BT /F 10 Tf 72 700 Td <65E5672CD83DDE00> Tj ET", &[&unicode, DESCENDANT]);
    assert_eq!(every(&bytes, "日本😀").len(), 1);
}

#[test]
fn simple_fonts_by_encoding() {
    let font = |entries: &str| format!("<</Type/Font/Subtype/Type1/BaseFont/Times-Roman{entries}>>");
    let vietnamese = font(
        "/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[1/edotbelow/uni1EEF 200/Acircumflexacute/fi]>>",
    );
    let bytes = with_font("BT /F 10 Tf 72 700 Td (l\u{1} ch\u{2} \u{C8}\u{C9} \u{80}) Tj ET", &[&vietnamese]);
    assert_eq!(every(&bytes, "lẹ chữ Ấfi •").len() + every(&bytes, "lẹ chữ Ấfi €").len(), 1);
    let mac = font("/Encoding/MacRomanEncoding");
    assert_eq!(every(&with_font("BT /F 10 Tf (caf\u{8E}) Tj ET", &[&mac]), "café").len(), 1);
    let standard = font("");
    assert_eq!(every(&with_font("BT /F 10 Tf (it's \u{AE}x) Tj ET", &[&standard]), "it’s fix").len(), 1);
    let own = font("/FontDescriptor<</FontFile 101 0 R>>");
    let program = stream(
        "",
        "%!FontType1\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n\
         dup 65 /ecircumflexacute put\ndup 66 /B put\nreadonly def\ncurrentfile eexec xxxx",
    );
    assert_eq!(every(&with_font("BT /F 10 Tf (BAB) Tj ET", &[&own, &program]), "BếB").len(), 1);
}

#[test]
fn simple_fonts_by_to_unicode() {
    let font = "<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 65/Widths[500 102 0 R 700]/ToUnicode 101 0 R\
         /FontDescriptor<</MissingWidth 900/Ascent 800/Descent 300>>>>";
    let map = to_unicode("<41> <1EA4>\n<42> <00660069>\n<0043> <0110>");
    let bytes = with_font("BT /F 10 Tf 72 700 Td (ABCD) Tj ET", &[font, &map, "600"]);
    assert_close(only(&bytes, "ẤfiĐD"), [72.0, 697.0, 99.0, 708.0]);
    assert_close(only(&bytes, "Đ"), [83.0, 697.0, 90.0, 708.0]);
}

#[test]
fn type_3_fonts() {
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 -20 100 80]/FontMatrix[.01 0 0 .01 0 0]/CharProcs<<>>\
         /FirstChar 1/LastChar 3/Widths[60 70 80]/Encoding<</Differences[1/a/ohorn/c]>>>>";
    let bytes = with_font("BT /F 10 Tf 72 700 Td (\u{1}\u{2}\u{3}) Tj ET", &[font]);
    assert_close(only(&bytes, "aơc"), [72.0, 698.0, 93.0, 708.0]);
}

#[test]
fn encrypted_documents() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pdf");
    for (name, password) in [
        ("enc-rc4-40.pdf", "user"),
        ("enc-aes-128.pdf", "user"),
        ("enc-aes-256.pdf", "user"),
        ("enc-aes-256-objstm.pdf", "owner"),
        ("enc-identity-streams.pdf", "user"),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (drawn, _) = texts(&bytes, PageNumber::First, Some(password.as_bytes())).unwrap();
        assert_eq!(drawn, "A small document to be signed.", "{name}");
    }
}
