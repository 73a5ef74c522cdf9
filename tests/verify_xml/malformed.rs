//! Documents that are no XML, each with the rule it breaks.

use kyso::verify::{self, Options, VerifyError};
use kyso::{Fault, Limits};

/// Document, and a part of what is said of it.
const MALFORMED: &[(&str, &str)] = &[
    // XML 1.0, 2.1: one root, and nothing around it but white space, comments and instructions.
    ("", "a root element expected"),
    (" \n", "a root element expected"),
    ("<!-- only -->", "a root element expected"),
    ("<a/><b/>", "a second root element"),
    ("<a></a><a></a>", "a second root element"),
    ("text<a/>", "text outside the root"),
    ("<a/>text", "text outside the root"),
    ("<a/>&lt;", "a reference outside the root"),
    ("&#32;<a/>", "a reference outside the root"),
    ("<![CDATA[]]><a/>", "a CDATA section outside the root"),
    ("<a/><![CDATA[ ]]>", "a CDATA section outside the root"),
    ("\u{FEFF}\u{FEFF}<a/>", "text outside the root"),
    // 3.1: tags that match.
    ("<a>", "an end tag expected"),
    ("<a><b></a>", "the end tag </a> closes <b>"),
    ("<a></b>", "the end tag </b> closes <a>"),
    ("<a></A>", "the end tag </A> closes <a>"),
    ("</a>", "an end tag that closes nothing"),
    ("<a/></a>", "an end tag that closes nothing"),
    ("<a></a x=\"1\">", "closes <a>"),
    ("<a></ a>", "closes <a>"),
    ("<p:a xmlns:p=\"urn:p\" xmlns:q=\"urn:p\"></q:a>", "closes <p:a>"),
    ("<a", "expected"),
    ("<a></a", "expected"),
    ("<", "expected"),
    // 2.3: names.
    ("<1a/>", "a name that XML does not allow"),
    ("< a/>", "a name that XML does not allow"),
    ("<a/ >", "a name that XML does not allow"),
    ("<a\u{D7}/>", "a name that XML does not allow"),
    ("<>", "a name that XML does not allow"),
    ("<a 1b=\"\"/>", "a name that XML does not allow"),
    ("<a =\"\"/>", "a name that XML does not allow"),
    // 3.1: attributes.
    ("<a b/>", "= after an attribute's name"),
    ("<a b=c/>", "a quote before an attribute's value"),
    ("<a b=/>", "a quote before an attribute's value"),
    ("<a b=\"1\"c=\"2\"/>", "white space between attributes"),
    ("<a b=\"1\" b=\"2\"/>", "the attribute b stands twice"),
    ("<a b=\"<\"/>", "< in an attribute value"),
    ("<a b=\"&\"/>", "; after a reference"),
    ("<a b=\"&amp\"/>", "; after a reference"),
    ("<a b=\"&none;\"/>", "the entity &none; is not declared"),
    ("<a b=\"1/>", "expected"),
    ("<a b='1\"/>", "expected"),
    // 2.4: character data.
    ("<a>]]></a>", "]]> in text"),
    ("<a>&</a>", "; after a reference"),
    ("<a>& b;</a>", "a reference without a proper name"),
    ("<a>&b</a>", "; after a reference"),
    ("<a>&;</a>", "a reference without a proper name"),
    ("<a>&none;</a>", "the entity &none; is not declared"),
    ("<a>&nbsp;</a>", "the entity &nbsp; is not declared"),
    // 4.1: character references.
    ("<a>&#;</a>", "a character reference without digits"),
    ("<a>&#x;</a>", "a character reference without digits"),
    ("<a>&#xG;</a>", "a character reference with something but digits"),
    ("<a>&#X41;</a>", "a character reference with something but digits"),
    ("<a>&#-1;</a>", "a character reference with something but digits"),
    ("<a>&#0;</a>", "a character that is not allowed"),
    ("<a>&#8;</a>", "a character that is not allowed"),
    ("<a>&#xD800;</a>", "a character that is not allowed"),
    ("<a>&#xFFFE;</a>", "a character that is not allowed"),
    ("<a>&#x110000;</a>", "a character that is not allowed"),
    ("<a>&#99999999999999999999;</a>", "a character that is not allowed"),
    ("<a b=\"&#1;\"/>", "a character that is not allowed"),
    // 2.2: characters.
    ("<a>\u{1}</a>", "a character that is not allowed"),
    ("<a b=\"\u{B}\"/>", "a character that is not allowed"),
    ("<a><!--\u{0}--></a>", "a character that is not allowed"),
    ("<a><?p \u{FFFF}?></a>", "a character that is not allowed"),
    ("<a><![CDATA[\u{1F}]]></a>", "a character that is not allowed"),
    // 2.5: comments.
    ("<a><!-- -- --></a>", "-- in a comment"),
    ("<a><!-- ---></a>", "-- in a comment"),
    ("<a><!-- </a>", "--> expected"),
    ("<a><!-></a>", "--> expected"),
    // 2.6: processing instructions.
    ("<a><??></a>", "a processing instruction without a proper target"),
    ("<a><? p?></a>", "a processing instruction without a proper target"),
    ("<a><?p:q?></a>", "a processing instruction without a proper target"),
    ("<a><?XML?></a>", "a processing instruction with the target xml"),
    ("<a><?xMl version=\"1.0\"?></a>", "a processing instruction with the target xml"),
    ("<a><?p </a>", "?> expected"),
    // 2.7: CDATA sections.
    ("<a><![CDATA[ </a>", "]]> expected"),
    ("<a><![cdata[]]></a>", "]]> expected"),
    ("<a><![CDATA []]></a>", "]]> expected"),
    // 2.8: the XML declaration, and document types.
    (" <?xml version=\"1.0\"?><a/>", "not at the very start"),
    ("<a><?xml version=\"1.0\"?></a>", "not at the very start"),
    ("<?xml version=\"1.0\"?><?xml version=\"1.0\"?><a/>", "not at the very start"),
    ("<?xml?><a/>", "a version in the XML declaration"),
    ("<?xml encoding=\"UTF-8\"?><a/>", "a version in the XML declaration"),
    ("<?xml version=\"2.0\"?><a/>", "an XML version other than 1.x"),
    ("<?xml version=\"1.\"?><a/>", "an XML version other than 1.x"),
    ("<?xml version='1.0\"?><a/>", "cannot be read"),
    ("<?xml version=\"1.0\"encoding=\"UTF-8\"?><a/>", "white space in the XML declaration"),
    ("<?xml version=\"1.0\" standalone=\"yes\" encoding=\"UTF-8\"?><a/>", "does not belong there"),
    ("<?xml version=\"1.0\" encoding=\"\"?><a/>", "an encoding without a proper name"),
    ("<?xml version=\"1.0\" encoding=\"1\"?><a/>", "an encoding without a proper name"),
    ("<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?><a/>", "the encoding ISO-8859-2 is not supported"),
    ("<?xml version=\"1.0\" standalone=\"maybe\"?><a/>", "other than yes or no"),
    ("<?xml version=\"1.0\" more=\"1\"?><a/>", "does not belong there"),
    ("<!DOCTYPE a><a/>", "the document has a DOCTYPE"),
    ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "the document has a DOCTYPE"),
    ("<?xml version=\"1.0\"?><!-- --><!DOCTYPE a SYSTEM \"a.dtd\"><a/>", "the document has a DOCTYPE"),
    ("<!DOCTYPE a [", "the document has a DOCTYPE"),
    ("<!DOCTYPE>", "the document has a DOCTYPE"),
    ("<!doctype a><a/>", "<!"),
    ("<!ELEMENT a ANY><a/>", "<!"),
    // Namespaces in XML 1.0.
    ("<p:a/>", "the prefix p is bound to no namespace"),
    ("<a p:b=\"\"/>", "the prefix p is bound to no namespace"),
    ("<a><b xmlns:p=\"urn:p\"/><p:c/></a>", "the prefix p is bound to no namespace"),
    ("<a:b:c xmlns:a=\"urn:a\"/>", "a name that XML does not allow"),
    ("<:a/>", "a name that XML does not allow"),
    ("<a: />", "a name that XML does not allow"),
    ("<a xmlns:=\"urn:a\"/>", "a name that XML does not allow"),
    ("<a xmlns:p=\"\"/>", "a prefix bound to no namespace"),
    ("<a xmlns:xml=\"urn:a\"/>", "the prefix xml bound to another namespace"),
    ("<a xmlns:p=\"http://www.w3.org/XML/1998/namespace\"/>", "another prefix than xml"),
    ("<a xmlns=\"http://www.w3.org/XML/1998/namespace\"/>", "another prefix than xml"),
    ("<a xmlns:xmlns=\"urn:a\"/>", "a declaration of the prefix xmlns"),
    ("<a xmlns:p=\"http://www.w3.org/2000/xmlns/\"/>", "bound to the namespace of xmlns"),
    ("<xmlns:a/>", "an element with the prefix xmlns"),
    ("<a xmlns=\"urn:a\" xmlns=\"urn:b\"/>", "the attribute xmlns stands twice"),
    ("<a xmlns:p=\"urn:a\" xmlns:p=\"urn:a\"/>", "the attribute xmlns:p stands twice"),
    ("<a xmlns:p=\"urn:a\" xmlns:q=\"urn:a\" p:b=\"1\" q:b=\"2\"/>", "the attribute q:b stands twice"),
];

#[test]
fn what_is_no_xml_is_refused_for_the_rule_it_breaks() {
    assert!(MALFORMED.len() >= 100, "{}", MALFORMED.len());
    let mut wrong = Vec::new();
    for (document, rule) in MALFORMED {
        match verify::xml(document.as_bytes(), &Options::default()) {
            Ok(_) => wrong.push(format!("{document:?} was read")),
            Err(error) if !error.to_string().contains(rule) => {
                wrong.push(format!("{document:?}: {error}, not {rule}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_xml_is_read() {
    for document in [
        "<a/>",
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\" standalone='no' ?>\r\n<a/>\r\n",
        "<?xml version = '1.1'?><a/>",
        "<?xml-stylesheet href=\"x\"?><!-- - --><a></a\t\n><!----><?p?>",
        "<a b = '1' c=\"'>\"\td=''/>",
        "<a xmlns='urn:a' xmlns:p='urn:p' p:b='' b=''><p:c xmlns=''><d/></p:c></a>",
        "<a xml:lang='vi' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a b='&#x41;&#10;&lt;&quot;'>&amp;&#xD;&apos;&gt;]]&gt;<![CDATA[<&]]]]><![CDATA[>]]></a>",
        "<Ký_số-1.é>\u{10FFFF}</Ký_số-1.é>",
        "<a><?p ?xml?><?p  d ?></a>",
    ] {
        let report = verify::xml(document.as_bytes(), &Options::default());
        let report = report.unwrap_or_else(|error| panic!("{document:?}: {error}"));
        assert!(report.signatures.is_empty() && !report.is_valid(), "no signature is no valid signature");
    }
}

#[test]
fn bytes_that_are_no_utf8() {
    for (bytes, offset) in [(&b"<a>\xFF</a>"[..], 3), (b"<a b=\"\xC3\"/>", 6), (b"<a>\xED\xA0\x80</a>", 3)] {
        let Err(VerifyError::Xml(error)) = verify::xml(bytes, &Options::default()) else { panic!("read") };
        assert_eq!(error.offset(), offset);
        assert!(error.to_string().contains("a character that is not allowed"), "{error}");
    }
    let utf32: Vec<u8> = "\u{FEFF}<a/>".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let error = verify::xml(&utf32, &Options::default()).unwrap_err();
    assert_eq!(error.fault(), Fault::Unsupported, "{error}");
}

#[test]
fn other_encodings_are_read_under_the_same_rules() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let latin1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>".to_vec();
    for good in [utf16("\u{FEFF}<a/>"), utf16("<?xml version='1.0' encoding='UTF-16'?><a/>"), latin1] {
        assert!(verify::xml(&good, &Options::default()).unwrap().signatures.is_empty());
    }
    for (bad, at) in [
        (utf16("\u{FEFF}<a>ab]]></a>"), 2 + 2 * 5),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</b>".to_vec(), 47),
    ] {
        let Err(VerifyError::Xml(error)) = verify::xml(&bad, &Options::default()) else { panic!("read") };
        assert_eq!(error.offset(), at, "{error}");
    }
}

#[test]
fn a_doctype_is_read_only_when_asked_for() {
    let document = "<!DOCTYPE a [<!ENTITY e '<b/>'><!ATTLIST b c CDATA 'd'>]><a>&e;</a>";
    let mut options = Options::default();
    let refused = verify::xml(document.as_bytes(), &options).unwrap_err();
    assert!(refused.to_string().contains("DOCTYPE"), "{refused}");
    options.allow_doctype = true;
    assert!(verify::xml(document.as_bytes(), &options).unwrap().signatures.is_empty());
    for wrong in ["<!DOCTYPE a [<!ENTITY e '<b>'>]><a>&e;</a>", "<!DOCTYPE a><a>&e;</a>", "<!DOCTYPE a [<a/>"]
    {
        assert!(verify::xml(wrong.as_bytes(), &options).is_err(), "{wrong}");
    }
    // A billion laughs.
    let level = |n: u32| format!("<!ENTITY e{} '{}'>", n + 1, format!("&e{n};").repeat(10));
    let levels: String = (0..9).map(level).collect();
    let bomb = format!("<!DOCTYPE a [<!ENTITY e0 'ha'>{levels}]><a>&e9;</a>");
    let error = verify::xml(bomb.as_bytes(), &options).unwrap_err();
    assert_eq!(error.fault(), Fault::Limit, "{error}");
}

#[test]
fn errors_say_where() {
    for (document, at) in [
        ("<a>\n<b c=\"1\" d=\"<\"/></a>", 16),
        ("\u{FEFF}<a>&none;</a>", 6),
        ("<a x=\"1\" y=\"&bad;\"/>", 12),
        ("<a>ab]]></a>", 5),
        ("<a><b></c></a>", 6),
        ("<a b=\"1\"\n b=\"2\"/>", 10),
    ] {
        let Err(VerifyError::Xml(error)) = verify::xml(document.as_bytes(), &Options::default()) else {
            panic!("{document}");
        };
        assert_eq!(error.offset(), at, "{document:?}: {error}");
    }
}

#[test]
fn limits_hold() {
    let deep = format!("{}{}", "<a>".repeat(50), "</a>".repeat(50));
    let wide = format!("<a>{}</a>", "<b/>".repeat(50));
    let long = format!("<a b=\"{}\"/>", "c".repeat(50));
    let limited = |change: fn(&mut Limits)| {
        let mut options = Options::default();
        change(&mut options.limits);
        options
    };
    for (document, options, what) in [
        (&deep, limited(|limits| limits.xml_depth = 49), "49 nested elements"),
        (&wide, limited(|limits| limits.xml_nodes = 50), "50 nodes"),
        (&long, limited(|limits| limits.xml_tag_bytes = 50), "50 bytes of a tag"),
        (&wide, limited(|limits| limits.xml_memory_bytes = 100), "100 bytes in memory"),
    ] {
        let error = verify::xml(document.as_bytes(), &options).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(error.fault(), Fault::Limit);
    }
    let mut options = Options::default();
    (options.limits.xml_depth, options.limits.xml_nodes) = (50, 52);
    assert!(verify::xml(deep.as_bytes(), &options).is_ok());
}
