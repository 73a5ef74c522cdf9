//! Messages of the electronic invoice (Decree 123, Circular 78) with invented content. Element names
//! are those of the tax authority's messages.

use crate::xml::Document;

pub(crate) fn documents() -> Vec<Document> {
    let seller = "HDon/DSCKS/NBan";
    vec![
        Document::new(
            "tt78-invoice.xml",
            "an invoice on one line, without a declaration",
            "HD1",
            seller,
            invoice(1),
        ),
        Document::new(
            "tt78-invoice-indented.xml",
            "an invoice with white space between the elements",
            "HD1",
            seller,
            indented(&invoice(1)),
        ),
        Document::new("bench-3kb.xml", "the invoice of the benchmarks", "HD7", seller, invoice_of(7, &GOODS)),
        Document::new(
            "tt78-message-3-invoices.xml",
            "message 200: three invoices, each with places for signatures",
            "HD2",
            "TDiep/DLieu/HDon[2]/DSCKS/NBan",
            message(200, 3, &(1..=3).map(invoice).collect::<String>()),
        ),
        Document::new(
            "tt78-registration.xml",
            "message 100: registration",
            "TK1",
            "TKhai/DSCKS/NNT",
            registration(),
        ),
        Document::new("tt78-summary.xml", "message 400: summary table", "BTH1", "DSCKS/NNT", summary()),
        Document::new(
            "tt78-wrong-invoice.xml",
            "message 300: notice of wrong invoices",
            "TB1",
            "DSCKS/NNT",
            wrong(),
        ),
        Document::new(
            "tt78-reply-102.xml",
            "message 102: the authority received a registration",
            "TB102",
            "TBao/DSCKS/CQT",
            received(),
        ),
        Document::new(
            "tt78-reply-103.xml",
            "message 103: the authority accepts; two signatures over several nodes",
            "TB103,STB103",
            "TBao/DSCKS/CQT",
            accepted(),
        ),
        Document::new(
            "tt78-pos-206.xml",
            "message 206: invoices of a cash register, signed by the tax payer",
            "DL206",
            "TDiep/CKSNNT",
            cash_register(),
        ),
    ]
}

const SELLER: (&str, &str) = ("CÔNG TY TNHH NƯỚC MẮM HÒN RỚM", "3499999905");
const BUYER: (&str, &str) = ("NHÀ HÀNG BẾP QUÊ & BẠN", "0199999913");

const GOODS: [(&str, &str, u64, u64); 9] = [
    ("Nước mắm cốt 40 độ đạm", "Chai", 24, 85_000),
    ("Mắm ruốc <loại nhỏ>", "Hũ", 12, 32_000),
    ("Cá cơm khô", "Kg", 5, 210_000),
    ("Mực một nắng", "Kg", 2, 560_000),
    ("Bánh rế Phan Thiết", "Gói", 30, 24_000),
    ("Thanh long sấy", "Gói", 18, 47_000),
    ("Muối ớt xanh", "Lọ", 20, 28_000),
    ("Rong biển sấy \"giòn\"", "Gói", 36, 19_000),
    ("Phí giao hàng", "Lần", 1, 60_000),
];

/// An invoice whose signed node has the id `HD` and its number.
fn invoice(number: u32) -> String {
    invoice_of(number, GOODS.get(..1 + (number as usize + 1) % 3).expect("as many goods"))
}

fn invoice_of(number: u32, goods: &[(&str, &str, u64, u64)]) -> String {
    let total: u64 = goods.iter().map(|(_, _, count, price)| count * price).sum();
    let lines: String = goods
        .iter()
        .enumerate()
        .map(|(at, (name, unit, count, price))| {
            let (row, amount, name) = (at + 1, count * price, escaped(name));
            format!(
                "<HHDVu><TChat>1</TChat><STT>{row}</STT><MHHDVu>MM{row:03}</MHHDVu><THHDVu>{name}</THHDVu><DVTinh>{unit}</DVTinh>\
                 <SLuong>{count}</SLuong><DGia>{price}</DGia><ThTien>{amount}</ThTien><TSuat>8%</TSuat></HHDVu>"
            )
        })
        .collect();
    let tax = total * 8 / 100;
    format!(
        "<HDon><DLHDon Id=\"HD{number}\"><TTChung><PBan>2.1.0</PBan><THDon>Hóa đơn giá trị gia tăng</THDon><KHMSHDon>1</KHMSHDon>\
         <KHHDon>C26TKS</KHHDon><SHDon>{number}</SHDon><NLap>2026-04-30</NLap><DVTTe>VND</DVTTe><TGia>1</TGia><HTTToan>TM/CK</HTTToan></TTChung>\
         <NDHDon><NBan>{}<DChi>Khu phố 5, phường Mũi Né</DChi></NBan><NMua>{}<DChi/></NMua><DSHHDVu>{lines}</DSHHDVu>\
         <TToan><THTTLTSuat><LTSuat><TSuat>8%</TSuat><ThTien>{total}</ThTien><TThue>{tax}</TThue></LTSuat></THTTLTSuat>\
         <TgTCThue>{total}</TgTCThue><TgTThue>{tax}</TgTThue><TgTTTBSo>{}</TgTTTBSo></TToan></NDHDon></DLHDon>\
         <MCCQT Id=\"MCQT{number}\">00{number:032X}</MCCQT><DSCKS><NBan/><NMua/><CQT></CQT><CCKSKhac/></DSCKS></HDon>",
        party(SELLER),
        party(BUYER),
        total + tax
    )
}

fn party((name, number): (&str, &str)) -> String {
    format!("<Ten>{}</Ten><MST>{number}</MST>", escaped(name))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The envelope of a message with `count` things in it.
fn message(kind: u32, count: u32, data: &str) -> String {
    format!("<TDiep>{}<DLieu>{data}</DLieu></TDiep>", common(kind, count))
}

fn common(kind: u32, count: u32) -> String {
    format!(
        "<TTChung><PBan>2.1.0</PBan><MNGui>K{}</MNGui><MNNhan>TCT</MNNhan><MLTDiep>{kind}</MLTDiep>\
         <MTDiep>K{}{:032X}</MTDiep><MTDTChieu/><MST>{}</MST><SLuong>{count}</SLuong></TTChung>",
        SELLER.1, SELLER.1, kind, SELLER.1
    )
}

/// Line ends and spaces between elements, as an editor would put them there.
fn indented(text: &str) -> String {
    let mut made = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(end) = rest.find('>') {
        let tag = &rest[..=end];
        let follows = &rest[end + 1..];
        if tag.starts_with("</") {
            depth -= 1;
        }
        if !made.ends_with(|character| character != '\n') {
            made.push_str(&"  ".repeat(depth));
        }
        made.push_str(tag);
        if !tag.starts_with("</") && !tag.ends_with("/>") {
            depth += 1;
        }
        let text = follows.find('<').unwrap_or(follows.len());
        made.push_str(&follows[..text]);
        // An element that holds text, or nothing, stays on its line.
        let empty = follows[text..].starts_with("</") && !tag.starts_with("</") && !tag.ends_with("/>");
        if text == 0 && !empty {
            made.push('\n');
        }
        rest = &follows[text..];
    }
    made
}

fn registration() -> String {
    let certificates: String = [("CN=KYSO TEST CA", "54A1"), ("CN=KÝ SỐ THỬ NGHIỆM, O=Xưởng, C=VN", "0B2C")]
        .into_iter()
        .enumerate()
        .map(|(at, (issuer, serial))| {
            format!(
                "<CTS><STT>{}</STT><TTChuc>{issuer}</TTChuc><Seri>{serial}</Seri><TNgay>2026-01-01T00:00:00</TNgay>\
                 <DNgay>2028-01-01T00:00:00</DNgay><HThuc>1</HThuc></CTS>",
                at + 1
            )
        })
        .collect();
    format!(
        "<TKhai><DLTKhai Id=\"TK1\"><TTChung><PBan>2.1.0</PBan><MSo>01/ĐKTĐ-HĐĐT</MSo><Ten>Tờ khai đăng ký sử dụng hóa đơn điện tử</Ten>\
         <HThuc>1</HThuc><TNNT>{}</TNNT><MST>{}</MST><CQTQLy>Thuế cơ sở 9</CQTQLy><MCQTQLy>99900</MCQTQLy><NLHe>Nguyễn Thị Mơ</NLHe>\
         <DCTDTu>mo@example.com</DCTDTu><DDanh>Phan Thiết</DDanh><NLap>2026-01-15</NLap></TTChung><NDTKhai><HTHDon><CMa>1</CMa><KCMa>0</KCMa></HTHDon>\
         <LHDSDung><HDGTGT>1</HDGTGT><HDBHang>0</HDBHang></LHDSDung><DSCTSSDung>{certificates}</DSCTSSDung></NDTKhai></DLTKhai>\
         <DSCKS><NNT></NNT></DSCKS></TKhai>",
        SELLER.0, SELLER.1
    )
}

fn summary() -> String {
    let rows: String = (1..=4_u64)
        .map(|row| {
            format!(
                "<DLieu><STT>{row}</STT><KHMSHDon>1</KHMSHDon><KHHDon>K26TKS</KHHDon><SHDon>{}</SHDon><NLap>2026-04-{row:02}</NLap>\
                 <TNMua>Khách lẻ số {row}</TNMua><TTCThue>{}</TTCThue><TSuat>8%</TSuat><TgTThue>{}</TgTThue></DLieu>",
                100 + row,
                row * 125_000,
                row * 10_000
            )
        })
        .collect();
    let table = format!(
        "<BTHDLieu><DLBTHop Id=\"BTH1\"><TTChung><PBan>2.1.0</PBan><MSo>01/TH-HĐĐT</MSo><Ten>Bảng tổng hợp dữ liệu hóa đơn điện tử</Ten>\
         <SBTHDLieu>1</SBTHDLieu><LKDLieu>T</LKDLieu><KDLieu>04/2026</KDLieu><NLap>2026-05-02</NLap><TNNT>{}</TNNT><MST>{}</MST></TTChung>\
         <NDBTHDLieu><DSDLieu>{rows}</DSDLieu></NDBTHDLieu></DLBTHop><DSCKS><NNT/></DSCKS></BTHDLieu>",
        SELLER.0, SELLER.1
    );
    message(400, 1, &table)
}

fn wrong() -> String {
    let notice = format!(
        "<TBao><DLTBao Id=\"TB1\"><PBan>2.1.0</PBan><MSo>04/SS-HĐĐT</MSo><Ten>Thông báo hóa đơn điện tử có sai sót</Ten><Loai>1</Loai>\
         <TNNT>{}</TNNT><MST>{}</MST><DDanh>Phan Thiết</DDanh><NTBao>2026-05-04</NTBao><DSHDon><HDon><STT>1</STT><KHMSHDon>1</KHMSHDon>\
         <KHHDon>C26TKS</KHHDon><SHDon>2</SHDon><Ngay>2026-04-30</Ngay><LADHDDT>1</LADHDDT><TCTBao>1</TCTBao>\
         <LDo>Sai tên &quot;người mua&quot;</LDo></HDon></DSHDon></DLTBao><DSCKS><NNT/></DSCKS></TBao>",
        SELLER.0, SELLER.1
    );
    message(300, 1, &notice)
}

fn received() -> String {
    let notice = format!(
        "<TBao><DLTBao Id=\"TB102\"><PBan>2.1.0</PBan><MSo>01/TB-TNĐT</MSo><Ten>Về việc tiếp nhận tờ khai</Ten><TNNT>{}</TNNT><MST>{}</MST>\
         <TGGui>2026-01-15T09:05:00</TGGui><THop>1</THop></DLTBao><STBao Id=\"STB102\"><So>17/TB</So><NTBao>2026-01-15</NTBao></STBao>\
         <DSCKS><CQT/></DSCKS></TBao>",
        SELLER.0, SELLER.1
    );
    message(102, 1, &notice)
}

fn accepted() -> String {
    let notice = format!(
        "<TBao><DLTBao Id=\"TB103\"><PBan>2.1.0</PBan><MSo>01/TB-ĐKĐT</MSo><Ten>Về việc chấp nhận sử dụng hóa đơn điện tử</Ten><TNNT>{}</TNNT>\
         <MST>{}</MST><TTXNCQT>1</TTXNCQT><HThuc>Chấp nhận</HThuc></DLTBao><STBao Id=\"STB103\"><So>18/TB</So><NTBao>2026-01-16</NTBao></STBao>\
         <DSCKS><TTCQT/><CQT/></DSCKS></TBao>",
        SELLER.0, SELLER.1
    );
    message(103, 1, &notice)
}

fn cash_register() -> String {
    let invoices: String = (1..=2_u32)
        .map(|number| {
            format!(
                "<HDon><DLHDon><TTChung><KHHDon>C26MKS</KHHDon><SHDon>{number}</SHDon><NLap>2026-05-05</NLap></TTChung>\
                 <NDHDon><NBan>{}</NBan><TToan><TgTTTBSo>{}</TgTTTBSo></TToan></NDHDon></DLHDon></HDon>",
                party(SELLER),
                number * 91_800
            )
        })
        .collect();
    format!("<TDiep>{}<DLieu Id=\"DL206\">{invoices}</DLieu><CKSNNT/></TDiep>", common(206, 2))
}
