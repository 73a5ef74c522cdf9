//! XML documents to sign: the forms that XML takes, one after the other, and an invoice in UBL.

use crate::tt78;

/// One document of the set.
pub(crate) struct Document {
    pub(crate) file: &'static str,
    pub(crate) stresses: &'static str,
    /// The name of the attribute that is the id.
    pub(crate) attribute: &'static str,
    /// The ids of the nodes to be signed, between commas.
    pub(crate) nodes: &'static str,
    /// Where the signature goes.
    pub(crate) location: &'static str,
    /// `sign`, `doctype` (signed where a DOCTYPE is allowed) or `refuse: why`.
    pub(crate) expected: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Document {
    /// One that is signed, by an `Id`.
    pub(crate) fn new(
        file: &'static str,
        stresses: &'static str,
        nodes: &'static str,
        location: &'static str,
        text: String,
    ) -> Self {
        let bytes = text.into_bytes();
        Self { file, stresses, attribute: "Id", nodes, location, expected: "sign", bytes }
    }
}

pub(crate) fn documents() -> Vec<Document> {
    let mut all = tt78::documents();
    all.extend(forms());
    all.extend(refused());
    all
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn forms() -> Vec<Document> {
    vec![
        Document {
            attribute: "id",
            ..Document::new(
                "namespaces-above.xml",
                "namespaces declared above the signed node, a default one among them; the location is inside",
                "hd-2026-0007",
                "inv:hoaDon/inv:chuKy",
                namespaces_above(),
            )
        },
        Document {
            attribute: "id",
            ..Document::new(
                "bom-crlf.xml",
                "byte order mark, CRLF, tabs, lower-case id",
                "bien-ban",
                "bienBan/kyTen",
                format!("\u{FEFF}{}", minutes("UTF-8").replace('\n', "\r\n")),
            )
        },
        Document::new(
            "comments-pis-cdata.xml",
            "comments, processing instructions, CDATA, references, xml:lang, quotes of both kinds",
            "ghi-chu",
            "so/ky",
            mixture(),
        ),
        Document {
            bytes: latin1(&french()),
            ..Document::new("latin1.xml", "ISO-8859-1", "facture", "facture/signature", String::new())
        },
        Document {
            attribute: "id",
            bytes: format!("\u{FEFF}{}", minutes("UTF-16"))
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            ..Document::new(
                "utf16-le.xml",
                "UTF-16, little-endian",
                "bien-ban",
                "bienBan/kyTen",
                String::new(),
            )
        },
        Document {
            expected: "doctype",
            ..Document::new(
                "doctype.xml",
                "an internal subset: entities, default attributes, types",
                "bao-gia",
                "baoGia/ky",
                doctype(),
            )
        },
        Document::new("deep.xml", "1,000 elements in one another", "goc", "goc/ky", deep(1000)),
        Document {
            attribute: "ID",
            ..Document::new(
                "ubl-invoice.xml",
                "an invoice in UBL: prefixes everywhere, the signature in an extension",
                "",
                "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent",
                ubl(),
            )
        },
    ]
}

fn refused() -> Vec<Document> {
    let refused = |file, stresses, expected, text: &str| Document {
        expected,
        ..Document::new(file, stresses, "X", "a/ky", text.to_owned())
    };
    vec![
        refused(
            "relative-namespace.xml",
            "a namespace name that is a relative URI",
            "refuse: relative namespace",
            "<a xmlns=\"DSDLieu\"><b Id=\"X\">1</b><ky/></a>\n",
        ),
        refused(
            "duplicate-id.xml",
            "two elements with the id that is to be signed",
            "refuse: duplicate id",
            "<a><b Id=\"X\">1</b><c ID=\"X\">2</c><ky/></a>\n",
        ),
        refused(
            "two-roots.xml",
            "two root elements",
            "refuse: not well-formed",
            "<a><b Id=\"X\"/><ky/></a><a/>\n",
        ),
        refused(
            "unbound-prefix.xml",
            "a prefix that is bound to nothing",
            "refuse: not well-formed",
            "<a><p:b Id=\"X\"/><ky/></a>\n",
        ),
    ]
}

fn namespaces_above() -> String {
    format!(
        "{DECLARATION}<goi:goiTin xmlns:goi=\"urn:example:kyso:goi-tin\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n  \
         xmlns=\"urn:example:kyso:mac-dinh\" xmlns:thua=\"urn:example:kyso:khong-dung\" xml:lang=\"vi\">\n  \
         <goi:dauGoi><nguoiGui>Hợp tác xã Chè Tân Cương</nguoiGui></goi:dauGoi>\n  \
         <inv:hoaDon xmlns:inv=\"urn:example:kyso:hoa-don\" id=\"hd-2026-0007\" xsi:schemaLocation=\"urn:example:kyso:hoa-don hd.xsd\">\n    \
         <inv:so>0000007</inv:so>\n    <ngay xsi:type=\"ngayThang\">2026-03-08</ngay>\n    \
         <khoan xmlns=\"\" z=\"1\" a=\"2\" inv:m=\"3\"><ten>Chè búp loại một</ten></khoan>\n    \
         <inv:chuKy/>\n  </inv:hoaDon>\n</goi:goiTin>\n"
    )
}

fn minutes(encoding: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"{encoding}\" standalone=\"yes\"?>\n\
         <bienBan>\n\t<noiDung id=\"bien-ban\" ngay='2026-05-19'>\n\t\t<dong stt=\"1\">Bên giao: Xưởng gỗ Đồng Kỵ</dong>\n\
         \t\t<dong stt=\"2\">Bên nhận: Trường mầm non Hoa Mai</dong>\n\
         \t\t<dong stt=\"3\">Mười hai bộ bàn ghế, đủ và tốt.</dong>\n\t</noiDung>\n\t<kyTen></kyTen>\n</bienBan>\n"
    )
}

fn mixture() -> String {
    format!(
        "{DECLARATION}<?xml-stylesheet href=\"so.xsl\"\n   type=\"text/xsl\"?>\n<!-- Sổ ghi chú -->\n\
         <so xml:lang=\"vi\"><muc Id='ghi-chu' nguon=\"dòng 1&#10;dòng 2&#x9;'nháy'\" xml:space='preserve'\n  b = \"2\"\n  a='\"1\"'>\
         <!-- trước --><?may in ra giấy?>Giá &lt; 5 &amp; &gt; 3;&#13;\n&#x1EBF;<![CDATA[<không phải thẻ> & ]] >]]>\
         <trong xml:lang=\"\"/><?rong?><!----></muc   >\n<ky ></ky>\n</so>\n<!-- hết --><?sau het?>\n"
    )
}

fn french() -> String {
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<facture><contenu Id=\"facture\" objet=\"Thé vert d'été\">\
     <ligne>Déjà réglé : 12 £, café à la crème</ligne><total devise=\"&#8363;\">250000</total></contenu>\
     <signature/></facture>\n"
        .into()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).expect("a character of ISO-8859-1"))
        .collect()
}

fn doctype() -> String {
    format!(
        "{DECLARATION}<!DOCTYPE baoGia [\n  <!ELEMENT baoGia (noiDung, ky)>\n  <!ENTITY cty \"Công ty Cổ phần Mây Tre &#38;amp; Lá\">\n  \
         <!ENTITY dong \"<dong>&cty;</dong>\">\n  <!ATTLIST noiDung Id ID #REQUIRED tien NMTOKEN \"VND\">\n  \
         <!ATTLIST dong loai (hang|dichVu) \"hang\">\n]>\n\
         <baoGia><noiDung Id=\" bao-gia \" ten=\"&cty;\">&dong;<dong loai='dichVu'>Vận chuyển</dong></noiDung><ky/></baoGia>\n"
    )
}

fn deep(levels: usize) -> String {
    let (open, close) = ("<n>".repeat(levels - 2), "</n>".repeat(levels - 2));
    format!("<goc><nhanh Id=\"goc\">{open}đáy{close}</nhanh><ky/></goc>\n")
}

fn ubl() -> String {
    let party = |role: &str, name: &str, number: &str| {
        format!(
            "  <cac:{role}>\n    <cac:Party>\n      <cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>\n      \
             <cac:PartyTaxScheme><cbc:CompanyID schemeID=\"VN:MST\">{number}</cbc:CompanyID>\
             <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>\n    </cac:Party>\n  </cac:{role}>\n"
        )
    };
    let mut lines = String::new();
    for (number, (name, price)) in
        [("Đèn lồng lụa", 180_000), ("Khăn rằn", 65_000), ("Bình gốm Bát Tràng", 420_000)]
            .into_iter()
            .enumerate()
    {
        lines.push_str(&format!(
            "  <cac:InvoiceLine>\n    <cbc:ID>{}</cbc:ID>\n    <cbc:InvoicedQuantity unitCode=\"C62\">2</cbc:InvoicedQuantity>\n    \
             <cbc:LineExtensionAmount currencyID=\"VND\">{}</cbc:LineExtensionAmount>\n    \
             <cac:Item><cbc:Name>{name}</cbc:Name></cac:Item>\n    \
             <cac:Price><cbc:PriceAmount currencyID=\"VND\">{price}</cbc:PriceAmount></cac:Price>\n  </cac:InvoiceLine>\n",
            number + 1,
            price * 2
        ));
    }
    let names = "urn:oasis:names:specification:ubl:schema:xsd";
    format!(
        "{DECLARATION}<Invoice xmlns=\"{names}:Invoice-2\"\n    xmlns:cac=\"{names}:CommonAggregateComponents-2\"\n    \
         xmlns:cbc=\"{names}:CommonBasicComponents-2\"\n    xmlns:ext=\"{names}:CommonExtensionComponents-2\">\n  \
         <ext:UBLExtensions>\n    <ext:UBLExtension>\n      <ext:ExtensionContent/>\n    </ext:UBLExtension>\n  </ext:UBLExtensions>\n  \
         <cbc:UBLVersionID>2.1</cbc:UBLVersionID>\n  <cbc:ID>HA-2026-118</cbc:ID>\n  <cbc:IssueDate>2026-06-02</cbc:IssueDate>\n  \
         <cbc:DocumentCurrencyCode>VND</cbc:DocumentCurrencyCode>\n{}{}{lines}\
         \x20 <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID=\"VND\">1330000</cbc:PayableAmount></cac:LegalMonetaryTotal>\n</Invoice>\n",
        party("AccountingSupplierParty", "Cửa hàng lưu niệm Phố Hội", "4099999903"),
        party("AccountingCustomerParty", "Khách sạn Sông Hoài", "4099999911"),
    )
}
