//! Forms, fields, annotations, and what a catalog says about signing.

use crate::Sample;
use crate::base::{minimal, with_form};
use crate::writer::{Classic, ID, Objects, append, classic};

const WIDGET: &str = "/Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R";

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = shapes();
    all.extend(fields());
    all.extend(catalogs());
    all
}

fn signed(file: &'static str, stresses: &'static str, objects: &Objects) -> Sample {
    Sample::signed(file, stresses, classic(objects, &Classic::default()).bytes)
}

fn text_field() -> String {
    "<< /FT /Tx /T (Name) /V (Hoa) /DA (/Helv 10 Tf 0 g) /Type /Annot /Subtype /Widget \
     /Rect [72 600 272 620] /F 4 /P 3 0 R >>"
        .to_owned()
}

/// A form with one text field, its dictionary and arrays direct or indirect.
fn shapes() -> Vec<Sample> {
    const REST: &str = "/DR << /Font << /Helv 5 0 R >> >> /DA (/Helv 0 Tf 0 g) /NeedAppearances false";
    let base = |form: &str, annots: &str| {
        let mut objects = with_form(form);
        objects = objects.set(10, &text_field()).edit(3, "/Contents", &format!("{annots} /Contents"));
        objects
    };
    let direct = format!("<< /Fields [10 0 R] {REST} >>");
    let indirect = format!("<< /Fields 11 0 R {REST} >>");
    let annots = "/Annots [10 0 R]";
    vec![
        signed("form-direct.pdf", "/AcroForm direct, /Fields direct, /Annots direct", &base(&direct, annots)),
        signed(
            "form-indirect.pdf",
            "/AcroForm indirect, /Fields direct",
            &base("7 0 R", annots).set(7, &direct),
        ),
        signed("form-direct-fields-indirect.pdf", "/AcroForm direct, /Fields indirect", &{
            base(&indirect, annots).set(11, "[10 0 R]")
        }),
        signed("form-indirect-fields-indirect.pdf", "/AcroForm indirect, /Fields indirect", &{
            base("7 0 R", annots).set(7, &indirect).set(11, "[10 0 R]")
        }),
        signed("form-without-fields.pdf", "damaged: /AcroForm without /Fields", &{
            with_form("<< /DA (/Helv 0 Tf 0 g) >>").edit(3, "/Contents", "/Annots [] /Contents")
        }),
        signed("form-null.pdf", "/AcroForm is null", &with_form("null")),
        signed("annots-indirect.pdf", "/Annots is a reference to an array", &{
            base(&direct, "/Annots 12 0 R").set(12, "[10 0 R]")
        }),
        signed("annots-missing.pdf", "a field whose widget is in no /Annots", &base(&direct, "")),
        signed(
            "annots-odd.pdf",
            "damaged: /Annots with null, a dangling reference and a direct annotation",
            &base(
                &direct,
                "/Annots [null 90 0 R 10 0 R << /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Border [0 0 0] >>]",
            ),
        ),
        signed("form-circle.pdf", "hostile: a field is its own grandchild", &{
            with_form("<< /Fields [10 0 R] >>")
                .set(10, "<< /T (a) /Kids [11 0 R] >>")
                .set(11, "<< /T (b) /Parent 10 0 R /Kids [10 0 R] >>")
        }),
        signed("form-stray-fields.pdf", "damaged: /Fields with null, a number and a page", &{
            with_form("<< /Fields [null 7 3 0 R 10 0 R] >>").set(10, &text_field())
        }),
    ]
}

fn fields() -> Vec<Sample> {
    let form = "<< /Fields [10 0 R] /SigFlags 1 >>";
    let merged = |extra: &str| {
        let mut objects = with_form(form);
        objects = objects.set(10, &format!("<< /FT /Sig /T (Signature1) {WIDGET} {extra} >>")).edit(
            3,
            "/Contents",
            "/Annots [10 0 R] /Contents",
        );
        objects
    };
    vec![
        signed("field-merged.pdf", "empty signature field, field and widget in one", &merged("")),
        signed("field-visible.pdf", "empty visible signature field", &{
            merged("").edit(10, "/Rect [0 0 0 0] /F 132", "/Rect [72 100 272 160] /F 4 /MK << /BC [0] >>")
        }),
        signed("field-split.pdf", "empty signature field split into field and widget", &{
            with_form(form)
                .set(10, "<< /FT /Sig /T (Signature1) /Kids [11 0 R] >>")
                .set(11, &format!("<< {WIDGET} /Parent 10 0 R >>"))
                .edit(3, "/Contents", "/Annots [11 0 R] /Contents")
        }),
        signed("field-two-widgets.pdf", "empty signature field with two widgets", &{
            with_form(form)
                .set(10, "<< /FT /Sig /T (Signature1) /Kids [11 0 R 12 0 R] >>")
                .set(11, &format!("<< {WIDGET} /Parent 10 0 R >>"))
                .set(12, &format!("<< {WIDGET} /Parent 10 0 R >>"))
                .edit(3, "/Contents", "/Annots [11 0 R 12 0 R] /Contents")
        }),
        signed("field-hierarchy.pdf", "empty field contract.seller.signature; /FT inherited", &{
            with_form(form)
                .set(10, "<< /T (contract) /Kids [11 0 R] >>")
                .set(11, "<< /T (seller) /FT /Sig /Parent 10 0 R /Kids [12 0 R] >>")
                .set(12, &format!("<< /T (signature) /Parent 11 0 R {WIDGET} >>"))
                .edit(3, "/Contents", "/Annots [12 0 R] /Contents")
        }),
        signed("field-utf16-name.pdf", "empty field whose name is UTF-16BE", &{
            merged("").edit(10, "(Signature1)", "<FEFF004300681EEF0020006B00FD>")
        }),
        signed("field-name-taken.pdf", "a text field is called Signature1", &{
            merged("").edit(10, "/FT /Sig", "/FT /Tx").edit(10, "/F 132", "/F 4")
        }),
        signed("field-lock-include.pdf", "empty field with /Lock Include", &{
            merged("/Lock << /Type /SigFieldLock /Action /Include /Fields [(Name)] >>")
        }),
        signed("field-lock-all.pdf", "empty field with /Lock All and /P 2", &{
            merged("/Lock << /Type /SigFieldLock /Action /All /P 2 >>")
        }),
        signed("field-seed-value.pdf", "empty field with a seed value that PAdES meets", &{
            merged("/SV << /Type /SV /Ff 2 /SubFilter [/ETSI.CAdES.detached] >>")
        }),
        signed("field-elsewhere.pdf", "an empty field on the second page", &{
            merged("")
                .edit(2, "[3 0 R] /Count 1", "[7 0 R 3 0 R] /Count 2")
                .set(7, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>")
        }),
    ]
}

fn catalogs() -> Vec<Sample> {
    let catalog = |entries: &str| {
        let mut objects = minimal();
        objects = objects.set(1, &format!("<< /Type /Catalog /Pages 2 0 R {entries} >>"));
        objects
    };
    let xfa = |catalog_entry: &str| {
        let mut objects = catalog(&format!("/AcroForm << /Fields [] /XFA 7 0 R >> {catalog_entry}"));
        objects = objects.stream(
            7,
            "",
            b"<?xml version=\"1.0\"?><xdp:xdp xmlns:xdp=\"http://ns.adobe.com/xdp/\"><template/></xdp:xdp>",
        );
        objects
    };
    let write = |objects: &Objects| classic(objects, &Classic::default()).bytes;
    vec![
        signed("xfa-static.pdf", "static XFA form", &xfa("")),
        Sample::refused("xfa-needs-rendering.pdf", "dynamic XFA form", "refuse: dynamic XFA", {
            write(&xfa("/NeedsRendering true"))
        }),
        signed(
            "needs-rendering-no-xfa.pdf",
            "/NeedsRendering without /XFA",
            &catalog("/NeedsRendering true"),
        ),
        signed("usage-rights.pdf", "usage rights /UR3 that lapse", &usage_rights()),
        signed(
            "perms-unknown.pdf",
            "/Perms with an entry that nobody defines",
            &catalog("/Perms << /KYSO_Note (kept) >>"),
        ),
        signed("extensions-other.pdf", "/Extensions of another prefix", &{
            catalog("/Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >>")
        }),
        signed("extensions-higher.pdf", "/Extensions /ESIC of a higher level", &{
            catalog("/Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >>")
        }),
        signed("extensions-indirect.pdf", "/Extensions is a reference", &{
            catalog("/Extensions 7 0 R").set(7, "<< /ADBE << /BaseVersion /1.7 /ExtensionLevel 3 >> >>")
        }),
        signed("catalog-full.pdf", "a catalog with many entries that must survive", &{
            catalog(
                "/PageLayout /SinglePage /PageMode /UseNone /Lang (vi-VN) /ViewerPreferences << /DisplayDocTitle true >> \
                 /OutputIntents [] /PieceInfo << /Kyso << /LastModified (D:20260101000000Z) /Private [1 2 3] >> >> \
                 /MarkInfo << /Marked false >> /Names 7 0 R",
            )
            .set(7, "<< /Dests << /Names [] >> >>")
        }),
        Sample::refused("certified-no-changes.pdf", "DocMDP P=1", "refuse: DocMDP P=1", certified(1, "")),
        signed_bytes(
            "certified-form-filling.pdf",
            "DocMDP P=2, the signature itself is not valid",
            certified(2, ""),
        ),
        Sample::refused("locked-all.pdf", "FieldMDP All of an earlier signature", "refuse: FieldMDP All", {
            certified(
                3,
                "<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams /V /1.2 /Action /All >> >>",
            )
        }),
    ]
}

fn signed_bytes(file: &'static str, stresses: &'static str, bytes: Vec<u8>) -> Sample {
    Sample::signed(file, stresses, bytes)
}

fn usage_rights() -> Objects {
    let mut objects = minimal();
    objects = objects.set(1, "<< /Type /Catalog /Pages 2 0 R /Perms << /UR3 7 0 R >> >>").set(
        7,
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Contents <3003020100> \
         /ByteRange [0 10 20 10] /Reference [<< /Type /SigRef /TransformMethod /UR3 /TransformParams \
         << /Type /TransformParams /V /2.2 /Document [/FullSave] >> >>] >>",
    );
    objects
}

/// A second revision with a certification whose value is a placeholder: the rules that it sets are
/// read before any signature is checked.
fn certified(permission: u8, reference: &str) -> Vec<u8> {
    let mut file = classic(&minimal(), &Classic::default());
    let mut objects = Objects::default();
    let value = "30".to_owned() + &"00".repeat(63);
    objects = objects
        .set(1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] /SigFlags 3 >> /Perms << /DocMDP 8 0 R >> >>")
        .set(
            3,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R] \
             /Resources << /Font << /F1 5 0 R >> >> >>",
        )
        .set(7, &format!("<< /FT /Sig /T (Signature1) {WIDGET} /V 8 0 R >>"))
        .set(
            8,
            &format!(
                "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:20260101000000Z) \
                 /ByteRange [0 0000000000 0000000000 0000000000] /Contents <{value}> /Reference [<< /Type /SigRef \
                 /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P {permission} >> >> \
                 {reference}] >>"
            ),
        );
    append(&mut file, &objects, &format!("/Size 9 /Root 1 0 R /Info 6 0 R /ID {ID}"));
    let mut bytes = file.bytes;
    let gap = bytes.windows(value.len()).position(|window| window == value.as_bytes()).unwrap() - 1;
    let after = gap + value.len() + 2;
    let range = format!("[0 {gap:010} {after:010} {:010}]", bytes.len() - after);
    crate::files::patch(&mut bytes, b"[0 0000000000 0000000000 0000000000]", range.as_bytes());
    bytes
}
