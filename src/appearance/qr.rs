//! A QR code as rectangles: ISO/IEC 18004.

use std::collections::BTreeMap;

use qrcodegen::{QrCode, QrCodeEcc};

use super::content::Content;
use super::error::AppearanceError;
use super::layout::Area;

/// Modules of white that must stand around a code.
const QUIET: i32 = 4;

/// The dark modules as rectangles, and how many modules wide the code is with its margin.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// Column, row from the top, columns, rows.
    bars: Vec<[i32; 4]>,
    size: i32,
}

impl Code {
    pub(super) fn new(text: &str) -> Result<Self, AppearanceError> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium)
            .map_err(|_| AppearanceError::QrTooLong { bytes: text.len() })?;
        let mut bars: Vec<[i32; 4]> = Vec::new();
        // The last bar of each column and width.
        let mut ends: BTreeMap<(i32, i32), usize> = BTreeMap::new();
        for row in 0..code.size() {
            let mut column = 0;
            while column < code.size() {
                let start = column;
                while code.get_module(column, row) {
                    column += 1;
                }
                if column == start {
                    column += 1;
                    continue;
                }
                let columns = column - start;
                // A bar that goes on below the same one is made longer.
                let last = ends.get(&(start, columns)).and_then(|index| bars.get_mut(*index));
                match last.filter(|[_, top, _, rows]| top + rows == row + QUIET) {
                    Some([_, _, _, rows]) => *rows += 1,
                    None => {
                        ends.insert((start, columns), bars.len());
                        bars.push([start + QUIET, row + QUIET, columns, 1]);
                    }
                }
            }
        }
        Ok(Self { bars, size: code.size() + 2 * QUIET })
    }

    /// Appends the path of the dark modules, filling the area, and fills it at once: bars that were filled
    /// one by one would show seams.
    pub(super) fn write(&self, content: &mut Content, [x, y, width, _]: Area) {
        let module = width / f64::from(self.size);
        for [left, top, columns, rows] in &self.bars {
            let bottom = self.size - top - rows;
            let [left, bottom, columns, rows] =
                [*left, bottom, *columns, *rows].map(|n| f64::from(n) * module);
            content.op(&[x + left, y + bottom, columns, rows], "re");
        }
        content.raw("f");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_the_dark_modules_and_no_others() {
        let text = "https://example.vn/kiểm-tra?số=12345";
        let code = Code::new(text).unwrap();
        let expected = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let size = usize::try_from(code.size).unwrap();
        let mut dark = vec![0_u8; size * size];
        for bar in &code.bars {
            let [left, top, columns, rows] = bar.map(|n| usize::try_from(n).unwrap());
            for row in top..top + rows {
                for column in left..left + columns {
                    dark[row * size + column] += 1;
                }
            }
        }
        for row in 0..code.size {
            for column in 0..code.size {
                let is_dark = dark[usize::try_from(row * code.size + column).unwrap()];
                assert_eq!(is_dark, u8::from(expected.get_module(column - QUIET, row - QUIET)));
            }
        }
    }

    #[test]
    fn what_no_code_can_hold_is_refused() {
        let text = "x".repeat(2400);
        assert!(matches!(Code::new(&text), Err(AppearanceError::QrTooLong { bytes: 2400 })));
    }
}
