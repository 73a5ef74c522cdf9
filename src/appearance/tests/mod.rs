//! What drawings look like to others.

mod sheet;

use chrono::{DateTime, FixedOffset};

use super::*;
use sheet::{Judged, pdf};

fn time() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T09:30:00+07:00").unwrap()
}

fn facts(time: &DateTime<FixedOffset>) -> Facts<'_> {
    Facts {
        signer: "Nguyễn Thị Hằng",
        email: Some("hang.nguyen@example.vn"),
        reason: Some("Đồng ý với nội dung hợp đồng"),
        location: Some("Hà Nội"),
        time,
    }
}

fn vietnamese() -> Appearance {
    Appearance::new()
        .labelled(Item::Signer, "Ký bởi")
        .labelled(Item::Date, "Ngày ký:")
        .labelled(Item::Reason, "Lý do")
        .labelled(Item::Location, "Nơi ký")
}

const SAID: &str =
    "Ký bởi: Nguyễn Thị Hằng Ngày ký: 22/11/2026 Lý do: Đồng ý với nội dung hợp đồng Nơi ký: Hà Nội";

fn draw(appearance: &Appearance, size: (f64, f64)) -> Drawing {
    let time = time();
    appearance.template().unwrap().draw(&facts(&time), size, None, &Surroundings::default()).unwrap()
}

#[test]
fn vietnamese_text_is_what_was_asked() {
    let drawing = draw(&vietnamese(), (200.0, 60.0));
    let bytes = pdf(&drawing, (200.0, 60.0));
    assert!(bytes.len() < 25_000, "{}", bytes.len());
    Judged::new("text", &bytes).check(Some(SAID));
    assert!(drawing.skipped.is_empty());
}
