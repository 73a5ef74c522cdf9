//! Pictures of signed pages, drawn by three renderers and compared with those that are kept.
//!
//! `KYSO_WRITE_GOLDEN=1` keeps what poppler draws of `view-plain.pdf`; look at the files before committing
//! them.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::{env, fs};

use kyso::pdf::Signing;
use kyso::preview;

use crate::paper::{LAYOUTS, PLACE, SCALE, VIEWS, pdf, placed, signed, signing, vietnamese};
use crate::picture::{Picture, Renderer, SIZE, place};
use crate::signing::{Identity, at};
use crate::support::{self, Judge};

/// The picture that is kept of a layout.
fn golden(layout: &str) -> Picture {
    Picture::from_png(&fs::read(kept(layout)).unwrap())
}

fn kept(layout: &str) -> PathBuf {
    support::root().join("testdata/golden").join(format!("{layout}.png"))
}

/// Writes the pictures that are kept, once, if that is asked for.
fn write_golden() {
    static WRITTEN: OnceLock<()> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        if env::var_os("KYSO_WRITE_GOLDEN").is_none_or(|value| value != "1") {
            return;
        }
        let signer = vietnamese();
        for layout in LAYOUTS {
            let document = signed(&signer, &signing(&signer, layout), &pdf("view-plain"));
            fs::write(kept(layout), draw(Renderer::Poppler, &document).to_png()).unwrap();
        }
    });
}

fn draw(renderer: Renderer, document: &[u8]) -> Picture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.pdf");
    fs::write(&path, document).unwrap();
    renderer.draw(&path)
}

/// Every layout on every page looks like the picture that is kept of the layout.
fn compare_all(draw: impl Fn(&Identity, &Signing, &[u8]) -> Picture) {
    write_golden();
    let signer = vietnamese();
    let mut wrong = Vec::new();
    for layout in LAYOUTS {
        let golden = golden(layout);
        let signing = signing(&signer, layout);
        for view in VIEWS {
            let picture = draw(&signer, &signing, &pdf(view));
            if [picture.width, picture.height] != SIZE {
                wrong.push(format!("{layout} on {view}: {} by {}", picture.width, picture.height));
                continue;
            }
            let distance = picture.distance(&golden);
            println!("{layout} on {view}: {distance}");
            if !distance.is_tolerable() {
                wrong.push(format!("{layout} on {view}: {distance}"));
            }
            if let Some(folder) = env::var_os("KYSO_PICTURES") {
                let name = format!("{layout}-{view}-{}.png", std::thread::current().name().unwrap());
                fs::write(PathBuf::from(folder).join(name.replace("::", "-")), picture.to_png()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn poppler_shows_what_is_kept() {
    if Judge::Poppler.present() {
        compare_all(|signer, signing, document| draw(Renderer::Poppler, &signed(signer, signing, document)));
    }
}

#[test]
fn mupdf_shows_what_is_kept() {
    if Judge::MuPdf.present() {
        compare_all(|signer, signing, document| draw(Renderer::MuPdf, &signed(signer, signing, document)));
    }
}

#[test]
fn previews_show_what_is_kept() {
    let dpi = 72.0 * SCALE as f64;
    compare_all(|_, signing, document| {
        let picture = preview::Picture::draw(signing, &document, &at(), dpi).unwrap();
        assert_eq!(picture.page(), 1);
        let drawn = Picture::from_png(picture.png());
        assert_eq!(picture.size(), (drawn.width as u32, drawn.height as u32));
        drawn
    });
}

/// The picture with its signature taken from elsewhere: `from` gets a place within the rectangle, and says
/// which place of it, or none, stands there.
fn spoilt(golden: &Picture, blank: &Picture, from: impl Fn([f64; 2], [f64; 2]) -> [f64; 2]) -> Picture {
    let [left, top, right, bottom] = place();
    let size = [(right - left) as f64, (bottom - top) as f64];
    let (columns, rows) = (left..right, top..bottom);
    golden.remade(|column, row| {
        if !columns.contains(&column) || !rows.contains(&row) {
            return golden.at(column, row);
        }
        let [x, y] = from([(column - left) as f64, (row - top) as f64], size).map(f64::round);
        if !(0.0..size[0]).contains(&x) || !(0.0..size[1]).contains(&y) {
            return blank.at(column, row);
        }
        golden.at(left + x as usize, top + y as usize)
    })
}

/// From where a place is taken, in a rectangle of a size, and by how much it is off if it is.
type Fault = fn([f64; 2], [f64; 2], f64) -> [f64; 2];

#[test]
fn wrong_pictures_are_told_apart() {
    if !Judge::Poppler.present() {
        return;
    }
    write_golden();
    let blank = draw(Renderer::Poppler, &pdf("view-plain"));
    let shift = 3.0 * SCALE as f64;
    let faults: [(&str, Fault); 9] = [
        ("missing", |_, _, _| [-1.0, -1.0]),
        ("upside down", |[x, y], [w, h], _| [w - 1.0 - x, h - 1.0 - y]),
        ("mirrored left to right", |[x, y], [w, _], _| [w - 1.0 - x, y]),
        ("mirrored top to bottom", |[x, y], [_, h], _| [x, h - 1.0 - y]),
        ("turned left and stretched", |[x, y], [w, h], _| [w - 1.0 - y * w / h, x * h / w]),
        ("turned right and stretched", |[x, y], [w, h], _| [y * w / h, h - 1.0 - x * h / w]),
        ("3 points to the right", |[x, y], _, shift| [x - shift, y]),
        ("3 points higher", |[x, y], _, shift| [x, y + shift]),
        ("a tenth smaller", |[x, y], [w, h], _| [(x - w * 0.05) / 0.9, (y - h * 0.05) / 0.9]),
    ];
    for layout in LAYOUTS {
        let golden = golden(layout);
        assert!(golden.distance(&golden).mean == 0.0);
        for (fault, from) in faults {
            let wrong = spoilt(&golden, &blank, |at, size| from(at, size, shift));
            let distance = wrong.distance(&golden);
            println!("{layout} {fault}: {distance}");
            assert!(!distance.is_tolerable(), "{layout} {fault}: {distance}");
        }
    }
}

/// The same with real documents: drawn 3 points off, and without the matrix that turns it with the page.
#[test]
fn documents_that_are_wrong_are_told_apart() {
    write_golden();
    let signer = vietnamese();
    for (renderer, judge) in [(Renderer::Poppler, Judge::Poppler), (Renderer::MuPdf, Judge::MuPdf)] {
        if !judge.present() {
            continue;
        }
        for layout in LAYOUTS {
            let golden = golden(layout);
            for [right, up] in [[3.0, 0.0], [0.0, 3.0], [-3.0, 0.0], [0.0, -3.0]] {
                let [x1, y1, x2, y2] = PLACE;
                let moved = placed(&signer, layout, [x1 + right, y1 + up, x2 + right, y2 + up]);
                let picture = draw(renderer, &signed(&signer, &moved, &pdf("view-rotated-180")));
                let distance = picture.distance(&golden);
                println!("{layout} {right} {up} {renderer:?}: {distance}");
                assert!(!distance.is_tolerable(), "{layout} {right} {up} {renderer:?}: {distance}");
            }
            for view in ["view-rotated-90", "view-rotated-180", "view-rotated-270"] {
                let mut document = signed(&signer, &signing(&signer, layout), &pdf(view));
                let before = document.clone();
                let length = pdf(view).len();
                let appended = &mut document[length..];
                while let Some(at) = appended.windows(7).position(|window| window == b"/Matrix") {
                    appended[at..at + 7].copy_from_slice(b"/Nothin");
                }
                assert_ne!(document, before, "a page that is turned needs a matrix");
                let distance = draw(renderer, &document).distance(&golden);
                println!("{layout} {view} without matrix {renderer:?}: {distance}");
                assert!(!distance.is_tolerable(), "{layout} on {view}, {renderer:?}: {distance}");
            }
        }
    }
}
