//! Documents for the comparisons: small, untidy, with all that a canonical form must settle. Also a part of
//! `tests/xml_canonical.rs`.

use proptest::prelude::*;

/// A name for an element or an attribute: prefixes that are always bound at the root, and none.
fn name() -> impl Strategy<Value = String> {
    let prefix = prop_oneof![3 => Just(""), 1 => Just("p:"), 1 => Just("q:")];
    (prefix, prop::sample::select(vec!["a", "b", "ký", "Sig"]))
        .prop_map(|(prefix, local)| prefix.to_owned() + local)
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "x",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "Nguyễn Thị",
        "\u{1F600}",
        "&amp;",
        "&lt;",
        "&gt;",
        ">",
        "&quot;",
        "'",
        "\"",
        "&apos;",
        "&#13;",
        "&#xD;",
        "&#9;",
        "&#10;",
        "&#x41;",
        "]]",
        "]",
        "<![CDATA[]]>",
        "<![CDATA[<&>\r\n]] >]]>",
        "<![CDATA[]]]]>",
        "<!---->",
        "<!-- c - d\r\n-->",
        "<?t?>",
        "<?t d\r ?>",
        "<?tt   x?>",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "v", " ", "\t", "\n", "\r\n", "&#9;", "&#xD;", "&amp;", "&lt;", ">", "&quot;", "'", "ữ", "&#39;",
    ]);
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// The inside of a tag: attributes whose names differ, declarations, untidy spaces.
fn attributes() -> impl Strategy<Value = String> {
    let uris = vec!["urn:p", "urn:q", "urn:z", "http://h/a?b&amp;c"];
    let declaration = prop_oneof![
        prop::sample::select(uris.clone()).prop_map(|uri| format!("xmlns:p=\"{uri}\"")),
        prop::sample::select(uris.clone()).prop_map(|uri| format!("xmlns:r='{uri}'")),
        prop::sample::select(uris).prop_map(|uri| format!("xmlns=\"{uri}\"")),
        Just("xmlns=''".to_owned()),
        Just(String::new()),
    ];
    let own = prop::sample::subsequence(
        vec!["c", "b", "a", "q:b", "xml:lang", "xml:space", "xml:base", "xml:id", "Id", "p:a"],
        0..4,
    );
    let space = prop::sample::select(vec![" ", "  ", "\r\n", "\t"]);
    (declaration, own.prop_shuffle(), prop::collection::vec(value(), 4), space, any::<bool>()).prop_map(
        |(declaration, names, values, space, first)| {
            let mut all: Vec<String> = Vec::new();
            for (name, value) in names.iter().zip(&values) {
                all.push(match value.contains('\'') || value.contains("&#39;") {
                    true => format!("{name}=\"{value}\""),
                    false => format!("{name} = '{value}'"),
                });
            }
            if !declaration.is_empty() {
                all.insert(if first { 0 } else { all.len() }, declaration);
            }
            all.iter().fold(String::new(), |text, one| text + space + one)
        },
    )
}

fn element() -> impl Strategy<Value = String> {
    let leaf = (name(), attributes()).prop_map(|(name, attributes)| format!("<{name}{attributes}/>"));
    leaf.prop_recursive(5, 40, 5, |inner| {
        (name(), attributes(), prop::collection::vec((text(), inner), 0..4), text(), any::<bool>()).prop_map(
            |(name, attributes, children, last, untidy)| {
                let children: String = children.into_iter().map(|(text, child)| text + &child).collect();
                let space = if untidy { " " } else { "" };
                format!("<{name}{attributes}{space}>{children}{last}</{name}{space}>")
            },
        )
    })
}

/// A document that is well-formed but for names that meet once their prefixes are resolved.
pub(crate) fn document() -> impl Strategy<Value = String> {
    let outside = prop::sample::select(vec!["", "<!--o-->", "<?o o?>\n", "\r\n", " <?x?><!--\r-->"]);
    (any::<bool>(), outside.clone(), attributes(), element(), text(), outside).prop_map(
        |(declared, before, attributes, inner, text, after)| {
            let declaration = if declared { "<?xml version=\"1.0\" encoding='utf-8'?>" } else { "" };
            // A prefix that the attributes declare too must not be declared twice.
            let p = if attributes.contains("xmlns:p") { "" } else { " xmlns:p='urn:p'" };
            format!("{declaration}{before}<root{attributes}{p} xmlns:q='urn:q'>{inner}{text}</root>{after}")
        },
    )
}
