//! Text however it is drawn.

use super::*;

const PLAIN: Rect = [72.0, 697.93, 145.36, 707.18];

#[test]
fn a_text_split_over_operators_is_found() {
    // "Sign here:" in 10 points, in one piece and in many.
    let ways = [
        "BT /F 10 Tf 72 700 Td (Contract) Tj ET",
        "BT /F 10 Tf 72 700 Td (Con) Tj (tra) Tj (ct) Tj ET",
        "BT /F 10 Tf 72 700 Td [(Con) 20 (tr) -10 (a) (ct)] TJ ET",
        "BT /F 10 Tf 1 0 0 1 72 700 Tm <436F6E> Tj <7472616374> Tj ET",
        "BT /F 10 Tf 10 TL 72 710 Td (Con) ' (tract) Tj ET",
        "BT /F 10 Tf 10 TL 72 710 Td 0 0 (Contract) \" ET",
        "q 1 0 0 1 72 700 cm BT /F 10 Tf (Con) Tj ET Q BT /F 10 Tf 90.34 700 Td (tract) Tj ET",
        "BT /F 1 Tf 10 0 0 10 72 700 Tm (Contract) Tj ET",
        "BT /F 10 Tf 3 Tr 72 700 Td (Contract) Tj ET",
        "q .5 0 0 .5 0 0 cm BT /F 20 Tf 144 1400 Td (Contract) Tj ET Q",
        "/Span <</MCID 0>> BDC BT /F 10 Tf 72 700 Td (Con) Tj EMC /P BMC (tract) Tj ET EMC",
    ];
    for way in ways {
        let [x0, y0, x1, y1] = only(&page_of(way), "Contract");
        assert!((x0 - 72.0).abs() < 0.01 && (x1 - 109.79).abs() < 0.35, "{way}: {x0} {x1}");
        assert!((y0 - 697.93).abs() < 0.01 && (y1 - 707.18).abs() < 0.01, "{way}: {y0} {y1}");
    }
}

#[test]
fn spaces_are_glyphs_or_gaps() {
    let ways = [
        "BT /F 10 Tf 72 700 Td (Sign  here, please) Tj ET",
        "BT /F 10 Tf 72 700 Td [(Sign) -300 (here,) -250 (please)] TJ ET",
        "BT /F 10 Tf 72 700 Td (Sign) Tj 24 0 Td (here,) Tj 28 0 Td (please) Tj ET",
        "BT /F 10 Tf 72 700 Td (Sign) Tj 0 -12 Td (here, please) Tj ET",
        "BT /F 10 Tf 4 Tc 72 700 Td (Sign here, please) Tj ET",
        "BT /F 10 Tf 72 700 Td (Sign\u{A0}here, \u{A0}please) Tj ET",
    ];
    for way in ways {
        assert_eq!(every(&page_of(way), " Sign here,\n please ").len(), 1, "{way}");
        let broken = way.contains("-12");
        assert_eq!(every(&page_of(way), "Signhere").is_empty(), broken, "not over lines: {way}");
        assert!(every(&page_of(way), "sign here").is_empty(), "case counts: {way}");
    }
    let kerned = "BT /F 10 Tf 72 700 Td [(A) 120 (V) 80 (A) -80 (TAR)] TJ ET";
    assert_eq!(every(&page_of(kerned), "AVATAR").len(), 1);
    assert!(every(&page_of(kerned), "AVA TAR").len() == 1, "only when white space is left out");
}

#[test]
fn white_space_is_left_out_only_as_a_last_resort() {
    let loose = "BT /F 10 Tf 72 700 Td (S i g n h e r e) Tj 0 -50 Td (other) Tj ET";
    let exact = "BT /F 10 Tf 72 500 Td (Sign here) Tj ET";
    let both = document(&[(HELVETICA, loose), (HELVETICA, exact)], &[]);
    let found = every(&both, "Sign here");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, 1, "the exact one, though it is on a later page");
    assert_eq!(every(&page_of(loose), "Sign here").len(), 1);
    // Letters that are far from each other are no text.
    assert!(every(&page_of("BT /F 10 Tf 72 700 Td (Si) Tj 300 0 Td (gn) Tj ET"), "Sign").is_empty());
}

#[test]
fn text_is_found_as_it_is_read() {
    // Words drawn from right to left, letters of two lines in turns.
    let words = "BT /F 10 Tf 150 700 Td (please) Tj -50 0 Td (here,) Tj -28 0 Td (Sign) Tj ET";
    assert_eq!(every(&page_of(words), "Sign here, please").len(), 1);
    let turns = "BT /F 10 Tf 1 0 0 1 72 700 Tm (A) Tj 1 0 0 1 72 600 Tm (X) Tj 1 0 0 1 78.7 700 Tm (B) Tj \
                 1 0 0 1 78.7 600 Tm (Y) Tj 1 0 0 1 85.4 700 Tm (C) Tj 1 0 0 1 85.4 600 Tm (Z) Tj ET";
    assert_eq!(every(&page_of(turns), "ABC").len(), 1);
    assert_eq!(every(&page_of(turns), "XYZ").len(), 1);
    let woven = "BT /F 10 Tf 72 700 Td (S) Tj 12.3 0 Td (g) Tj 5.6 0 Td (n) Tj -11.2 0 Td (i) Tj ET";
    assert_eq!(every(&page_of(woven), "Sign").len(), 1);
    // Columns: read line by line and as drawn.
    let columns = "BT /F 10 Tf 12 TL 72 700 Td (left one) Tj T* (left two) Tj 200 12 Td (right one) Tj T* \
                   (right two) Tj ET";
    assert_eq!(every(&page_of(columns), "left one left two").len(), 1);
    assert_eq!(every(&page_of(columns), "left one right one").len(), 1);
    assert_eq!(every(&page_of(columns), "two").len(), 2);
}

#[test]
fn a_shadow_is_no_second_text() {
    let bold = "BT /F 10 Tf 72 700 Td (Sign) Tj .3 0 Td (Sign) Tj ET";
    assert_eq!(every(&page_of(bold), "Sign").len(), 1);
    let letters = "BT /F 10 Tf 1 0 0 1 72 700 Tm (S) Tj 1 0 0 1 72.3 700 Tm (S) Tj 1 0 0 1 78.9 700 Tm (o) Tj \
                   1 0 0 1 79.2 700 Tm (o) Tj ET";
    assert_eq!(every(&page_of(letters), "So").len(), 1);
    assert_eq!(every(&page_of("BT /F 10 Tf 72 700 Td (balloon) Tj ET"), "balloon").len(), 1);
}

#[test]
fn accents_drawn_by_themselves_are_letters() {
    // As TeX does it: the accent, then back, then the letter; and the other way round.
    let before = "BT /F 10 Tf 72 700 Td (r) Tj (\u{B4}) Tj [322 (e) -50 (sum) ] TJ ET";
    assert_eq!(
        every(&page_of(before), "résum").len(),
        1,
        "{:?}",
        texts(&page_of(before), PageNumber::First, None)
    );
    let after = "BT /F 10 Tf 72 700 Td [(re) 450 (\u{B4}) 117 (sum)] TJ ET";
    assert_eq!(
        every(&page_of(after), "re\u{301}sum").len(),
        1,
        "{:?}",
        texts(&page_of(after), PageNumber::First, None)
    );
    // An accent beside a letter is a character.
    let beside = "BT /F 10 Tf 72 700 Td (re\u{B4}sum ^a) Tj ET";
    assert_eq!(every(&page_of(beside), "re\u{B4}sum ^a").len(), 1);
    assert!(every(&page_of(beside), "résum").is_empty());
}

#[test]
fn actual_text_takes_the_place_of_glyphs() {
    let content = "BT /F 10 Tf 72 700 Td (a) Tj /Span <</ActualText(\u{FE}\u{FF}\u{1E}\u{CB}\0n)>> BDC (xy) Tj \
                   EMC (z) Tj ET";
    // U+1ECB, U+006E.
    assert_eq!(every(&page_of(content), "aịnz").len(), 1);
    assert!(every(&page_of(content), "xy").is_empty());
    let named = "BT /F 10 Tf 72 700 Td (co-) Tj /Span /P BDC (-) Tj EMC (op) Tj ET";
    let resources = HELVETICA.replace("/Resources<<", "/Resources<</Properties<</P 100 0 R>>");
    let bytes = document(&[(&resources, named)], &["<</ActualText()>>"]);
    assert_eq!(every(&bytes, "co-op").len(), 1);
}

#[test]
fn forms_are_part_of_the_page() {
    let resources = HELVETICA.replace("/Resources<<", "/Resources<</XObject<</X 100 0 R/Y 102 0 R>>");
    let form = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Matrix[2 0 0 2 0 0]/Resources 101 0 R",
        "BT /G 5 Tf 0 0 Td (inside) Tj ET /Self Do",
    );
    let of_page = stream("/Subtype/Form/BBox[0 0 99 99]", "BT /F 10 Tf (page font) Tj ET");
    let objects = [
        form.as_str(),
        "<</Font<</G<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</Self 100 0 R>>>>",
        of_page.as_str(),
    ];
    let bytes = document(&[(&resources, "q 1 0 0 1 50 60 cm /X Do Q /Y Do /None Do")], &objects);
    let [x0, y0, _, y1] = only(&bytes, "inside");
    assert!((x0 - 50.0).abs() < 0.01 && y0 < 60.0 && (y1 - 67.18).abs() < 0.01, "the form's matrix counts");
    assert_close(only(&bytes, "page"), [0.0, -2.07, 22.24, 7.18]);
}

#[test]
fn inline_images_and_damage_hide_nothing() {
    let image = "q BI /W 2 /H 2 /BPC 8 /CS /G ID (\\\\( EI Q BT /F 10 Tf 72 700 Td (behind) Tj ET";
    assert_eq!(every(&page_of(image), "behind").len(), 1);
    let damage = "BT /F 10 Tf 72 700 Td ) ] >> <zz> <</A<</B 1>>>> 1 2 3 4 5 } (seen) Tj ET";
    assert_eq!(every(&page_of(damage), "seen").len(), 1);
    let unbalanced = "Q Q ET EMC BT /F 10 Tf 72 700 Td (seen) Tj";
    assert_eq!(every(&page_of(unbalanced), "seen").len(), 1);
}

#[test]
fn several_content_streams_are_one() {
    let bytes = document(
        &[(&HELVETICA.replace("/MediaBox", "/Contents[100 0 R 102 0 R 999 0 R 101 0 R]/MediaBox"), "")],
        &[
            &stream("", "BT /F 10 Tf 72 700 Td (Con)"),
            &stream("", "Tj (ract) Tj ET"),
            &stream("/Filter/ASCIIHexDecode", "546A20287429>"),
        ],
    );
    let bytes = String::from_utf8(bytes).unwrap().replacen("/Contents 11 0 R", "", 1).into_bytes();
    // "Con" Tj "t" — then "Tj" of the last stream shows what the one before left.
    assert_eq!(every(&bytes, "Contract").len(), 1);
}

#[test]
fn upright_and_rotated_text_have_their_rectangles() {
    let plain = page_of("BT /F 10 Tf 72 700 Td (Sign here, please) Tj ET");
    let [x0, y0, x1, y1] = only(&plain, "Sign here, please");
    assert_close([x0, y0, x1, y1], [PLAIN[0], PLAIN[1], x1, PLAIN[3]]);
    let up = page_of("BT /F 10 Tf 0 1 -1 0 300 100 Tm (Sign) Tj ET");
    assert_close(only(&up, "Sign"), [292.82, 100.0, 302.07, 120.01]);
    let upside_down = page_of("q 1 0 0 -1 0 800 cm BT /F 10 Tf 1 0 0 -1 72 100 Tm (Sign) Tj ET Q");
    assert_close(only(&upside_down, "Sign"), [72.0, 697.93, 92.01, 707.18]);
    let negative = page_of("BT /F -10 Tf -1 0 0 -1 72 700 Tm (Sign) Tj ET");
    assert_close(only(&negative, "Sign"), [72.0, 697.93, 92.01, 707.18]);
    let raised = page_of("BT /F 10 Tf 50 Tz 5 Ts 72 695 Td (Sign) Tj ET");
    assert_close(only(&raised, "Sign"), [72.0, 697.93, 82.0, 707.18]);
}
