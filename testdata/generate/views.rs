//! Pages that are displayed alike and are made differently: turned, cropped, with another origin or unit.
//!
//! Each shows 240 by 160 points with the same drawing, so that one picture is right for all of them.

use crate::Sample;
use crate::base::minimal;
use crate::writer::{Classic, classic};

/// How a page comes to be displayed as it is.
struct View {
    file: &'static str,
    stresses: &'static str,
    /// Entries of the page.
    page: &'static str,
    /// From displayed points to the page's own units.
    matrix: &'static str,
}

const VIEWS: [View; 9] = [
    View {
        file: "view-plain.pdf",
        stresses: "240 by 160 points",
        page: "/MediaBox [0 0 240 160]",
        matrix: "1 0 0 1 0 0",
    },
    View {
        file: "view-rotated-90.pdf",
        stresses: "/Rotate 90, displayed like view-plain.pdf",
        page: "/MediaBox [0 0 160 240] /Rotate 90",
        matrix: "0 1 -1 0 160 0",
    },
    View {
        file: "view-rotated-180.pdf",
        stresses: "/Rotate 180, displayed like view-plain.pdf",
        page: "/MediaBox [0 0 240 160] /Rotate 180",
        matrix: "-1 0 0 -1 240 160",
    },
    View {
        file: "view-rotated-270.pdf",
        stresses: "/Rotate 270, displayed like view-plain.pdf",
        page: "/MediaBox [0 0 160 240] /Rotate 270",
        matrix: "0 -1 1 0 0 240",
    },
    View {
        file: "view-cropped.pdf",
        stresses: "/CropBox inside /MediaBox, displayed like view-plain.pdf",
        page: "/MediaBox [0 0 400 300] /CropBox [90 70 330 230]",
        matrix: "1 0 0 1 90 70",
    },
    View {
        file: "view-cropped-rotated-270.pdf",
        stresses: "/CropBox, negative origin and /Rotate 270, displayed like view-plain.pdf",
        page: "/MediaBox [-100 -50 300 350] /CropBox [-20 10 140 250] /Rotate 270",
        matrix: "0 -1 1 0 -20 250",
    },
    View {
        file: "view-negative.pdf",
        stresses: "/MediaBox around the origin, displayed like view-plain.pdf",
        page: "/MediaBox [-120 -80 120 80]",
        matrix: "1 0 0 1 -120 -80",
    },
    View {
        file: "view-user-unit.pdf",
        stresses: "/UserUnit 2, displayed like view-plain.pdf",
        page: "/MediaBox [0 0 120 80] /UserUnit 2",
        matrix: ".5 0 0 .5 0 0",
    },
    View {
        file: "view-user-unit-rotated-90.pdf",
        stresses: "/UserUnit 2 and /Rotate 90, displayed like view-plain.pdf",
        page: "/MediaBox [0 0 80 120] /UserUnit 2 /Rotate 90",
        matrix: "0 .5 -.5 0 80 0",
    },
];

/// A frame, a square in the lower left corner, a triangle in the upper right one, two bars on the upper left
/// that stand for text. What a crop box hides is red.
const DRAWING: &str = "1 0 0 rg -500 -500 1240 498 re -500 162 1240 500 re -500 -2 498 164 re 242 -2 500 164 re f\n\
    .7 G 4 4 232 152 re S\n\
    .2 .4 .8 rg 6 6 8 8 re f\n\
    .9 .5 .1 rg 234 154 m 218 154 l 234 138 l f\n\
    .6 g 20 140 120 5 re 20 130 90 5 re f";

pub(crate) fn samples() -> Vec<Sample> {
    let views = VIEWS.iter().map(|view| Sample::signed(view.file, view.stresses, write(view)));
    let several = Sample::signed(
        "view-pages.pdf",
        "four pages with text: plain, /Rotate 90, /CropBox with /Rotate 270, /UserUnit 2",
        pages([0, 1, 5, 7]),
    );
    views.chain([several]).collect()
}

/// A document of several of the pages, each with text where others are to sign.
fn pages<const COUNT: usize>(which: [usize; COUNT]) -> Vec<u8> {
    let mut objects = minimal();
    let mut kids = String::new();
    for (index, view) in which.into_iter().map(|index| &VIEWS[index]).enumerate() {
        let (page, content, number) = (10 + index * 2, 11 + index * 2, index + 1);
        let text = format!(
            "q {} cm BT /F1 10 Tf 20 100 Td (Page {number} of the contract) Tj\n\
             0 -20 Td [(The bu) 20 (yer si) -30 (gns here:)] TJ 120 0 Td (the seller here:) Tj\n\
             -120 -50 Td (The buyer signs ) Tj (here: once more) Tj ET Q",
            view.matrix
        );
        objects = objects
            .set(
                page as u32,
                &format!(
                    "<< /Type /Page /Parent 2 0 R {} /Contents {content} 0 R \
                     /Resources << /Font << /F1 5 0 R >> >> >>",
                    view.page
                ),
            )
            .stream(content as u32, "", text.as_bytes());
        kids.push_str(&format!("{page} 0 R "));
    }
    objects = objects
        .set(2, &format!("<< /Type /Pages /Kids [{}] /Count {COUNT} >>", kids.trim_end()))
        .remove(3)
        .remove(4);
    classic(&objects, &Classic::default()).bytes
}

fn write(view: &View) -> Vec<u8> {
    let mut objects = minimal();
    objects = objects
        .set(3, &format!("<< /Type /Page /Parent 2 0 R {} /Contents 4 0 R /Resources << >> >>", view.page))
        .stream(4, "", format!("q {} cm\n{DRAWING}\nQ", view.matrix).as_bytes())
        .remove(5);
    classic(&objects, &Classic::default()).bytes
}
