use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> Result<Plain<'_>, XmlError> {
    Plain::read(bytes, Doctype::Allowed(&Entities::new()), &Limits::default())
}

/// The text of `document`, read with the usual limits and no external entities.
fn text(document: &str) -> String {
    let plain = read(document.as_bytes()).unwrap_or_else(|error| panic!("{document}: {error}"));
    String::from_utf8(plain.text().to_vec()).unwrap()
}

fn error(document: &str) -> XmlError {
    match read(document.as_bytes()) {
        Ok(plain) => panic!("{document} was read as {}", plain.text),
        Err(error) => error,
    }
}

/// The text of the root element `r` with this subset and this body.
fn expand(subset: &str, body: &str) -> String {
    text(&format!("<!DOCTYPE r [{subset}]>{body}"))
}

/// What is said of the root element `r` with this subset and this body.
fn refuse(subset: &str, body: &str) -> String {
    error(&format!("<!DOCTYPE r [{subset}]>{body}")).kind().to_string()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = if big { u16::to_be_bytes } else { u16::to_le_bytes };
    text.encode_utf16().flat_map(bytes).collect()
}

fn sniffed(head: &[u8]) -> Result<(Encoding, usize), String> {
    sniff(head).map(|found| (found.encoding, found.bom)).map_err(|error| match error.kind() {
        XmlErrorKind::Encoding { name } => name.clone(),
        other => other.to_string(),
    })
}

#[test]
fn encodings_are_found() {
    let declared = |name: &str| format!("<?xml version='1.0' encoding='{name}' ?><r/>");
    for (head, expected) in [
        (b"<r/>".to_vec(), (Encoding::Utf8, 0)),
        (b"".to_vec(), (Encoding::Utf8, 0)),
        (b"\xEF\xBB\xBF<r/>".to_vec(), (Encoding::Utf8, 3)),
        (b"<?xml version=\"1.0\"?><r/>".to_vec(), (Encoding::Utf8, 0)),
        (declared("utf-8").into_bytes(), (Encoding::Utf8, 0)),
        (declared("us-ascii").into_bytes(), (Encoding::Ascii, 0)),
        (declared("ISO-8859-1").into_bytes(), (Encoding::Latin1, 0)),
        (declared("Latin1").into_bytes(), (Encoding::Latin1, 0)),
        (utf16("\u{FEFF}<r/>", false), (Encoding::Utf16Le, 2)),
        (utf16("\u{FEFF}<r/>", true), (Encoding::Utf16Be, 2)),
        (utf16("\u{FEFF}<ký/>", true), (Encoding::Utf16Be, 2)),
        (utf16(&declared("UTF-16"), false), (Encoding::Utf16Le, 0)),
        (utf16(&declared("utf-16be"), true), (Encoding::Utf16Be, 0)),
    ] {
        assert_eq!(sniffed(&head), Ok(expected), "{}", String::from_utf8_lossy(&head));
    }
}

#[test]
fn other_encodings_are_refused_by_name() {
    let declared = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?><r/>");
    for (head, name) in [
        (declared("windows-1252").into_bytes(), "windows-1252"),
        (declared("UTF-16").into_bytes(), "UTF-16"),
        (declared("UTF-7").into_bytes(), "UTF-7"),
        (format!("\u{FEFF}{}", declared("ISO-8859-1")).into_bytes(), "ISO-8859-1"),
        (utf16(&format!("\u{FEFF}{}", declared("UTF-8")), false), "UTF-8"),
        (utf16(&declared("UTF-16LE"), true), "UTF-16LE"),
        (b"\xFF\xFE\0\0<\0\0\0".to_vec(), "UTF-32"),
        (b"\0\0\0<".to_vec(), "UTF-32"),
        (b"\x4C\x6F\xA7\x94".to_vec(), "EBCDIC"),
    ] {
        assert_eq!(sniffed(&head), Err(name.to_owned()));
    }
    assert_eq!(sniffed(b"<?xml version='1.0' encoding='UTF-8'"), Err("?> expected".into()));
}

#[test]
fn declarations_are_read_strictly() {
    for wrong in [
        "<?xml encoding='UTF-8'?><r/>",
        "<?xml version='2.0'?><r/>",
        "<?xml version='1.0'encoding='UTF-8'?><r/>",
        "<?xml version='1.0' standalone='maybe'?><r/>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?><r/>",
        "<?xml version='1.0' encoding='UTF 8'?><r/>",
        "<?xml version='1.0\"?><r/>",
        "<?xml version='1.0'?><?xml version='1.0'?><r/>",
        " <?xml version='1.0'?><r/>",
        "<!DOCTYPE r []><?xml version='1.0'?><r/>",
        "\u{FEFF}\u{FEFF}<r/>",
        "<!DOCTYPE r []>\u{FEFF}<r/>",
    ] {
        error(wrong);
    }
    assert_eq!(text("<?xml  version = '1.0'\tstandalone\n=\"no\" ?>\n<r/>"), "\n<r/>");
}

#[test]
fn a_plain_document_stays_where_it_is() {
    let document = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<r>ký số</r>";
    let plain = read(document.as_bytes()).unwrap();
    assert!(matches!(plain.text, Cow::Borrowed("\r\n<r>ký số</r>")));
    let start = (document.len() - plain.text.len()) as u64;
    assert_eq!(plain.original_offset(0), Some(start));
    assert_eq!(plain.original_offset(5), Some(start + 5));
    assert_eq!(plain.original_offset(plain.text.len() as u64), Some(document.len() as u64));
    assert_eq!(plain.original_offset(plain.text.len() as u64 + 1), None);
    assert_eq!(plain.encoding().encode("ký"), "ký".as_bytes());
}

#[test]
fn other_encodings_are_decoded() {
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r>\xE9\x85!</r>";
    let plain = read(latin).unwrap();
    assert_eq!(plain.text, "<r>é\u{85}!</r>");
    assert_eq!(plain.original_offset("<r>é\u{85}".len() as u64), Some(latin.len() as u64 - 5));
    assert_eq!(plain.original_offset(4), None, "inside a character");
    assert_eq!(plain.encoding().encode("éký<"), b"\xE9k\xFD<");
    assert_eq!(plain.encoding().encode("số"), b"s&#x1ED1;");

    for big in [false, true] {
        let document = utf16("\u{FEFF}<?xml version='1.0'?><r>số\u{1F58B}</r>", big);
        let plain = read(&document).unwrap();
        assert_eq!(plain.text, "<r>số\u{1F58B}</r>");
        assert_eq!(plain.original_offset("<r>số\u{1F58B}".len() as u64), Some(document.len() as u64 - 8));
        assert_eq!(plain.encoding().encode("ố\u{1F58B}"), utf16("ố\u{1F58B}", big));
    }

    let ascii = b"<?xml version='1.0' encoding='US-ASCII'?><r>&#233;</r>";
    let plain = read(ascii).unwrap();
    assert_eq!((plain.text(), plain.encoding()), (&b"<r>&#233;</r>"[..], Encoding::Ascii));
    assert_eq!(plain.encoding().encode("é~"), b"&#xE9;~");
}

#[test]
fn bytes_that_are_not_in_the_encoding() {
    let at = |bytes: &[u8]| {
        let error = read(bytes).err().unwrap();
        assert!(matches!(error.kind(), XmlErrorKind::Character), "{error}");
        error.offset()
    };
    assert_eq!(at(b"\xEF\xBB\xBF<r>\xE9</r>"), 6);
    assert_eq!(at(b"<?xml version='1.0' encoding='ASCII'?><r>\xE9</r>"), 41);
    let mut unpaired = utf16("\u{FEFF}<r>ố", false);
    unpaired.extend_from_slice(&[0, 0xD8, b'<', 0]);
    assert_eq!(at(&unpaired), 10);
    let mut odd = utf16("\u{FEFF}<r/>", false);
    odd.push(b' ');
    assert_eq!(at(&odd), 10);
}

#[test]
fn doctype_is_refused_unless_allowed() {
    let document = b"\xEF\xBB\xBF<?xml version='1.0'?><!-- a --><!DOCTYPE r><r/>";
    let error = Plain::read(document, Doctype::Refused, &Limits::default()).err().unwrap();
    assert!(matches!(error.kind(), XmlErrorKind::Doctype));
    assert_eq!(error.offset(), 34);
    let plain = read(document).unwrap();
    assert_eq!(plain.text, "<!-- a --><r/>");
    assert_eq!(plain.original_offset(0), Some(24));
    assert_eq!(plain.original_offset(10), Some(46));
    assert!(Plain::read(b"<r><!DOCTYPE r></r>", Doctype::Refused, &Limits::default()).is_ok());
}

#[test]
fn the_internal_subset_is_read_strictly() {
    let passes = "<!-- ] > %x; --><?pi ]>?>\n<!ELEMENT r (#PCDATA|a)*><!ELEMENT a ((b,c?)|(d|e)+)*>\
        <!ELEMENT b EMPTY><!ELEMENT c ANY><!ELEMENT d (#PCDATA)><!NOTATION n PUBLIC \"-//x//y\">\
        <!NOTATION m SYSTEM 'x'><!ATTLIST r a NOTATION (n | m) #IMPLIED b (x|1y) 'x' c IDREFS #REQUIRED>";
    assert_eq!(expand(passes, "<r/>"), "<r b=\"x\"/>");
    for wrong in [
        "<!ELEMENT r>",
        "<!ELEMENT r (a,b|c)>",
        "<!ELEMENT r (a>",
        "<!ELEMENT r (#PCDATA|a)>",
        "<!ELEMENT r ()>",
        "<!ATTLIST r a>",
        "<!ATTLIST r a CDATA>",
        "<!ATTLIST r a CDATA#IMPLIED>",
        "<!ATTLIST r a (x|) #IMPLIED>",
        "<!ATTLIST r a CDATA '<'>",
        "<!ATTLIST r a CDATA #FIXED>",
        "<!ENTITY e>",
        "<!ENTITY e 'a'x>",
        "<!ENTITY e 'a & b'>",
        "<!ENTITY e '%p;'>",
        "<!ENTITY e '&#0;'>",
        "<!ENTITY e '&#xFFFE;'>",
        "<!ENTITY e '&#+65;'>",
        "<!ENTITY a:e 'x'>",
        "<!ENTITY % p SYSTEM 'p' NDATA n>",
        "<!ENTITY lt '<'>",
        "<!ENTITY amp 'and'>",
        "<!NOTATION n>",
        "<!NOTATION n PUBLIC '<'>",
        "<![INCLUDE[]]>",
        "<!ENTITY % p 'x'> %p;",
        "<!ENTITY % p '<!ELEMENT r '> %p; EMPTY>",
        "<!ELEMENT r EMPTY> text",
        "<!-- a -- b -->",
        "<?xml version='1.0'?>",
        "<!ELEMENT r EMPTY>\u{1}",
        "<!ENTITY",
    ] {
        let said = refuse(wrong, "<r/>");
        assert!(!said.contains("undeclared"), "{wrong}: {said}");
    }
    for wrong in [
        "<!DOCTYPE r",
        "<!DOCTYPE>",
        "<!DOCTYPE r [",
        "<!DOCTYPE r SYSTEM><r/>",
        "<!DOCTYPE r PUBLIC 'a'><r/>",
    ] {
        error(wrong);
    }
    let agreeing =
        "<!ENTITY lt '&#38;#60;'><!ENTITY amp '&#38;#38;'><!ENTITY gt '&#62;'><!ENTITY quot '&#34;'>";
    assert_eq!(expand(agreeing, "<r>&lt;&gt;</r>"), "<r>&lt;&gt;</r>");
}

#[test]
fn entities_are_replaced_in_content() {
    let subset = "<!ENTITY a 'x'><!ENTITY b '&a;<b>&a;</b>'><!ENTITY a 'not this one'>";
    assert_eq!(expand(subset, "<r>&b;!</r>"), "<r>x<b>x</b>!</r>");
    assert_eq!(expand("<!ENTITY e ''>", "<r>a&e;b</r>"), "<r>ab</r>");
    let markup = "<!ENTITY m '<?p &a; ?><!-- &a; --><![CDATA[&a;<]]>'>";
    assert_eq!(expand(markup, "<r>&m;</r>"), "<r><?p &a; ?><!-- &a; --><![CDATA[&a;<]]></r>");
    // In the document itself, comments and the like are left alone too.
    let body = "<r><!-- &a; --><?p &a;?><![CDATA[&a;]]></r><!-- &a; --><?p &a; ?>\n";
    assert_eq!(expand("", body), body);
}

#[test]
fn character_references_in_literals_are_resolved_when_declared() {
    assert_eq!(expand("<!ENTITY e '&#60;b/>'>", "<r>&e;</r>"), "<r><b/></r>");
    assert_eq!(expand("<!ENTITY e '&#38;#60;b/>'>", "<r>&e;</r>"), "<r>&#60;b/></r>");
    assert_eq!(expand("<!ENTITY e '&lt;'>", "<r>&e;</r>"), "<r>&lt;</r>");
    // XML 1.0, appendix D.
    let paragraph =
        "<!ENTITY example \"<p>An ampersand (&#38;#38;) may be escaped\nnumerically (&#38;#38;#38;).</p>\" >";
    assert_eq!(
        expand(paragraph, "<r>&example;</r>"),
        "<r><p>An ampersand (&#38;) may be escaped\nnumerically (&#38;#38;).</p></r>"
    );
    let tricky = "<!ENTITY % xx '&#37;zz;'>\n<!ENTITY % zz '&#60;!ENTITY tricky \"error-prone\" >' >\n%xx;";
    assert_eq!(expand(tricky, "<r>&tricky;</r>"), "<r>error-prone</r>");
}

#[test]
fn line_ends_in_entities() {
    assert_eq!(expand("<!ENTITY e 'a\r\nb\rc'>", "<r>&e;</r>"), "<r>a\nb\nc</r>");
    assert_eq!(expand("<!ENTITY e 'a&#13;&#10;b'>", "<r>&e;</r>"), "<r>a&#xD;\nb</r>");
    assert_eq!(expand("<!ENTITY e '&#10;'>", "<r>\r&e;</r>"), "<r>\r&#xA;</r>");
    assert_eq!(expand("<!ENTITY e ''>", "<r>\r&e;\n</r>"), "<r>\r&#xA;</r>");
    let section = "<!ENTITY e '<![CDATA[a&#13;b]]>'>";
    assert_eq!(expand(section, "<r>&e;</r>"), "<r><![CDATA[a]]>&#xD;<![CDATA[b]]></r>");
    assert!(refuse("<!ENTITY e '<!--&#13;-->'>", "<r>&e;</r>").contains("carriage return"));
    // Nothing else is touched in the document's own text.
    assert_eq!(expand("", "\r\n<r a='\r\n'>\r\n</r>"), "\r\n<r a='\r\n'>\r\n</r>");
}

#[test]
fn no_text_becomes_markup_where_entities_meet() {
    assert_eq!(expand("<!ENTITY e '>'>", "<r>]]&e;</r>"), "<r>]]&gt;</r>");
    assert_eq!(expand("<!ENTITY e ']'>", "<r>]&e;></r>"), "<r>]]&gt;</r>");
    assert_eq!(expand("<!ENTITY e ']>'>", "<r>]&e;</r>"), "<r>]]&gt;</r>");
    assert_eq!(expand("<!ENTITY e ']]'>", "<r>&e;>></r>"), "<r>]]&gt;></r>");
    assert_eq!(expand("<!ENTITY e ']'>", "<r>&e;]</r>"), "<r>]]</r>");
    // What stood in one text is left to the reader behind, which refuses it.
    assert_eq!(expand("", "<r>]]></r>"), "<r>]]></r>");
}

#[test]
fn entities_hold_whole_elements() {
    for subset in
        ["<!ENTITY e '<b>'>", "<!ENTITY e '</r>'>", "<!ENTITY e '<b></b></r><r>'>", "<!ENTITY e '</r><r>'>"]
    {
        let said = refuse(subset, "<r>&e;</r>");
        assert!(said.contains("an element that begins"), "{said}");
    }
    for (subset, missing) in [
        ("<!ENTITY e '<b'>", ">"),
        ("<!ENTITY e '<b a=\"'>", "quoted"),
        ("<!ENTITY e '<!-- '>", "-->"),
        ("<!ENTITY e '<![CDATA['>", "]]>"),
        ("<!ENTITY e '<?p'>", "?>"),
        ("<!ENTITY e '<b></b'>", ">"),
        ("<!ENTITY e '&#38;a'>", ";"),
    ] {
        let said = refuse(subset, "<r>&e;a;</r>");
        assert!(said.contains(missing), "{subset}: {said}");
    }
    assert!(refuse("<!ENTITY e ' '>", "<r/>&e;").contains("outside the root"));
    assert!(refuse("<!ENTITY e '<r/>'>", "&e;").contains("outside the root"));
    assert!(refuse("", "<r/><!DOCTYPE r>").contains("outside the DOCTYPE"));
}

#[test]
fn entities_in_attribute_values() {
    let expanded = |subset: &str, value: &str| expand(subset, &format!("<r a={value} b='&lt;'/>"));
    assert_eq!(expanded("<!ENTITY e 'x'>", "'-&e;-'"), "<r a=\"-x-\" b='&lt;'/>");
    assert_eq!(expanded("<!ENTITY e '\"&#39;&#38;amp;'>", "'&e;'"), "<r a=\"&quot;'&amp;\" b='&lt;'/>");
    // XML 1.0, 3.3.3: what white space comes from decides.
    let spaces = "<!ENTITY d '&#xD;'><!ENTITY a '&#xA;'><!ENTITY da '&#xD;&#xA;'>";
    assert_eq!(expanded(spaces, "'&d;&d;A&a;&#x20;&a;B&da;'"), "<r a=\"  A   B  \" b='&lt;'/>");
    assert_eq!(expanded("<!ENTITY e '&#38;#13;'>", "'&e;'"), "<r a=\"&#xD;\" b='&lt;'/>");
    assert_eq!(expanded("<!ENTITY e ''>", "'&e;\r\n\t'"), "<r a=\"  \" b='&lt;'/>");
    assert_eq!(expanded("<!ENTITY e ''>", "'\r&e;\n'"), "<r a=\"  \" b='&lt;'/>");
    assert!(refuse("<!ENTITY e '<'>", "<r a='&e;'/>").contains("< in an attribute"));
    assert_eq!(expand("<!ENTITY e '&#38;#60;'>", "<r a='&e;'/>"), "<r a=\"&lt;\"/>");
    assert!(refuse("<!ENTITY e SYSTEM 'x'>", "<r a='&e;'/>").contains("external entity in an attribute"));
    assert!(refuse("<!ENTITY e SYSTEM 'x' NDATA n>", "<r a='&e;'/>").contains("unparsed"));
    // Tags in entities: a CR there comes from a character reference.
    let tag = "<!ENTITY e '<b a=\"&#13;&#10;\"&#13; c=\"1\"/>'>";
    assert_eq!(expand(tag, "<r>&e;</r>"), "<r><b a=\"  \"\r c=\"1\"/></r>");
}

#[test]
fn recursion_and_unknown_names() {
    assert!(refuse("<!ENTITY a '&b;'><!ENTITY b '&a;'>", "<r>&a;</r>").contains("refers to itself"));
    assert!(refuse("<!ENTITY a '&a;'>", "<r a='&a;'/>").contains("refers to itself"));
    assert!(refuse("<!ENTITY % a '&#37;a;'> %a;", "<r/>").contains("refers to itself"));
    // Only what is referred to must be sound.
    assert_eq!(expand("<!ENTITY a '&a;'>", "<r/>"), "<r/>");
    let unknown = error("<!DOCTYPE r []><r>\n&x;</r>");
    assert!(matches!(unknown.kind(), XmlErrorKind::Entity { name } if name == "x"));
    assert_eq!(unknown.offset(), 19);
    let nested = error("<!DOCTYPE r [<!ENTITY e '...&x;'>]><r>&e;</r>");
    assert!(matches!(nested.kind(), XmlErrorKind::Entity { .. }));
    assert_eq!(nested.offset(), 38);
    assert!(refuse("<!ATTLIST r a CDATA '&e;'><!ENTITY e 'late'>", "<r/>").contains("&e; is not declared"));
}

#[test]
fn external_entities_are_the_callers() {
    let document = b"<!DOCTYPE r [<!ENTITY e SYSTEM 'e.txt'><!ENTITY f PUBLIC '-//f' 'f.txt'>\
        <!ENTITY g SYSTEM 'f.txt'>]><r>&e; &f; &g;</r>";
    let missing = read(document).err().unwrap();
    assert!(
        matches!(missing.kind(), XmlErrorKind::ExternalEntity { name, system_id } if name == "e" && system_id == "e.txt")
    );
    let entities = Entities::new()
        .with("e", b"<?xml encoding='ISO-8859-1'?>\xE9\r\n<b>&#13;</b>".to_vec())
        .with("f.txt", "<!-- f -->")
        .with("g", "");
    let plain = Plain::read(document, Doctype::Allowed(&entities), &Limits::default()).unwrap();
    assert_eq!(plain.text, "<r>é\n<b>&#13;</b> <!-- f --> </r>");
    let wrong = Entities::new().with("e", "<?xml version='1.0'?>");
    assert!(Plain::read(document, Doctype::Allowed(&wrong), &Limits::default()).is_err());
}

#[test]
fn what_was_not_read_may_change_what_follows() {
    let subset = "<!ENTITY a '1'><!ENTITY % p SYSTEM 'p'>%p;<!ENTITY b '2'><!ATTLIST r x CDATA 'y'>";
    let document = |declaration: &str, body: &str| format!("{declaration}<!DOCTYPE r [{subset}]>{body}");
    assert_eq!(text(&document("", "<r>&a;</r>")), "<r>1</r>");
    assert!(error(&document("", "<r>&b;</r>")).to_string().contains("&b; is not declared"));
    let standalone = document("<?xml version='1.0' standalone='yes'?>", "<r>&a;&b;</r>");
    assert_eq!(text(&standalone), "<r x=\"y\">12</r>");
    // An external subset comes after the internal one.
    assert_eq!(text("<!DOCTYPE r SYSTEM 'x' [<!ENTITY a '1'>]><r>&a;</r>"), "<r>1</r>");
    assert_eq!(text("<!DOCTYPE r PUBLIC \"-//x\" 'x'><r/>"), "<r/>");
    // Where all declarations are seen, a parameter entity must be among them.
    assert!(refuse("%p;", "<r/>").contains("&%p; is not declared"));
    assert_eq!(text("<!DOCTYPE r SYSTEM 'x' [%p;<!ATTLIST r a CDATA 'b'>]><r/>"), "<r/>");
}

#[test]
fn default_attributes_are_put_in() {
    let subset = "<!ATTLIST p:b xmlns:p CDATA #FIXED 'urn:p' p:c CDATA 'a&#10;<!ENTITY' x NMTOKENS ' 1  2 '>";
    let subset = subset.replace("<!ENTITY", "&#34;&amp;&lt;");
    assert_eq!(
        expand(&subset, "<r><p:b /><p:b x='3'></p:b></r>"),
        "<r><p:b  xmlns:p=\"urn:p\" p:c=\"a&#xA;&quot;&amp;&lt;\" x=\"1 2\"/>\
         <p:b x='3' xmlns:p=\"urn:p\" p:c=\"a&#xA;&quot;&amp;&lt;\"></p:b></r>"
    );
    let first = "<!ATTLIST r a CDATA 'first'><!ATTLIST r a CDATA 'second' b CDATA 'b'>";
    assert_eq!(expand(first, "<r/>"), "<r a=\"first\" b=\"b\"/>");
    assert_eq!(expand("<!ENTITY e '1'><!ATTLIST r a CDATA '&e;2'>", "<r/>"), "<r a=\"12\"/>");
    assert_eq!(expand("<!ENTITY e '<b/>'><!ATTLIST b a CDATA '1'>", "<r>&e;</r>"), "<r><b a=\"1\"/></r>");
}

#[test]
fn values_are_normalised_by_their_type() {
    let subset = "<!ATTLIST r n NMTOKENS #IMPLIED c CDATA #IMPLIED e (a|b) #IMPLIED>";
    assert_eq!(expand(subset, "<r c=' a  b ' n='a'/>"), "<r c=' a  b ' n='a'/>");
    assert_eq!(expand(subset, "<r n=' a \r\n b&#32;&#x20;&#9;'/>"), "<r n=\"a b &#x9;\"/>");
    assert_eq!(expand(subset, "<r e = 'a '\t/>"), "<r e = \"a\"\t/>");
    assert!(refuse(subset, "<r n=' <'/>").contains("< in an attribute"));
}

#[test]
fn places_behind_entities_are_found() {
    let document = "<!DOCTYPE r [<!ENTITY e 'long enough'><!ATTLIST s a CDATA 'b'>]><r>&e;<s/><t/></r>";
    let plain = read(document.as_bytes()).unwrap();
    assert_eq!(plain.text, "<r>long enough<s a=\"b\"/><t/></r>");
    let original = |what: &str| plain.original_offset(plain.text.find(what).unwrap() as u64);
    let expected = |what: &str| Some(document.rfind(what).unwrap() as u64);
    assert_eq!(original("<s"), expected("<s"));
    assert_eq!(original("/><t"), expected("/><t"));
    assert_eq!(original("<t"), expected("<t"));
    assert_eq!(original("</r>"), expected("</r>"));
    assert_eq!(original("ng enough"), None);
    assert_eq!(original("=\"b\""), None);
    assert_eq!(plain.nearest_offset(6), document.rfind("&e;").unwrap() as u64);
    assert_eq!(plain.nearest_offset(1000), document.len() as u64);
}

/// Long, for a busy machine and code that was not optimised.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });

/// Runs `document` into a limit, which must not take long.
fn limited(document: &str) -> String {
    let start = Instant::now();
    let error = error(document);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    assert!(matches!(error.kind(), XmlErrorKind::Limit { .. }), "{error}");
    error.to_string()
}

#[test]
fn bombs_meet_the_limits() {
    let mut laughs = String::from("<!ENTITY a0 'ha'>");
    for level in 1..40 {
        let inner = format!("&a{};", level - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY a{level} '{inner}'>"));
    }
    limited(&format!("<!DOCTYPE r [{laughs}]><r>&a39;</r>"));
    limited(&format!("<!DOCTYPE r [{laughs}]><r a='&a39;'/>"));
    limited(&format!("<!DOCTYPE r [{laughs}<!ATTLIST r a CDATA '&a39;'>]><r/>"));
    // Quadratic: one large entity, many references.
    let large = "x".repeat(100_000);
    limited(&format!("<!DOCTYPE r [<!ENTITY e '{large}'>]><r>{}</r>", "&e;".repeat(10_000)));
    limited(&format!("<!DOCTYPE r [<!ATTLIST s a CDATA '{large}'>]><r>{}</r>", "<s/>".repeat(10_000)));
    limited(&format!("<!DOCTYPE r [<!ENTITY % p '<!--{large}-->'>{}]><r/>", "%p;".repeat(10_000)));
    // Deep rather than large.
    let mut deep = String::from("<!ENTITY d0 ''>");
    for level in 1..2000 {
        deep.push_str(&format!("<!ENTITY d{level} '&d{};'>", level - 1));
    }
    assert!(limited(&format!("<!DOCTYPE r [{deep}]><r>&d1999;</r>")).contains("nested entities"));
    assert!(limited(&format!("<!DOCTYPE r [{deep}]><r a='&d1999;'/>")).contains("nested entities"));
    let mut deep = String::from("<!ENTITY % d0 ''>");
    for level in 1..2000 {
        deep.push_str(&format!("<!ENTITY % d{level} '&#37;d{};'>", level - 1));
    }
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    let document = format!("<!DOCTYPE r [{deep}%d1999;]><r/>");
    let error = Plain::read(document.as_bytes(), Doctype::Allowed(&Entities::new()), &limits).err().unwrap();
    assert!(matches!(error.kind(), XmlErrorKind::Limit { .. }), "{error}");
    // Content models nest without recursion.
    let nested = format!("<!ELEMENT r {}a{}>", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(expand(&nested, "<r/>"), "<r/>");
}

#[test]
fn memory_is_bounded() {
    let limits = Limits { xml_memory_bytes: 100, ..Limits::default() };
    let read = |bytes: &[u8]| {
        Plain::read(bytes, Doctype::Allowed(&Entities::new()), &limits).err().map(|e| e.to_string())
    };
    let body = " ".repeat(100);
    assert_eq!(read(format!("<r>{body}</r>").as_bytes()), None, "nothing is copied");
    for document in [
        format!("<!DOCTYPE r><r>{body}</r>").into_bytes(),
        format!("<?xml version='1.0' encoding='latin1'?><r>{body}</r>").into_bytes(),
        utf16(&format!("\u{FEFF}<r>{body}</r>"), false),
        b"<!DOCTYPE r [<!ENTITY e '1234567890123456789012345678901234567890'>]><r>&e;&e;&e;&e;</r>".to_vec(),
    ] {
        assert!(read(&document).is_some_and(|said| said.contains("100 bytes in memory")));
    }
}

/// A file of the specifications' examples, where the shared vectors are.
fn vector(name: &str) -> Option<Vec<u8>> {
    let shared = env::var_os("KYSO_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("vectors/santuario-c14n-spec").join(name);
    let there = fs::read(&path).ok();
    if there.is_none() {
        eprintln!("not run: {name}, which is not there");
    }
    there
}

#[test]
fn examples_of_the_canonical_xml_specification() {
    let becomes = |name: &str, expected: &dyn Fn(&str) -> String, entities: Entities| {
        let Some(bytes) = vector(name) else { return };
        let plain = Plain::read(&bytes, Doctype::Allowed(&entities), &Limits::default()).unwrap();
        assert_eq!(plain.text, expected(str::from_utf8(&bytes).unwrap()), "{name}");
    };
    let behind = |text: &str, mark: &str| text.split_once(mark).unwrap().1.to_owned();
    let none = Entities::new;
    becomes(
        "31_input.xml",
        &|text| behind(text, "?>").replace("<!DOCTYPE doc SYSTEM \"doc.dtd\">", ""),
        none(),
    );
    let e9 = "<e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"";
    becomes(
        "33_input.xml",
        &|text| behind(text, "]>").replace(e9, &format!("{e9} attr=\"default\"")),
        none(),
    );
    becomes(
        "34_input.xml",
        &|text| {
            behind(text, "\n]>")
                .replace("attr='   A   &#x20;&#13;&#xa;&#9;   B   '", "attr=\"A &#xD;&#xA;&#x9; B\"")
                .replace("id=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '", "id=\"' &#xD;&#xA;&#x9; '\"")
        },
        none(),
    );
    becomes(
        "35_input.xml",
        &|text| behind(text, "\n]>").replace("&ent1;", "Hello").replace("&ent2;", "world"),
        none().with("world.txt", vector("world.txt").unwrap_or_default()),
    );
    becomes("36_input.xml", &|text| behind(text, "?>"), none());
}

/// Documents whose plain text is what stands behind the DOCTYPE.
fn bodies() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -%'-;=?-~é-ỹ\u{1F58B}\r\n\t]{0,12}",
        Just("&amp;&#13;&#xD;&lt;".to_owned()),
        Just("<!-- a > & < 'b' -->".to_owned()),
        Just("<![CDATA[ ]] & <a> ]]>".to_owned()),
        Just("<?pi <a b=' > ?>".to_owned()),
        "<a( [b-d]{1,3} = (\"[ -!#-%'-;=-~ạ-ỹ]{0,6}\"|'[ -%(-;=-~]{0,6}'))?[ \r\n]{0,2}/>",
        "<x:y [b-d]='&#9;&gt;>'\n>",
        Just("</x:y>".to_owned()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("<r>{}</r>", pieces.concat()))
}

proptest! {
    #[test]
    fn what_needs_no_change_stays(body in bodies(), latin in any::<bool>(), wide in any::<bool>(), padding in 0usize..3) {
        let doctype = "<!DOCTYPE r [<!ENTITY unused 'x'><!ATTLIST z a CDATA '1'>]>";
        let body = format!("{}{body}", "\n<!--số-->".repeat(padding * 1000));
        let document = format!("<?xml version='1.0'?>{doctype}{body}");
        let bytes = if wide {
            utf16(&format!("\u{FEFF}{document}"), latin)
        } else if latin && document.chars().all(|character| u32::from(character) < 0x100) {
            let document = document.replace("'1.0'", "'1.0' encoding='ISO-8859-1'");
            document.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
        } else {
            document.clone().into_bytes()
        };
        let plain = read(&bytes).unwrap();
        prop_assert_eq!(&plain.text, &body);
        // Every place is that of the same bytes in the original.
        let step = body.len() / 50 + 1;
        for (at, _) in body.char_indices().step_by(step).chain([(body.len(), ' ')]) {
            let original = usize::try_from(plain.original_offset(at as u64).unwrap()).unwrap();
            prop_assert_eq!(&bytes[original..], plain.encoding().encode(&body[at..]));
        }
    }

    #[test]
    fn nothing_panics(text in "(<|>|&|;|%|'|\"|!|\\[|\\]|e|r| |/|=|--|#|\\?|<!ENTITY |<!ATTLIST |CDATA |\r|&e;|%e;|<!\\[CDATA\\[){0,40}") {
        for document in [text.clone(), format!("<!DOCTYPE r [{text}]><r/>"), format!("<!DOCTYPE r [<!ENTITY e '{text}'>]><r>&e;{text}</r>")] {
            if let Ok(plain) = read(document.as_bytes()) {
                for at in 0..=plain.text.len() as u64 {
                    if let Some(original) = plain.original_offset(at) {
                        prop_assert!(original <= document.len() as u64);
                    }
                }
            }
        }
    }
}
