//! What PDF/A and PDF/UA ask of a signature field and its appearance, looked at with lopdf.

use std::collections::BTreeSet;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

/// What a document claims, and its output intent's components, if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) pdfa: Option<u8>,
    pub(crate) pdfua: bool,
    pub(crate) intent: Option<u8>,
    pub(crate) tagged: bool,
}

impl Claim {
    /// Whether a device colour space of so many components may be used: ISO 19005-1, 6.2.3.3; 19005-2,
    /// 6.2.4.3.
    fn allows_device(self, components: u8) -> bool {
        self.pdfa.is_none() || self.intent == Some(components) || components == 1 && self.intent.is_some()
    }
}

/// The signature fields' widgets: those of `/Annots` of all pages whose `/FT` is `/Sig`.
pub(crate) fn widgets(document: &Document) -> Vec<(ObjectId, &Dictionary, ObjectId)> {
    let mut widgets = Vec::new();
    for page in document.get_pages().into_values() {
        let Ok(annotations) = document.get_dictionary(page).unwrap().get_deref(b"Annots", document) else {
            continue;
        };
        for annotation in annotations.as_array().unwrap() {
            let id = annotation.as_reference().unwrap();
            let widget = document.get_dictionary(id).unwrap();
            if widget.get(b"FT").is_ok_and(|kind| kind.as_name().is_ok_and(|name| name == b"Sig")) {
                widgets.push((id, widget, page));
            }
        }
    }
    widgets
}

/// Everything that is broken.
pub(crate) fn broken(document: &Document, claim: Claim) -> Vec<String> {
    let mut rules = Rules { document, claim, seen: BTreeSet::new(), broken: Vec::new() };
    let widgets = widgets(document);
    rules.rule(!widgets.is_empty(), "a signature field on a page");
    for (id, widget, page) in widgets {
        rules.widget(widget, page);
        if claim.tagged {
            rules.structure(id, widget, page);
        }
        if claim.pdfua {
            rules.rule(widget.get(b"TU").is_ok(), "PDF/UA 7.18.4: /TU");
        }
    }
    rules.form();
    rules.broken
}

struct Rules<'a> {
    document: &'a Document,
    claim: Claim,
    /// Objects that have been looked at.
    seen: BTreeSet<ObjectId>,
    broken: Vec<String>,
}

impl<'a> Rules<'a> {
    fn rule(&mut self, kept: bool, rule: impl Into<String>) {
        if !kept {
            self.broken.push(rule.into());
        }
    }

    fn name(&self, dictionary: &'a Dictionary, key: &[u8]) -> &'a [u8] {
        dictionary.get_deref(key, self.document).and_then(Object::as_name).unwrap_or_default()
    }

    fn form(&mut self) {
        let form = self.document.catalog().unwrap().get_deref(b"AcroForm", self.document).unwrap();
        let form = form.as_dict().unwrap();
        let appearances = form.get(b"NeedAppearances").and_then(Object::as_bool).unwrap_or(false);
        self.rule(!appearances, "6.9: /NeedAppearances");
        self.rule(!form.has(b"XFA"), "6.4.2: /XFA");
    }

    /// ISO 19005-1, 6.5.3 and 6.6; 19005-2, 6.3 and 6.4.
    fn widget(&mut self, widget: &'a Dictionary, page: ObjectId) {
        let flags = widget.get(b"F").and_then(Object::as_i64).unwrap_or(0);
        // Print; not Invisible, Hidden, NoView, ToggleNoView.
        self.rule(flags & 4 != 0 && flags & (1 | 2 | 32 | 256) == 0, format!("6.5.3: /F {flags}"));
        self.rule(!widget.has(b"A") && !widget.has(b"AA"), "6.6.2: an action");
        self.rule(widget.get(b"P").and_then(Object::as_reference).ok() == Some(page), "/P is the page");
        let Ok(appearance) = widget.get_deref(b"AP", self.document).and_then(Object::as_dict) else {
            return self.rule(self.may_lack_appearance(widget), "6.5.3: /AP");
        };
        let keys: Vec<_> = appearance.iter().map(|(key, _)| key.as_slice()).collect();
        self.rule(keys == [b"N"], "6.5.3: /AP has /N and nothing else");
        match appearance.get_deref(b"N", self.document).and_then(Object::as_stream) {
            Ok(form) => self.form_object(form, None),
            Err(_) => self.rule(false, "6.5.3: /N is a stream"),
        }
        if let Ok(characteristics) = widget.get_deref(b"MK", self.document).and_then(Object::as_dict) {
            self.rule(!characteristics.has(b"BG") && !characteristics.has(b"BC"), "6.2.3.3: colours in /MK");
        }
    }

    /// ISO 19005-1, 6.9; 19005-2, 6.3.3: a field that covers nothing needs none from part 2 on.
    fn may_lack_appearance(&self, widget: &Dictionary) -> bool {
        let corners = widget.get(b"Rect").unwrap().as_array().unwrap();
        let corner = |index: usize| corners[index].as_float().unwrap();
        let covers = corner(0) != corner(2) || corner(1) != corner(3);
        match self.claim.pdfa {
            None => !widget.has(b"V"),
            Some(1) => false,
            Some(_) => !covers,
        }
    }

    /// A form XObject; `outer` says whether a colour was set before it was shown.
    fn form_object(&mut self, form: &'a Stream, outer: Option<bool>) {
        let dictionary = &form.dict;
        self.rule(self.name(dictionary, b"Subtype") == b"Form", "/Subtype /Form");
        for key in [&b"OPI"[..], b"PS", b"Ref", b"Subtype2"] {
            self.rule(!dictionary.has(key), format!("6.2.5: /{}", String::from_utf8_lossy(key)));
        }
        if self.claim.pdfa == Some(1) {
            self.rule(!dictionary.has(b"Group"), "6.4: a transparency group in PDF/A-1");
        }
        let empty = Dictionary::new();
        let resources = dictionary.get_deref(b"Resources", self.document).and_then(Object::as_dict);
        self.rule(resources.is_ok(), "6.2.10: its own /Resources");
        let resources = resources.cloned().unwrap_or(empty);
        let content = form.get_plain_content().unwrap();
        let operations = Content::decode(&content).unwrap().operations;
        // Until a colour is set it is black of DeviceGray.
        let mut set = outer.unwrap_or(false);
        let mut saved = Vec::new();
        for operation in operations {
            let first = operation.operands.first();
            match operation.operator.as_str() {
                "q" => saved.push(set),
                "Q" => set = saved.pop().expect("as many q as Q"),
                "g" | "G" => set = self.device(1),
                "rg" | "RG" => set = self.device(3),
                "k" | "K" => set = self.device(4),
                "cs" | "CS" => {
                    let spaces = resources.get_deref(b"ColorSpace", self.document).unwrap();
                    let name = first.unwrap().as_name().unwrap();
                    self.space(&spaces.as_dict().unwrap().get(name).unwrap().clone());
                    set = true;
                }
                "f" | "F" | "f*" | "S" | "s" | "B" | "b" | "Tj" | "TJ" => {
                    self.rule(set || self.claim.allows_device(1), "6.2.3.3: painting in DeviceGray");
                }
                "Do" => {
                    let objects = resources.get_deref(b"XObject", self.document).unwrap();
                    let object = objects.as_dict().unwrap().get(first.unwrap().as_name().unwrap()).unwrap();
                    let id = object.as_reference().unwrap();
                    let stream = self.document.get_object(id).unwrap().as_stream().unwrap();
                    match self.name(&stream.dict, b"Subtype") {
                        b"Image" => self.image(stream, false),
                        _ => self.form_object(stream, Some(set)),
                    }
                }
                "gs" | "sh" | "ri" | "BI" => {
                    self.rule(false, format!("{} is not expected", operation.operator));
                }
                _ => {}
            }
        }
        self.rule(saved.is_empty(), "as many Q as q");
        if let Ok(fonts) = resources.get_deref(b"Font", self.document).and_then(Object::as_dict) {
            for (_, font) in fonts {
                let id = font.as_reference().unwrap();
                if self.seen.insert(id) {
                    self.font(self.document.get_dictionary(id).unwrap());
                }
            }
        }
    }

    fn device(&mut self, components: u8) -> bool {
        let allowed = self.claim.allows_device(components);
        self.rule(allowed, format!("6.2.3.3: device colours of {components} components"));
        true
    }

    /// A colour space by its name or array.
    fn space(&mut self, space: &Object) {
        match self.document.dereference(space).unwrap().1 {
            Object::Name(name) => {
                let components = match name.as_slice() {
                    b"DeviceGray" => 1,
                    b"DeviceRGB" => 3,
                    b"DeviceCMYK" => 4,
                    _ => return self.rule(false, format!("the space {}", String::from_utf8_lossy(name))),
                };
                self.device(components);
            }
            Object::Array(parts) => {
                self.rule(parts[0].as_name().is_ok_and(|name| name == b"ICCBased"), "ICCBased");
                let profile = self.document.dereference(&parts[1]).unwrap().1.as_stream().unwrap();
                let count = profile.dict.get(b"N").unwrap().as_i64().unwrap();
                let data = profile.get_plain_content().unwrap();
                let space = match count {
                    1 => b"GRAY",
                    3 => b"RGB ",
                    _ => b"CMYK",
                };
                self.rule(&data[16..20] == space, "6.2.3.2: /N is the profile's");
                self.rule(data.len() == u32::from_be_bytes(data[..4].try_into().unwrap()) as usize, "length");
                let most = if self.claim.pdfa == Some(1) { 2 } else { 4 };
                self.rule(data[8] <= most, format!("6.2.3.2: a profile of version {}", data[8]));
                let classes = [b"scnr", b"mntr", b"prtr", b"spac"];
                self.rule(
                    classes.iter().any(|class| &data[12..16] == *class),
                    "6.2.3.2: the profile's class",
                );
            }
            other => self.rule(false, format!("the space {other:?}")),
        }
    }

    /// ISO 19005-1, 6.2.4 and 6.4.
    fn image(&mut self, image: &'a Stream, is_mask: bool) {
        let dictionary = &image.dict;
        for key in [&b"Alternates"[..], b"OPI"] {
            self.rule(!dictionary.has(key), format!("6.2.4: /{}", String::from_utf8_lossy(key)));
        }
        let interpolated = dictionary.get(b"Interpolate").and_then(Object::as_bool).unwrap_or(false);
        self.rule(!interpolated, "6.2.4: /Interpolate true");
        self.rule(dictionary.get(b"BitsPerComponent").and_then(Object::as_i64).ok() == Some(8), "eight bits");
        self.rule(!image.filters().unwrap_or_default().contains(&&b"LZWDecode"[..]), "6.1.10: LZW");
        let space = dictionary.get(b"ColorSpace").unwrap();
        if is_mask {
            // Of a mask it says how many components there are, not which colours.
            self.rule(
                space.as_name().is_ok_and(|name| name == b"DeviceGray"),
                "11.6.5.2: a mask in DeviceGray",
            );
            self.rule(!dictionary.has(b"SMask"), "a mask of a mask");
        } else {
            self.space(space);
        }
        if let Ok(mask) = dictionary.get_deref(b"SMask", self.document) {
            self.rule(self.claim.pdfa != Some(1), "6.4: /SMask in PDF/A-1");
            // The page has no group of its own: what it is blended in is the intent's (19005-2, 6.2.10).
            let blended = self.claim.pdfa.is_none() || self.claim.intent.is_some();
            self.rule(blended, "6.2.10: transparency without a blending space");
            self.image(mask.as_stream().unwrap(), true);
        }
    }

    /// ISO 19005-1, 6.3.
    fn font(&mut self, font: &'a Dictionary) {
        self.rule(self.name(font, b"Subtype") == b"Type0", "a composite font");
        self.rule(self.name(font, b"Encoding") == b"Identity-H", "Identity-H");
        self.rule(
            font.get_deref(b"ToUnicode", self.document).is_ok_and(|map| map.as_stream().is_ok()),
            "6.3.8",
        );
        let base = self.name(font, b"BaseFont");
        let tag = base.get(..7).unwrap_or_default();
        let is_tag = tag.len() == 7 && tag[..6].iter().all(u8::is_ascii_uppercase) && tag[6] == b'+';
        self.rule(is_tag, "9.9.2: the tag of a subset");
        let descendants = font.get_deref(b"DescendantFonts", self.document).unwrap().as_array().unwrap();
        let cid_font = self.document.dereference(&descendants[0]).unwrap().1.as_dict().unwrap();
        self.rule(self.name(cid_font, b"BaseFont") == base, "one /BaseFont");
        let descriptor = cid_font.get_deref(b"FontDescriptor", self.document).unwrap().as_dict().unwrap();
        self.rule(self.name(descriptor, b"FontName") == base, "/FontName is /BaseFont");
        let Ok(program) = descriptor.get_deref(b"FontFile2", self.document).and_then(Object::as_stream)
        else {
            return self.rule(false, "6.3.4: an embedded TrueType font");
        };
        self.rule(self.name(cid_font, b"CIDToGIDMap") == b"Identity", "6.3.3.2: /CIDToGIDMap");
        let data = program.get_plain_content().unwrap();
        let length = program.dict.get(b"Length1").and_then(Object::as_i64);
        self.rule(length.ok() == Some(data.len() as i64), "/Length1");
        let glyphs = usize::from(number(&data, b"maxp", 4));
        match descriptor.get_deref(b"CIDSet", self.document).and_then(Object::as_stream) {
            Ok(set) => {
                let set = set.get_plain_content().unwrap();
                let all = (0..set.len() * 8)
                    .all(|glyph| (set[glyph / 8] & (0x80 >> (glyph % 8)) != 0) == (glyph < glyphs));
                self.rule(all && set.len() == glyphs.div_ceil(8), "6.3.5: /CIDSet names all glyphs");
            }
            Err(_) => self.rule(self.claim.pdfa != Some(1), "6.3.5: /CIDSet"),
        }
        self.widths(cid_font, &data, glyphs);
    }

    /// 6.3.6: what `/W` says is what the font says.
    fn widths(&mut self, cid_font: &Dictionary, data: &[u8], glyphs: usize) {
        let em = f64::from(number(data, b"head", 18));
        let metrics = usize::from(number(data, b"hhea", 34));
        let parts = cid_font.get_deref(b"W", self.document).unwrap().as_array().unwrap();
        for pair in parts.chunks(2) {
            let first = pair[0].as_i64().unwrap() as usize;
            for (index, width) in pair[1].as_array().unwrap().iter().enumerate() {
                let glyph = first + index;
                let own = f64::from(number(data, b"hmtx", glyph.min(metrics - 1) * 4)) * 1000.0 / em;
                let said = f64::from(width.as_float().unwrap());
                self.rule(
                    glyph < glyphs && (own - said).abs() < 1.0,
                    format!("6.3.6: glyph {glyph}: {said}"),
                );
            }
        }
    }

    /// ISO 32000, 14.7 and PDF/UA, 7.18: the widget is an object of a structure element /Form.
    fn structure(&mut self, id: ObjectId, widget: &'a Dictionary, page: ObjectId) {
        let tabs = self.name(self.document.get_dictionary(page).unwrap(), b"Tabs");
        self.rule(tabs == b"S", "PDF/UA 7.18.3: /Tabs /S");
        let Ok(key) = widget.get(b"StructParent").and_then(Object::as_i64) else {
            return self.rule(false, "/StructParent");
        };
        let catalog = self.document.catalog().unwrap();
        let root = catalog.get(b"StructTreeRoot").unwrap().as_reference().unwrap();
        let tree = self.document.get_dictionary(root).unwrap();
        let next = tree.get(b"ParentTreeNextKey").and_then(Object::as_i64).unwrap();
        self.rule(key < next, "/ParentTreeNextKey is beyond all keys");
        let numbers = tree.get_deref(b"ParentTree", self.document).unwrap().as_dict().unwrap();
        let numbers = numbers.get_deref(b"Nums", self.document).unwrap().as_array().unwrap();
        let keys: Vec<i64> = numbers.iter().step_by(2).map(|key| key.as_i64().unwrap()).collect();
        self.rule(keys.windows(2).all(|pair| pair[0] < pair[1]), "the parent tree's keys ascend");
        let entry = keys.iter().position(|other| *other == key).map(|index| &numbers[index * 2 + 1]);
        let Some(Ok(element)) = entry.map(Object::as_reference) else {
            return self.rule(false, "the parent tree leads to the element");
        };
        let entries = self.document.get_dictionary(element).unwrap();
        self.rule(self.name(entries, b"S") == b"Form", "PDF/UA 7.18.4: /Form");
        let object = entries.get_deref(b"K", self.document).unwrap().as_dict().unwrap();
        self.rule(self.name(object, b"Type") == b"OBJR", "OBJR");
        self.rule(object.get(b"Obj").and_then(Object::as_reference).ok() == Some(id), "/Obj is the widget");
        self.rule(entries.get(b"Pg").and_then(Object::as_reference).ok() == Some(page), "/Pg is the page");
        // Up to the root, each the kid of the next.
        let mut kid = element;
        while kid != root {
            let parent =
                self.document.get_dictionary(kid).unwrap().get(b"P").unwrap().as_reference().unwrap();
            let kids = match self.document.get_dictionary(parent).unwrap().get_deref(b"K", self.document) {
                Ok(Object::Array(kids)) => kids.iter().filter_map(|kid| kid.as_reference().ok()).collect(),
                _ => vec![
                    self.document.get_dictionary(parent).unwrap().get(b"K").unwrap().as_reference().unwrap(),
                ],
            };
            self.rule(kids.iter().filter(|other| **other == kid).count() == 1, "/K and /P agree");
            kid = parent;
        }
    }
}

/// Two bytes of a table of a TrueType font.
fn number(data: &[u8], tag: &[u8; 4], at: usize) -> u16 {
    let count = usize::from(u16::from_be_bytes([data[4], data[5]]));
    let entry = (0..count).map(|table| &data[12 + table * 16..][..16]).find(|entry| &entry[..4] == tag);
    let start = u32::from_be_bytes(entry.unwrap()[8..12].try_into().unwrap()) as usize + at;
    u16::from_be_bytes([data[start], data[start + 1]])
}
