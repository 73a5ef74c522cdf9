//! Documents for archives and for everybody: PDF/A (ISO 19005) and PDF/UA (ISO 14289).
//!
//! Their pages hold lines and a figure and no text, so that no font has to be embedded.

use std::fmt::Write as _;

use crate::Sample;
use crate::profile;
use crate::writer::{Classic, ID, Objects, classic, deflate, stream_body};

/// What a file claims and has.
struct Claim {
    file: &'static str,
    stresses: &'static str,
    header: &'static str,
    /// Part and conformance level of PDF/A.
    pdfa: Option<(u8, &'static str)>,
    pdfua: bool,
    intent: Intent,
    tagged: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Intent {
    None,
    Rgb,
    Cmyk,
}

const PLAIN: Claim = Claim {
    file: "",
    stresses: "",
    header: "%PDF-1.7",
    pdfa: None,
    pdfua: false,
    intent: Intent::Rgb,
    tagged: false,
};

const CLAIMS: [Claim; 11] = [
    Claim { file: "pdfa-1b.pdf", stresses: "PDF/A-1b", header: "%PDF-1.4", pdfa: Some((1, "B")), ..PLAIN },
    Claim {
        file: "pdfa-1b-cmyk.pdf",
        stresses: "PDF/A-1b with a CMYK output intent",
        header: "%PDF-1.4",
        pdfa: Some((1, "B")),
        intent: Intent::Cmyk,
        ..PLAIN
    },
    Claim {
        file: "pdfa-1b-no-intent.pdf",
        stresses: "PDF/A-1b without an output intent",
        header: "%PDF-1.4",
        pdfa: Some((1, "B")),
        intent: Intent::None,
        ..PLAIN
    },
    Claim {
        file: "pdfa-1a.pdf",
        stresses: "PDF/A-1a, tagged",
        header: "%PDF-1.4",
        pdfa: Some((1, "A")),
        tagged: true,
        ..PLAIN
    },
    Claim { file: "pdfa-2b.pdf", stresses: "PDF/A-2b", pdfa: Some((2, "B")), ..PLAIN },
    Claim {
        file: "pdfa-2b-no-intent.pdf",
        stresses: "PDF/A-2b without an output intent",
        pdfa: Some((2, "B")),
        intent: Intent::None,
        ..PLAIN
    },
    Claim {
        file: "pdfa-2b-cmyk.pdf",
        stresses: "PDF/A-2b with a CMYK output intent",
        pdfa: Some((2, "B")),
        intent: Intent::Cmyk,
        ..PLAIN
    },
    Claim { file: "pdfa-3b.pdf", stresses: "PDF/A-3b", pdfa: Some((3, "B")), ..PLAIN },
    Claim { file: "pdfa-4.pdf", stresses: "PDF/A-4", header: "%PDF-2.0", pdfa: Some((4, "")), ..PLAIN },
    Claim {
        file: "pdfua-1.pdf",
        stresses: "PDF/UA-1, tagged",
        pdfua: true,
        intent: Intent::None,
        tagged: true,
        ..PLAIN
    },
    Claim {
        file: "pdfa-2a-pdfua-1.pdf",
        stresses: "PDF/A-2a and PDF/UA-1 in one, tagged",
        pdfa: Some((2, "A")),
        pdfua: true,
        tagged: true,
        ..PLAIN
    },
];

pub(crate) fn samples() -> Vec<Sample> {
    CLAIMS.iter().map(|claim| Sample::signed(claim.file, claim.stresses, write(claim))).collect()
}

const TITLE: &str = "A drawing to be signed";

/// 1 catalog, 2 pages, 3 page, 4 content, 6 information, 7 metadata, 8 profile, 9 colour space, 10 to 13
/// structure.
fn write(claim: &Claim) -> Vec<u8> {
    // A document without an intent calibrates its own colours.
    let calibrated = claim.intent == Intent::None && claim.pdfa.is_some();
    let resources = if calibrated { "/ColorSpace << /CS0 9 0 R >>" } else { "" };
    let parents = if claim.tagged { "/StructParents 0" } else { "" };
    let mut objects = Objects::default();
    objects = objects
        .set(1, &catalog(claim))
        .set(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .set(
            3,
            &format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 240 160] /Contents 4 0 R {parents} \
                 /Resources << {resources} >> >>"
            ),
        )
        .stream(4, "", content(claim, calibrated).as_bytes())
        .stream(7, "/Type /Metadata /Subtype /XML", metadata(claim).as_bytes());
    if claim.intent == Intent::Cmyk {
        objects.0.insert(8, flate("/N 4", &profile::cmyk()));
    } else if claim.pdfa.is_some() {
        objects.0.insert(8, flate("/N 3", &profile::rgb()));
    }
    if calibrated {
        objects = objects.set(9, "[/ICCBased 8 0 R]");
    }
    if claim.tagged {
        objects = objects
            .set(10, "<< /Type /StructTreeRoot /K 11 0 R /ParentTree 12 0 R /ParentTreeNextKey 1 >>")
            .set(11, "<< /Type /StructElem /S /Document /P 10 0 R /K [13 0 R] >>")
            .set(12, "<< /Nums [0 [13 0 R]] >>")
            .set(
                13,
                "<< /Type /StructElem /S /Figure /P 11 0 R /Pg 3 0 R /K 0 /Alt (A frame with two bars) \
                 /A << /O /Layout /Placement /Block /BBox [4 4 236 156] >> >>",
            );
    }
    // PDF/A-4 has no information dictionary (ISO 19005-4, 6.1.3).
    let mut trailer = format!("/Root 1 0 R /ID {ID}");
    if !matches!(claim.pdfa, Some((4, _))) {
        objects = objects.set(
            6,
            &format!("<< /Title ({TITLE}) /Producer (kyso testdata) /CreationDate (D:20260101000000Z) >>"),
        );
        trailer.push_str(" /Info 6 0 R");
    }
    classic(&objects, &Classic { header: claim.header, trailer, ..Classic::default() }).bytes
}

fn flate(entries: &str, data: &[u8]) -> Vec<u8> {
    stream_body(&format!("{entries} /Filter /FlateDecode"), &deflate(data))
}

fn catalog(claim: &Claim) -> String {
    let mut text = "<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R".to_owned();
    if claim.tagged {
        text.push_str(" /Lang (en) /MarkInfo << /Marked true >> /StructTreeRoot 10 0 R");
    }
    if claim.pdfua {
        text.push_str(" /ViewerPreferences << /DisplayDocTitle true >>");
    }
    if claim.intent != Intent::None {
        text.push_str(
            " /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (Custom) \
             /Info (Of the test data) /DestOutputProfile 8 0 R >>]",
        );
    }
    text + " >>"
}

fn content(claim: &Claim, calibrated: bool) -> String {
    let (stroke, fill) = match claim.intent {
        _ if calibrated => ("/CS0 CS .4 .4 .4 SC", "/CS0 cs .6 .6 .6 sc"),
        Intent::Cmyk => ("0 0 0 .6 K", "0 0 0 .4 k"),
        _ => (".4 .4 .4 RG", ".6 .6 .6 rg"),
    };
    let (begin, end) = if claim.tagged { ("/Figure << /MCID 0 >> BDC\n", "\nEMC") } else { ("", "") };
    format!("{begin}{stroke} 4 4 232 152 re S\n{fill} 20 140 120 5 re 20 130 90 5 re f{end}")
}

fn metadata(claim: &Claim) -> String {
    let mut about = String::new();
    if let Some((part, conformance)) = claim.pdfa {
        let _ = writeln!(about, "   <pdfaid:part>{part}</pdfaid:part>");
        if part == 4 {
            about.push_str("   <pdfaid:rev>2020</pdfaid:rev>\n");
        } else {
            let _ = writeln!(about, "   <pdfaid:conformance>{conformance}</pdfaid:conformance>");
        }
    }
    if claim.pdfua {
        about.push_str("   <pdfuaid:part>1</pdfuaid:part>\n");
    }
    // The schema of PDF/UA is none that PDF/A knows beforehand.
    let schema = if claim.pdfua && claim.pdfa.is_some() { SCHEMA } else { "" };
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n \
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  \
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">\n\
         {about}   \
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{TITLE}</rdf:li></rdf:Alt></dc:title>\n   \
         <xmp:CreateDate>2026-01-01T00:00:00Z</xmp:CreateDate>\n   \
         <pdf:Producer>kyso testdata</pdf:Producer>\n  \
         </rdf:Description>\n{schema} </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
    )
}

const SCHEMA: &str = r#"  <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
     <pdfaProperty:name>part</pdfaProperty:name>
     <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
     <pdfaProperty:category>internal</pdfaProperty:category>
     <pdfaProperty:description>The part of ISO 14289 that the document conforms to</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
   </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
"#;
