//! Page trees of every shape.

use crate::Sample;
use crate::base::minimal;
use crate::writer::{Classic, Objects, classic};

const UNREACHABLE: &str = "refuse: no usable page tree";

pub(crate) fn samples() -> Vec<Sample> {
    let signed = |file, stresses, objects: &Objects| Sample::signed(file, stresses, write(objects));
    let refused =
        |file, stresses, objects: &Objects| Sample::refused(file, stresses, UNREACHABLE, write(objects));
    vec![
        signed("pages-inherited.pdf", "attributes inherited through three levels", &inherited()),
        signed("pages-direct-kid.pdf", "damaged: the page is a direct object in /Kids", &direct_kid()),
        signed("pages-kids-indirect.pdf", "/Kids is a reference to an array", &{
            minimal().edit(2, "[3 0 R]", "7 0 R").set(7, "[3 0 R]")
        }),
        signed("pages-null-kid.pdf", "damaged: /Kids begins with null and a dangling reference", &{
            minimal().edit(2, "[3 0 R]", "[null 90 0 R 3 0 R]")
        }),
        signed("pages-empty-branch.pdf", "an empty branch stands before the first page", &{
            minimal()
                .edit(2, "[3 0 R]", "[7 0 R 3 0 R]")
                .set(7, "<< /Type /Pages /Parent 2 0 R /Kids [] /Count 0 >>")
        }),
        signed("pages-without-type.pdf", "damaged: no /Type in the page tree", &{
            minimal().edit(2, "/Type /Pages ", "").edit(3, "/Type /Page ", "")
        }),
        signed(
            "pages-wrong-count.pdf",
            "damaged: /Count says 700",
            &minimal().edit(2, "/Count 1", "/Count 700"),
        ),
        signed("pages-single.pdf", "damaged: the catalog's /Pages is the page itself", &{
            minimal().edit(1, "2 0 R", "3 0 R").edit(3, "/Parent 2 0 R ", "").remove(2)
        }),
        signed("pages-no-mediabox.pdf", "damaged: no /MediaBox anywhere", &{
            minimal().edit(3, "/MediaBox [0 0 595 842] ", "")
        }),
        signed("pages-rotated.pdf", "/Rotate 270, media box with negative origin, /UserUnit 2", &{
            minimal().edit(
                3,
                "/MediaBox [0 0 595 842]",
                "/MediaBox [-300 -400 295 442] /Rotate 270 /UserUnit 2",
            )
        }),
        signed("pages-deep.pdf", "page tree of 60 levels", &deep(60)),
        signed("pages-wide.pdf", "300 pages in one array", &wide(300)),
        signed(
            "pages-cycle-then-page.pdf",
            "hostile: a branch leads back to the root, a page comes after it",
            &minimal()
                .edit(2, "[3 0 R]", "[7 0 R 3 0 R]")
                .set(7, "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>"),
        ),
        refused("pages-cycle.pdf", "hostile: the page tree is a circle without a page", &{
            minimal()
                .edit(2, "[3 0 R]", "[7 0 R]")
                .set(7, "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>")
        }),
        refused("pages-too-deep.pdf", "hostile: page tree of 3,000 levels", &deep(3000)),
        refused("pages-empty.pdf", "the page tree has no page", &{
            minimal().edit(2, "[3 0 R] /Count 1", "[] /Count 0")
        }),
        refused("pages-missing.pdf", "damaged: the catalog has no /Pages, no page tree in the file", &{
            minimal().edit(1, " /Pages 2 0 R", "").remove(2).remove(3)
        }),
        refused("pages-dangling.pdf", "damaged: /Pages refers to no object", &{
            minimal().edit(1, "2 0 R", "90 0 R").remove(2).remove(3)
        }),
    ]
}

fn write(objects: &Objects) -> Vec<u8> {
    classic(objects, &Classic::default()).bytes
}

fn inherited() -> Objects {
    let mut objects = minimal();
    objects = objects
        .set(
            2,
            "<< /Type /Pages /Kids [7 0 R] /Count 1 /MediaBox [0 0 595 842] /Rotate 90 \
             /Resources << /Font << /F1 5 0 R >> >> >>",
        )
        .set(7, "<< /Type /Pages /Parent 2 0 R /Kids [8 0 R] /Count 1 /CropBox [20 20 575 822] >>")
        .set(8, "<< /Type /Pages /Parent 7 0 R /Kids [3 0 R] /Count 1 >>")
        .set(3, "<< /Type /Page /Parent 8 0 R /Contents 4 0 R >>");
    objects
}

fn direct_kid() -> Objects {
    let mut objects = minimal();
    objects = objects
        .set(
            2,
            "<< /Type /Pages /Count 1 /Kids [<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] \
             /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>] >>",
        )
        .remove(3);
    objects
}

/// `levels` branches, one in the other, and the page in the last.
fn deep(levels: u32) -> Objects {
    let mut objects = minimal();
    objects = objects.set(2, "<< /Type /Pages /Kids [10 0 R] /Count 1 >>");
    for level in 0..levels {
        let parent = if level == 0 { 2 } else { 9 + level };
        let kid = if level + 1 == levels { 3 } else { 11 + level };
        objects = objects
            .set(10 + level, &format!("<< /Type /Pages /Parent {parent} 0 R /Kids [{kid} 0 R] /Count 1 >>"));
    }
    objects = objects.edit(3, "/Parent 2 0 R", &format!("/Parent {} 0 R", 9 + levels));
    objects
}

fn wide(pages: u32) -> Objects {
    let mut objects = minimal();
    let kids: Vec<String> = (0..pages).map(|n| format!("{} 0 R", 10 + n)).collect();
    objects =
        objects.set(2, &format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" "))).remove(3);
    for page in 0..pages {
        objects = objects.set(
            10 + page,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> >> >>",
        );
    }
    objects
}
