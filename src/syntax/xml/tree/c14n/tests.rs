use super::*;
use crate::syntax::xml::XmlErrorKind;
use crate::syntax::xml::tree::XNode;
use crate::syntax::xml::tree::sample::{element, tree};

const EXCLUSIVE: C14nMethod = C14nMethod::Exclusive { comments: false };
const V10: C14nMethod = C14nMethod::Inclusive10 { comments: false };
const V11: C14nMethod = C14nMethod::Inclusive11 { comments: false };

fn canonical(tree: &Tree, set: &NodeSet, method: C14nMethod, prefixes: &[&str]) -> String {
    let parameters = Parameters { method, prefixes: prefixes.iter().map(|p| (*p).to_owned()).collect() };
    String::from_utf8(octets_of(tree, set, &parameters, &Limits::default()).unwrap()).unwrap()
}

fn whole(document: &str, method: C14nMethod) -> String {
    let tree = tree(document);
    canonical(&tree, &NodeSet::document(&tree, true), method, &[])
}

fn apex(document: &str, local: &str, method: C14nMethod, prefixes: &[&str]) -> String {
    let tree = tree(document);
    canonical(&tree, &NodeSet::subtree(&tree, element(&tree, local), true), method, prefixes)
}

/// The set of these elements with their attributes, namespace nodes and text, without other descendants.
fn only(tree: &Tree, locals: &[&str]) -> NodeSet {
    let mut members = Vec::new();
    for local in locals {
        let id = element(tree, local);
        members.push(XNode::Node(id));
        members.extend(tree.attributes(id).map(XNode::Attribute));
        members.extend(tree.namespaces_in_scope(id).into_iter().map(|n| XNode::Namespace(id, n)));
    }
    NodeSet::collection(tree, members)
}

#[test]
fn characters_are_escaped() {
    assert_eq!(
        whole(
            "<a b='&#9;&#10;&#13;&lt;&gt;&amp;&quot;&apos;\u{e9}'>&#9;&#13;&lt;&gt;&amp;\"'<![CDATA[<&]]></a>",
            V10
        ),
        "<a b=\"&#x9;&#xA;&#xD;&lt;>&amp;&quot;'\u{e9}\">\t&#xD;&lt;&gt;&amp;\"'&lt;&amp;</a>"
    );
    assert_eq!(whole("<a xmlns='u:x?a&amp;b&lt;&quot;'/>", V10), "<a xmlns=\"u:x?a&amp;b&lt;&quot;\"></a>");
}

#[test]
fn what_stands_outside_the_root() {
    let document = "<?p  d?>\n<!-- c -->\n<a/>\n<!--e-->\n<?q?>\n";
    assert_eq!(whole(document, V10), "<?p d?>\n<a></a>\n<?q?>");
    assert_eq!(
        whole(document, C14nMethod::Exclusive { comments: true }),
        "<?p d?>\n<!-- c -->\n<a></a>\n<!--e-->\n<?q?>"
    );
}

#[test]
fn order_of_namespaces_and_attributes() {
    let document = "<a xmlns:b='u:1' xmlns:a='u:2' xmlns='u:3' c='' b:z='' a:a='' b:a='' a='' xml:id='i'/>";
    assert_eq!(
        whole(document, V10),
        "<a xmlns=\"u:3\" xmlns:a=\"u:2\" xmlns:b=\"u:1\" a=\"\" c=\"\" xml:id=\"i\" b:a=\"\" b:z=\"\" \
         a:a=\"\"></a>"
    );
}

#[test]
fn superfluous_declarations_go() {
    let document = "<a xmlns='u:1' xmlns:p='u:2'><b xmlns='u:1' xmlns:p='u:2'><c xmlns=''><d xmlns=''/></c></b>\
                    <e xmlns:p='u:3'><f xmlns:p='u:2'/></e></a>";
    assert_eq!(
        whole(document, V10),
        "<a xmlns=\"u:1\" xmlns:p=\"u:2\"><b><c xmlns=\"\"><d></d></c></b>\
         <e xmlns:p=\"u:3\"><f xmlns:p=\"u:2\"></f></e></a>"
    );
}

#[test]
fn an_apex_gets_what_is_in_scope() {
    let document = "<a xmlns='u:1' xmlns:p='u:2' xml:lang='vi' xml:id='x' xml:base='http://h/a/'>\
                    <b xml:base='b/' xml:space='preserve'><c xmlns='' at='1'><d xmlns:q='u:q'/></c></b></a>";
    assert_eq!(
        apex(document, "c", V10, &[]),
        "<c xmlns:p=\"u:2\" at=\"1\" xml:base=\"b/\" xml:id=\"x\" xml:lang=\"vi\" xml:space=\"preserve\">\
         <d xmlns:q=\"u:q\"></d></c>"
    );
    assert_eq!(
        apex(document, "c", V11, &[]),
        "<c xmlns:p=\"u:2\" at=\"1\" xml:base=\"http://h/a/b/\" xml:lang=\"vi\" xml:space=\"preserve\">\
         <d xmlns:q=\"u:q\"></d></c>"
    );
    assert_eq!(apex(document, "c", EXCLUSIVE, &[]), "<c at=\"1\"><d></d></c>");
    assert_eq!(
        apex(document, "c", EXCLUSIVE, &["p", "q"]),
        "<c xmlns:p=\"u:2\" at=\"1\"><d xmlns:q=\"u:q\"></d></c>"
    );
}

#[test]
fn exclusive_declares_where_it_is_used() {
    let document = "<r xmlns='u:d' xmlns:p='u:p' xmlns:q='u:q'><p:a><b q:x=''><p:c/><d xmlns='' xmlns:p='u:o'>\
                    <p:e/><f/></d></b></p:a></r>";
    assert_eq!(
        apex(document, "a", EXCLUSIVE, &[]),
        "<p:a xmlns:p=\"u:p\"><b xmlns=\"u:d\" xmlns:q=\"u:q\" q:x=\"\"><p:c></p:c><d xmlns=\"\">\
         <p:e xmlns:p=\"u:o\"></p:e><f></f></d></b></p:a>"
    );
    assert_eq!(
        apex(document, "a", EXCLUSIVE, &["#default"]),
        "<p:a xmlns=\"u:d\" xmlns:p=\"u:p\"><b xmlns:q=\"u:q\" q:x=\"\"><p:c></p:c><d xmlns=\"\">\
         <p:e xmlns:p=\"u:o\"></p:e><f></f></d></b></p:a>"
    );
}

#[test]
fn omitted_elements_between() {
    let document = "<a xmlns:p='u:1' xml:lang='vi'><b xmlns:p='u:2' xmlns:q='u:q'><c xmlns:q='u:r'/><d xmlns:p='u:1'/></b></a>";
    let tree = tree(document);
    let set = only(&tree, &["a", "c", "d"]);
    assert_eq!(
        canonical(&tree, &set, V10, &[]),
        "<a xmlns:p=\"u:1\" xml:lang=\"vi\"><c xmlns:p=\"u:2\" xmlns:q=\"u:r\" xml:lang=\"vi\"></c>\
         <d xmlns:q=\"u:q\" xml:lang=\"vi\"></d></a>"
    );
}

#[test]
fn what_an_element_in_the_set_hands_down() {
    let tree = tree("<a xml:lang='en'><b xml:space='default'><c/></b></a>");
    let set = only(&tree, &["a", "c"]);
    assert_eq!(
        canonical(&tree, &set, V10, &[]),
        "<a xml:lang=\"en\"><c xml:lang=\"en\" xml:space=\"default\"></c></a>"
    );
    assert_eq!(canonical(&tree, &set, V11, &[]), "<a xml:lang=\"en\"><c xml:space=\"default\"></c></a>");
}

#[test]
fn without_a_subtree() {
    let tree = tree("<a><b><c/>x</b>y<d><e/></d><b><c/></b>z</a>");
    let first = element(&tree, "b");
    let inner = element(&tree, "c");
    let set = NodeSet::document(&tree, false).without_subtree(&tree, inner).without_subtree(&tree, first);
    let set = set.without_subtree(&tree, element(&tree, "e")).without_subtree(&tree, inner);
    assert_eq!(canonical(&tree, &set, V10, &[]), "<a>y<d></d><b><c></c></b>z</a>");
    assert!(!set.contains_node(&tree, inner) && set.contains_node(&tree, element(&tree, "a")));
}

#[test]
fn namespace_nodes_and_attributes_without_their_elements() {
    let tree = tree("<a xmlns='u:1' x='1'><b xmlns:p='u:2' y='2'/></a>");
    let everything = NodeSet::document(&tree, true);
    let elements = NodeSet::collection(&tree, everything.nodes(&tree).map(XNode::Node));
    let others = everything.combined(&tree, &elements, |in_all, in_elements| in_all && !in_elements);
    assert_eq!(canonical(&tree, &elements, V10, &[]), "<a><b></b></a>");
    assert_eq!(
        canonical(&tree, &others, V10, &[]),
        " xmlns=\"u:1\" x=\"1\" xmlns=\"u:1\" xmlns:p=\"u:2\" y=\"2\""
    );
}

#[test]
fn relative_namespaces_have_no_canonical_form() {
    for method in [V10, V11, EXCLUSIVE] {
        for document in ["<a xmlns='DSDLieu'/>", "<a><b xmlns:p='#p'/></a>"] {
            let tree = tree(document);
            let set = NodeSet::document(&tree, true);
            let error = octets_of(&tree, &set, &method.into(), &Limits::default()).unwrap_err();
            assert!(matches!(error.kind(), XmlErrorKind::RelativeNamespace { .. }), "{document}");
        }
    }
    // What is not in the set does not matter.
    assert_eq!(apex("<a xmlns:p='r'><b xmlns:p='u:1'/></a>", "b", V10, &[]), "<b xmlns:p=\"u:1\"></b>");
}

#[test]
fn depth_and_width_cost_no_more_than_their_size() {
    let depth = 20_000;
    let mut document = String::new();
    for level in 0..depth {
        document.push_str(&format!("<p{level}:e xmlns:p{level}='u:{level}'>"));
    }
    for level in (0..depth).rev() {
        document.push_str(&format!("</p{level}:e>"));
    }
    let mut builder = super::super::Builder::new(&Limits::default());
    for level in 0..depth {
        let prefix: Box<str> = format!("p{level}").into();
        let uri: Box<str> = format!("u:{level}").into();
        let name = Name { prefix: prefix.clone(), local: "e".into(), namespace: uri.clone() };
        let declared = vec![super::super::Declaration { prefix, uri }];
        builder.start_element(0, name, declared, vec![]).unwrap();
    }
    let tree = builder.finish();
    let expected = document.replace('\'', "\"");
    for method in [V10, EXCLUSIVE] {
        assert_eq!(canonical(&tree, &NodeSet::document(&tree, true), method, &[]), expected);
    }
    // Elements that inherit everything from elements that are not there are bounded.
    let members = (1..depth).step_by(2).map(NodeId).map(XNode::Node);
    let set = NodeSet::collection(&tree, members);
    let limits = Limits { xpath_steps: 10_000, ..Limits::default() };
    let whole = set.combined(&tree, &NodeSet::document(&tree, true), |odd, _| odd);
    let all = NodeSet::subtree(&tree, NodeId(9_000), true);
    let error = octets_of(&tree, &all, &V10.into(), &Limits { xpath_steps: 100, ..limits.clone() });
    assert!(matches!(error.unwrap_err().kind(), XmlErrorKind::Limit { .. }));
    assert!(octets_of(&tree, &whole, &V10.into(), &limits).is_ok());
}
