use super::filter::{Filter, Operation};
use super::*;
use crate::syntax::xml::C14nMethod;
use crate::syntax::xml::tree::c14n::octets_of;
use crate::syntax::xml::tree::sample::{element, tree};
use crate::syntax::xml::tree::{Builder, Name, NodeSet};

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

fn compiled(expression: &str) -> XPath {
    compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

fn compile(expression: &str) -> Result<XPath, XPathError> {
    let bound = |prefix: &str| match prefix {
        "p" => Some("u:p".to_owned()),
        "ds" => Some(DSIG.to_owned()),
        _ => None,
    };
    XPath::compile(expression, &bound, &Limits::default())
}

fn value_in(tree: &Tree, expression: &str, context: XNode) -> Value {
    let here = Some(XNode::Node(element(tree, "b")));
    let environment = Environment { here, ids: &["Id", "xml:id"] };
    let xpath = compiled(expression);
    evaluate(tree, &xpath, context, environment, &mut Budget::new(&Limits::default())).unwrap()
}

/// A value as text: nodes by name, or by the start of their text.
fn shown(tree: &Tree, value: &Value) -> String {
    let show = |node: &XNode| match node {
        XNode::Attribute(id) => format!("@{}", tree.attribute_name(*id).unwrap().local),
        XNode::Namespace(_, id) => format!("xmlns:{}", tree.namespace(*id).0),
        XNode::Node(Tree::ROOT) => "/".to_owned(),
        XNode::Node(id) => tree.name(*id).map_or_else(|| tree.text(*id).to_owned(), |n| n.local.to_string()),
    };
    match value {
        Value::Nodes(nodes) => nodes.iter().map(show).collect::<Vec<_>>().join(" "),
        Value::Boolean(truth) => truth.to_string(),
        Value::Number(number) => value::to_string(*number),
        Value::String(string) => string.to_string(),
    }
}

const DOCUMENT: &str = "<?pi one?><r xmlns='u:d' xmlns:p='u:p' xml:lang='en-GB'><!--note--><a xmlns='' Id='A' x='1'>t1\
    <b xml:id='B' y='2'><c/></b><b y='3' p:z='x'>t2</b></a><p:a>t3<d><e/>5</d><?q?></p:a><f xmlns=''>7</f></r>";

#[track_caller]
fn check(expression: &str, expected: &str) {
    let tree = tree(DOCUMENT);
    check_at(&tree, expression, XNode::Node(element(&tree, "b")), expected);
}

#[track_caller]
fn check_at(tree: &Tree, expression: &str, context: XNode, expected: &str) {
    assert_eq!(shown(tree, &value_in(tree, expression, context)), expected, "{expression}");
}

#[test]
fn axes() {
    for (expression, expected) in [
        ("ancestor::node()", "/ r a"),
        ("ancestor-or-self::*", "r a b"),
        ("ancestor::*[1]", "a"),
        ("ancestor::*[last()]", "r"),
        ("attribute::*", "@id @y"),
        ("@xml:id | @y", "@id @y"),
        ("child::node()", "c"),
        ("/descendant::a", "a"),
        ("/descendant::p:*", "a"),
        ("/descendant::p:a/descendant-or-self::node()", "a t3 d e 5 q"),
        ("following::node()", "b t2 a t3 d e 5 q f 7"),
        ("following::node()[2]", "t2"),
        ("following-sibling::node()", "b"),
        ("preceding-sibling::node()", "t1"),
        ("preceding::node()", "pi one note t1"),
        ("preceding::node()[1]", "t1"),
        ("/r", ""),
        ("/*/*[last()]/preceding-sibling::*[1]", "a"),
        ("/*/*[last()]/preceding::*[1]", "e"),
        ("/*/node()[last()]/preceding-sibling::node()[2]", "a"),
        ("parent::a/..", "r"),
        ("self::b/self::node()/.", "b"),
        ("self::text()", ""),
        ("namespace::*", "xmlns:p xmlns:xml"),
        ("/*/namespace::*", "xmlns: xmlns:p xmlns:xml"),
        ("namespace::p", "xmlns:p"),
        ("namespace::p:p", ""),
        ("//b", "b b"),
        ("//b[1]", "b"),
        ("//@*[. > 1]", "@y @y"),
        ("//processing-instruction()", "pi one q"),
        ("//processing-instruction('q')", "q"),
        ("//comment()", "note"),
        ("//b/ancestor::*", "r a"),
        ("//*/following-sibling::*", "b a f"),
        ("//*/preceding-sibling::*", "a b a"),
        ("//*[local-name() = 'e']/preceding::b/preceding-sibling::node()", "t1 b"),
        ("//*/following::f", "f"),
        ("//namespace::p/ancestor::a", "a"),
        ("//@x/following::c", "c"),
        ("//@x/preceding::node()", "pi one note"),
        ("//@x/..", "a"),
        ("//@x/following-sibling::node() | //@x/@* | //@x/node() | //@x/namespace::*", ""),
        ("//@x/descendant-or-self::node()", "@x"),
        ("//text()[. = '5']/../e", ""),
        ("//*[local-name() = 'd']/*", "e"),
        ("(//b)[2]", "b"),
        ("(//b | //a)[1]", "a"),
        ("(//b)[2]/text()", "t2"),
        ("id('B A  X')", "a b"),
        ("id(//@xml:id)", "b"),
        ("id('A')/b[@y=2]", "b"),
        ("here()/ancestor::a", "a"),
        ("/", "/"),
        ("//f/text()", "7"),
    ] {
        check(expression, expected);
    }
}

#[test]
fn attributes_and_namespace_nodes_as_the_context() {
    let tree = tree(DOCUMENT);
    let a = element(&tree, "a");
    let x = XNode::Attribute(tree.attributes(a).nth(1).unwrap());
    check_at(&tree, "concat(name(), '=', .)", x, "x=1");
    check_at(&tree, "ancestor-or-self::node()", x, "/ r a @x");
    check_at(&tree, "self::x | self::*", x, "");
    check_at(&tree, "boolean(ancestor::a) and boolean(ancestor-or-self::a) and not(self::a)", x, "true");
    let p = XNode::Namespace(a, tree.namespaces_in_scope(a)[0]);
    check_at(&tree, "concat(name(), '=', string(), '|', namespace-uri())", p, "p=u:p|");
    check_at(&tree, "ancestor-or-self::node()", p, "/ r a xmlns:p");
    check_at(&tree, "count(../namespace::* | .) = count(../namespace::*)", p, "true");
    check_at(&tree, "count(../namespace::* | .) = count(../namespace::*)", x, "false");
    check_at(&tree, "following::c", p, "c");
}

#[test]
fn functions() {
    for (expression, expected) in [
        ("count(//b)", "2"),
        ("name(//p:a)", "p:a"),
        ("local-name(//p:a)", "a"),
        ("namespace-uri(//p:a)", "u:p"),
        ("name((//processing-instruction())[2])", "q"),
        ("name(//@p:z)", "p:z"),
        ("name(/)", ""),
        ("string(//a)", "t1t2"),
        ("string(/)", "t1t2t357"),
        ("string(//comment())", "note"),
        ("string(//processing-instruction())", "one"),
        ("string(//nothing)", ""),
        ("string()", ""),
        ("concat('a', 1, true())", "a1true"),
        ("starts-with('abc', 'ab')", "true"),
        ("starts-with('abc', '')", "true"),
        ("contains('abc', 'bc')", "true"),
        ("contains('abc', 'x')", "false"),
        ("substring-before('1999/04/01', '/')", "1999"),
        ("substring-after('1999/04/01', '/')", "04/01"),
        ("substring-after('a', 'b')", ""),
        ("substring-after('a', '')", "a"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 2)", "2345"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 0, 3)", "12"),
        ("substring('12345', 0 div 0, 3)", ""),
        ("substring('12345', 1, 0 div 0)", ""),
        ("substring('12345', -42, 1 div 0)", "12345"),
        ("substring('12345', -1 div 0, 1 div 0)", ""),
        ("substring('ký số', 2, 3)", "ý s"),
        ("string-length('ký số')", "5"),
        ("string-length()", "0"),
        ("normalize-space(' a \t b\n')", "a b"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("translate('--aaa--', 'aba-', 'ABC')", "AAA"),
        ("boolean(//b) and boolean('x') and boolean(-1)", "true"),
        ("boolean(0) or boolean('') or boolean(0 div 0) or boolean(//nothing)", "false"),
        ("not(false())", "true"),
        ("lang('en')", "true"),
        ("lang('EN-gb')", "true"),
        ("lang('e')", "false"),
        ("lang('en-gb-x')", "false"),
        ("number('  -3.5 ')", "-3.5"),
        ("number('x')", "NaN"),
        ("number(true())", "1"),
        ("number()", "NaN"),
        ("sum(//@x | //@y)", "6"),
        ("floor(-1.5)", "-2"),
        ("ceiling(-1.5)", "-1"),
        ("round(-1.5)", "-1"),
        ("position() + last()", "2"),
        ("count(//node()[position() = last()])", "8"),
    ] {
        check(expression, expected);
    }
}

#[test]
fn operators() {
    for (expression, expected) in [
        ("1 + 2 * 3 - 4 div 2", "5"),
        ("7 mod 3", "1"),
        ("-7 mod 3", "-1"),
        ("7 mod -3", "1"),
        ("1.5 mod 0.5", "0"),
        ("--'3'", "3"),
        ("---3", "-3"),
        ("-(//f)", "-7"),
        ("1 div 0", "Infinity"),
        ("-1 div 0", "-Infinity"),
        ("0 div 0", "NaN"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1 = 1.0", "true"),
        ("'1' = 1", "true"),
        ("'1' = '1.0'", "false"),
        ("true() = 'x'", "true"),
        ("1 < 2 = true()", "true"),
        ("3 > 2 > 1", "false"),
        ("'a' < 'b'", "false"),
        ("'1' < '2'", "true"),
        ("0 div 0 = 0 div 0", "false"),
        ("0 div 0 != 0 div 0", "true"),
        ("//@y = 3", "true"),
        ("//@y != 3", "true"),
        ("//@y > 2", "true"),
        ("//@y > 3", "false"),
        ("2 < //@y", "true"),
        ("//@y = '3'", "true"),
        ("//@x != '1'", "false"),
        ("//@x = //@y", "false"),
        ("//@x != //@y", "true"),
        ("//@x != //@x", "false"),
        ("//@y != //@y", "true"),
        ("//@x < //@y", "true"),
        ("//@y <= //@x", "false"),
        ("//nothing = //nothing", "false"),
        ("//nothing = false()", "true"),
        ("//nothing != //@y", "false"),
        ("//nothing < 1", "false"),
        ("//b > false()", "true"),
        ("//b = 'nothing' or //b = 't2'", "true"),
        ("1 and 0 or 1", "true"),
        ("//b/* = ''", "true"),
    ] {
        check(expression, expected);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let error = |expression: &str| compile(expression).unwrap_err();
    let expected = |position, what| XPathError::Expected { position, what };
    assert_eq!(error(""), expected(0, "an expression"));
    assert_eq!(error("a["), expected(2, "an expression"));
    assert_eq!(error("a[1"), expected(3, "]"));
    assert_eq!(error("a b"), expected(2, "an operator"));
    assert_eq!(error("a)"), expected(1, "the end of the expression"));
    assert_eq!(error("a/"), expected(2, "a node test"));
    assert_eq!(error("x::a"), expected(0, "the name of an axis"));
    assert_eq!(error("/id('x')"), expected(1, "a node test"));
    assert_eq!(error("1 + $v"), XPathError::Variable { position: 4, name: "v".into() });
    assert_eq!(error("a[f(1)]"), XPathError::Function { position: 2, name: "f".into() });
    assert_eq!(error("p:f(1)"), XPathError::Function { position: 0, name: "p:f".into() });
    assert_eq!(error("not()"), XPathError::Arguments { position: 0, name: "not", found: 0 });
    assert_eq!(error("a/q:b"), XPathError::Prefix { position: 2, prefix: "q".into() });
    assert_eq!(error("count(1)"), XPathError::NodeSet { position: 6, found: "number" });
    assert_eq!(error("a | 'x'"), XPathError::NodeSet { position: 4, found: "string" });
    assert_eq!(error("true()[1]"), XPathError::NodeSet { position: 0, found: "boolean" });
    for (open, close) in [("(", ")"), ("a[", "]"), ("not(", ")"), ("-(", ")")] {
        let nested = |depth| format!("{}a{}", open.repeat(depth), close.repeat(depth));
        assert!(compile(&nested(99)).is_ok());
        assert!(matches!(error(&nested(100)), XPathError::Limit { limit: 100, .. }));
        check(&format!("boolean({})", nested(98)), "false");
    }
    let long = format!("1{}", " + 1".repeat(16_000));
    check(&long, "16001");
    assert!(matches!(error(&format!("1{}", " + 1".repeat(17_000))), XPathError::Limit { .. }));
}

/// Threads have two mebibytes unless somebody asks for more, and code that was not optimised takes most.
#[test]
fn brackets_and_operators_take_little_of_the_stack() {
    let nested = format!("{}1{}", "1 or 1 and 1 = 1 < 1 + 1 * -(".repeat(98), ")".repeat(98));
    let predicates = format!("{}a{}", "a[b or ".repeat(98), "]".repeat(98));
    let small = std::thread::Builder::new().stack_size(7 << 18);
    let thread = small.spawn(move || {
        check(&nested, "true");
        check(&format!("boolean({predicates})"), "false");
    });
    thread.unwrap().join().unwrap();
}

fn name(local: &str) -> Name {
    Name { prefix: "".into(), local: local.into(), namespace: "".into() }
}

/// Elements `e` one in the other, a signature beside the deepest.
fn deep(depth: usize) -> Tree {
    let mut builder = Builder::new(&Limits::default());
    for _ in 0..depth {
        builder.start_element(0, name("e"), vec![], vec![(name("x"), "1".into())]).unwrap();
        builder.text(0, "t").unwrap();
    }
    let signature = Name { namespace: DSIG.into(), ..name("Signature") };
    builder.start_element(0, signature, vec![], vec![]).unwrap();
    builder.text(0, "s").unwrap();
    builder.finish()
}

#[test]
fn expressions_cost_what_they_visit() {
    let tree = deep(5000);
    let budget = |steps| Budget::new(&Limits { xpath_steps: steps, ..Limits::default() });
    let all = NodeSet::document(&tree, true);
    // Linear, though every node has thousands of ancestors.
    let filter = compiled("not(ancestor-or-self::ds:Signature)");
    let set = filter::xpath(&tree, &all, &filter, Environment::default(), &mut budget(200_000)).unwrap();
    assert_eq!(set.nodes(&tree).count(), 10_001);
    let value = |expression: &str, steps| {
        let root = XNode::Node(Tree::ROOT);
        evaluate(&tree, &compiled(expression), root, Environment::default(), &mut budget(steps))
    };
    for (expression, count) in [
        ("count(//e//e)", "4999"),
        ("count(//e/ancestor::e)", "4999"),
        ("count(//node()/following::node())", "10000"),
        ("count(//e/descendant-or-self::node())", "10002"),
        ("count(//e[ancestor::e])", "4999"),
        ("count(//e[@x = //@x])", "5000"),
    ] {
        let steps = if expression.contains('=') { 60_000_000 } else { 200_000 };
        assert_eq!(shown(&tree, &value(expression, steps).unwrap()), count, "{expression}");
    }
    for expression in ["//e[string(.) = 'x']", "//e[count(ancestor::*) = 1]", "//node()[//e[last()] = .]"] {
        let error = value(expression, 1_000_000).unwrap_err();
        assert_eq!(error, XPathError::TooExpensive { limit: 1_000_000 }, "{expression}");
    }
    assert_eq!(value("here()", 10).unwrap_err(), XPathError::Here);
}

fn canonical(tree: &Tree, set: &NodeSet) -> String {
    let method = C14nMethod::Inclusive10 { comments: true };
    String::from_utf8(octets_of(tree, set, &method.into(), &Limits::default()).unwrap()).unwrap()
}

const SIGNED: &str = "<r xmlns='u:r' xmlns:p='u:p'><!--c--><a p:x='1'>A</a><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>\
    <ds:Object>O</ds:Object></ds:Signature><b>B<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/></b></r>";

#[track_caller]
fn filtered(expression: &str, expected: &str) {
    let tree = tree(SIGNED);
    let environment = Environment { here: Some(XNode::Node(element(&tree, "Object"))), ids: &[] };
    let all = NodeSet::document(&tree, true);
    let mut budget = Budget::new(&Limits::default());
    let set = filter::xpath(&tree, &all, &compiled(expression), environment, &mut budget).unwrap();
    assert_eq!(canonical(&tree, &set), expected, "{expression}");
    // What is decided for all namespace nodes of an element at once is what each would get.
    let xpath = compiled(expression);
    let mut evaluator = Evaluator::new(&tree, &xpath, environment, &mut budget);
    for id in tree.subtree(Tree::ROOT) {
        for namespace in tree.namespaces_in_scope(id) {
            let truth = evaluator.truth_at(XNode::Namespace(id, namespace)).unwrap();
            assert_eq!(set.contains_namespace(&tree, id, namespace), truth, "{expression}");
        }
    }
}

#[test]
fn xpath_filtering() {
    let without = "<r xmlns=\"u:r\" xmlns:p=\"u:p\"><!--c--><a p:x=\"1\">A</a><b>B</b></r>";
    filtered("not(ancestor-or-self::ds:Signature)", without);
    let one = "<r xmlns=\"u:r\" xmlns:p=\"u:p\"><!--c--><a p:x=\"1\">A</a><b>B\
               <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature></b></r>";
    filtered(
        "count(ancestor-or-self::ds:Signature | here()/ancestor::ds:Signature[1]) > \
         count(ancestor-or-self::ds:Signature)",
        one,
    );
    filtered("self::text()", "AOB");
    filtered("not(self::comment() or ancestor-or-self::ds:Signature)", &without.replace("<!--c-->", ""));
    // Namespace nodes one by one.
    filtered(
        "not(ancestor-or-self::ds:Signature) and not(name() = 'p')",
        "<r xmlns=\"u:r\"><!--c--><a p:x=\"1\">A</a><b>B</b></r>",
    );
    filtered("string() = 'u:p'", &" xmlns:p=\"u:p\"".repeat(6));
    filtered("self::node()[name() = 'p:x'] and .", " p:x=\"1\"");
    filtered("ancestor-or-self::node()[string() = 'O']/self::ds:*", "<ds:Signature><ds:Object>O</ds:Object></ds:Signature>".replace("<ds:Signature>", "<ds:Signature xmlns=\"u:r\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:p=\"u:p\">").as_str());
}

#[test]
fn a_filter_narrows_what_it_is_given() {
    let tree = tree(SIGNED);
    let mut budget = Budget::new(&Limits::default());
    let input = NodeSet::document(&tree, false).without_subtree(&tree, element(&tree, "b"));
    let xpath = compiled("true()");
    let set = filter::xpath(&tree, &input, &xpath, Environment::default(), &mut budget).unwrap();
    assert_eq!(canonical(&tree, &set), canonical(&tree, &input));
    let names = compiled("self::* or name() = 'p'");
    let some = filter::xpath(&tree, &input, &names, Environment::default(), &mut budget).unwrap();
    let again = filter::xpath(&tree, &some, &xpath, Environment::default(), &mut budget).unwrap();
    assert!(canonical(&tree, &some).starts_with("<r xmlns:p=\"u:p\"><a></a>"));
    assert_eq!(canonical(&tree, &again), canonical(&tree, &some));
}

#[track_caller]
fn filtered2(filters: &[(Operation, &str)], expected: &str) {
    let tree = tree(SIGNED);
    let environment = Environment { here: Some(XNode::Node(element(&tree, "Object"))), ids: &[] };
    let compiled: Vec<_> = filters.iter().map(|(operation, text)| (*operation, compiled(text))).collect();
    let filters: Vec<_> = compiled
        .iter()
        .map(|(operation, xpath)| Filter { operation: *operation, xpath, environment })
        .collect();
    let all = NodeSet::document(&tree, true);
    let mut budget = Budget::new(&Limits::default());
    let set = filter::xpath_filter2(&tree, &all, &filters, &mut budget).unwrap();
    assert_eq!(canonical(&tree, &set), expected);
}

#[test]
fn xpath_filter_2() {
    use Operation::{Intersect, Subtract, Union};
    let a = "<a xmlns=\"u:r\" xmlns:p=\"u:p\" p:x=\"1\">A</a>";
    let b = "<b xmlns=\"u:r\" xmlns:p=\"u:p\">B</b>";
    filtered2(&[(Intersect, "//*[local-name() = 'a']")], a);
    filtered2(
        &[(Intersect, "//*[local-name() = 'a']"), (Union, "/*/*[local-name() = 'b']"), (Subtract, "//ds:*")],
        &format!("{a}{b}"),
    );
    filtered2(
        &[(Subtract, "here()/ancestor::ds:Signature[1]"), (Subtract, "//@p:x"), (Subtract, "//comment()")],
        "<r xmlns=\"u:r\" xmlns:p=\"u:p\"><a>A</a><b>B<ds:Signature \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature></b></r>",
    );
    filtered2(
        &[(Subtract, "/*/namespace::p | //text()"), (Subtract, "//ds:*")],
        "<r xmlns=\"u:r\"><!--c--><a xmlns:p=\"u:p\" p:x=\"1\"></a><b xmlns:p=\"u:p\"></b></r>",
    );
    assert_eq!(Operation::named("intersect"), Some(Intersect));
    assert_eq!(Operation::named("Union"), None);
    let tree = tree(SIGNED);
    let xpath = compiled("1");
    let filters = [Filter { operation: Union, xpath: &xpath, environment: Environment::default() }];
    let mut budget = Budget::new(&Limits::default());
    let error = filter::xpath_filter2(&tree, &NodeSet::document(&tree, true), &filters, &mut budget);
    assert_eq!(error.unwrap_err(), XPathError::NodeSet { position: 0, found: "number" });
}
