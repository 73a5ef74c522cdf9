//! A large XML document: a message with as many invoices as fill it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const GOODS: [(&str, &str); 8] = [
    ("Gạo nếp cái hoa vàng", "Kg"),
    ("Đường thốt nốt An Giang", "Kg"),
    ("Vải thổ cẩm khổ 1&#x2C;2 m", "Mét"),
    ("Dây điện &lt;đôi&gt; 2×1&quot;5", "Cuộn"),
    ("Thuê máy &amp; nhân công", "Giờ"),
    ("Sơn chống thấm ngoài trời, màu ngà", "Thùng"),
    ("Giấy in khổ A4 &#8211; 70 g", "Ram"),
    ("Bảo dưỡng định kỳ thang máy", "Lần"),
];
const BUYERS: [&str; 5] = [
    "HỢP TÁC XÃ NÔNG NGHIỆP SÔNG LÔ",
    "CÔNG TY CỔ PHẦN XÂY DỰNG &amp; NỘI THẤT AN CƯ",
    "TRƯỜNG TIỂU HỌC ĐỒI THÔNG",
    "HỘ KINH DOANH TRẦN THỊ LÀNH",
    "BỆNH VIỆN ĐA KHOA VEN BIỂN",
];

/// Writes a document of about `megabytes` (10⁶ bytes) to `path` and returns its length in bytes.
///
/// A `TDiep` whose `DLieu` has the id `data`; its last child is the empty `CKSNNT`. Every `HDon` in it
/// has a signed node with an id of its own, an empty place for its signatures, attributes, a few
/// prefixed elements, a comment, character references; every fourth has its line ends as CR LF.
pub(crate) fn write(megabytes: u64, path: &Path) -> io::Result<u64> {
    let mut out =
        Out { to: BufWriter::with_capacity(1 << 20, File::create(path)?), at: 0, state: 0x6B79_736F };
    out.put(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TDiep>\n<TTChung><PBan>2.1.0</PBan><MLTDiep>206</MLTDiep>\
         <MST>0199999921</MST></TTChung>\n<DLieu Id=\"data\" xmlns:px=\"urn:example:kyso:phan-mem\">\n",
    )?;
    let mut number = 0;
    while out.at < megabytes.saturating_mul(1_000_000) {
        number += 1;
        let invoice = out.invoice(number);
        out.put(&if number % 4 == 0 { invoice.replace('\n', "\r\n") } else { invoice })?;
    }
    out.put("</DLieu>\n<CKSNNT/>\n</TDiep>\n")?;
    out.to.flush()?;
    Ok(out.at)
}

struct Out {
    to: BufWriter<File>,
    at: u64,
    state: u64,
}

impl Out {
    fn put(&mut self, text: &str) -> io::Result<()> {
        self.at += text.len() as u64;
        self.to.write_all(text.as_bytes())
    }

    /// The next value of a xorshift generator, below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % bound
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        let at = self.below(from.len() as u64);
        &from[usize::try_from(at).expect("an index")]
    }

    fn invoice(&mut self, number: u64) -> String {
        let mut total = 0;
        let mut lines = String::new();
        for row in 1..=2 + self.below(9) {
            let (name, unit) = *self.pick(&GOODS);
            let (count, price) = (1 + self.below(40), 1_000 * (1 + self.below(900)));
            total += count * price;
            lines.push_str(&format!(
                "  <HHDVu stt=\"{row}\" tinhChat='1'>\n    <THHDVu>{name}</THHDVu><DVTinh>{unit}</DVTinh>\n    \
                 <SLuong>{count}</SLuong><DGia>{price}</DGia><ThTien>{}</ThTien><TSuat>8%</TSuat>\n  </HHDVu>\n",
                count * price
            ));
        }
        let (buyer, tax) = (*self.pick(&BUYERS), total * 8 / 100);
        let day = 1 + self.below(28);
        format!(
            "<HDon>\n<DLHDon Id=\"HD{number}\" px:nguon=\"may-{}\">\n  <TTChung><KHMSHDon>1</KHMSHDon><KHHDon>C26TBM</KHHDon>\
             <SHDon>{number}</SHDon><NLap>2026-07-{day:02}</NLap><DVTTe>VND</DVTTe></TTChung>\n  <!-- lập tự động, ca {} -->\n\
             \x20 <NBan><Ten>XƯỞNG MỘC HAI CÂY ĐA</Ten><MST>0199999921</MST></NBan>\n  <NMua><Ten>{buyer}</Ten><DChi/></NMua>\n{lines}\
             \x20 <TToan><TgTCThue>{total}</TgTCThue><TgTThue>{tax}</TgTThue><TgTTTBSo>{}</TgTTTBSo></TToan>\n\
             \x20 <px:ghiChu xml:lang=\"vi\">Hàng đã nhận đủ&#10;không đổi trả &#x2014; cảm ơn!</px:ghiChu>\n</DLHDon>\n\
             <DSCKS><NBan/><NMua></NMua></DSCKS>\n</HDon>\n",
            self.below(50),
            1 + self.below(3),
            total + tax
        )
    }
}
