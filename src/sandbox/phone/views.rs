//! The pages one by one: what waits, the faults, the log.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::SWITCHES;
use super::page::{escape, label, page};
use crate::sandbox::{DropConnection, Entry, Faults, Pending, World};

/// Documents of a transaction that are named.
const MOST_NAMED: usize = 12;
/// Transactions that wait and are shown.
const MOST_WAITING: usize = 50;
/// Transactions that are over and are shown.
const MOST_OVER: usize = 15;

/// What waits, the codes, and what is over.
pub(super) fn waiting(world: &World, token: &str) -> String {
    let (pending, now) = (world.pending(), world.now());
    let mut body = format!("<section><h2>{}</h2>", label("Waiting", "Chờ xác nhận"));
    if pending.is_empty() {
        let _ = write!(
            body,
            "<p class=\"empty\" id=\"none-waiting\">{}</p>",
            label("Nothing waits.", "Không có giao dịch nào.")
        );
    }
    for one in pending.iter().take(MOST_WAITING) {
        body.push_str(&transaction(one, world, now, token));
    }
    if pending.len() > MOST_WAITING {
        let _ = write!(body, "<p>and {} more</p>", pending.len().saturating_sub(MOST_WAITING));
    }
    let automatic = world.auto_approves();
    let _ = write!(
        body,
        "<div class=\"row\">{}{}{}</div></section>",
        button("approve-all", "", token, "", &label("Approve all", "Xác nhận tất cả")),
        button(
            "auto-approve",
            &hidden("on", if automatic { "false" } else { "true" }),
            token,
            if automatic { "on" } else { "" },
            &if automatic {
                label("Approving by itself: stop", "Đang tự xác nhận: tắt")
            } else {
                label("Approve by itself", "Tự xác nhận")
            },
        ),
        button(
            "advance",
            &hidden("seconds", "60"),
            token,
            "",
            &label("Clock + 1 minute", "Đồng hồ + 1 phút")
        ),
    );
    body.push_str(&codes(world, now));
    body.push_str(&over(world));
    page("/phone", Some(3), &body)
}

fn transaction(one: &Pending, world: &World, now: DateTime<Utc>, token: &str) -> String {
    let signer = world.holding(&one.credential_id).map_or_else(String::new, |(subscriber, _)| {
        format!("{} ({})", escape(&subscriber.name), escape(&subscriber.user_id))
    });
    let left = one.expires_at.signed_duration_since(now).num_seconds().max(0);
    let mut documents: String =
        one.documents.iter().take(MOST_NAMED).map(|id| format!("<li>{}</li>", escape(id))).collect();
    if one.documents.len() > MOST_NAMED {
        let _ = write!(documents, "<li>… {} in all</li>", one.documents.len());
    }
    let code = one.verification_code.as_deref().map_or_else(String::new, |code| {
        format!(
            "<dt>{}</dt><dd class=\"code\">{}</dd>",
            label("Verification code", "Mã xác thực"),
            escape(code)
        )
    });
    let description = one
        .description
        .as_deref()
        .map_or_else(String::new, |text| format!("<p class=\"description\">{}</p>", escape(text)));
    let number = hidden("number", &one.number.to_string());
    format!(
        "<article class=\"transaction\" data-transaction=\"{id}\"><h3><span class=\"provider\">{provider}</span> \
         {id}</h3>{description}<dl><dt>{signer_label}</dt><dd>{signer}<br><small>{credential}</small></dd>\
         <dt>{documents_label}</dt><dd><ul>{documents}</ul></dd>{code}\
         <dt>{left_label}</dt><dd>{minutes}:{seconds:02}</dd></dl><div class=\"row\">{approve}{reject}{expire}</div></article>",
        id = escape(&one.transaction_id),
        provider = escape(one.provider),
        signer_label = label("Signer", "Người ký"),
        credential = escape(&one.credential_id),
        documents_label = label("Documents", "Tài liệu"),
        left_label = label("Time left", "Còn lại"),
        minutes = left / 60,
        seconds = left % 60,
        approve = button("approve", &number, token, "yes", &label("Approve", "Xác nhận")),
        reject = button("reject", &number, token, "no", &label("Reject", "Từ chối")),
        expire = button("expire", &number, token, "", &label("Let expire", "Để hết hạn")),
    )
}

/// Codes that were sent, and those of the generators.
fn codes(world: &World, now: DateTime<Utc>) -> String {
    let mut body = format!("<section><h2>{}</h2><table>", label("Codes", "Mã"));
    for one in world.sent_codes() {
        let what = if one.is_pin { label("new PIN", "mã PIN mới") } else { label("sent", "đã gửi") };
        let _ = write!(
            body,
            "<tr class=\"sent\"><td>{}</td><td class=\"code\">{}</td><td>{what}, {}</td></tr>",
            escape(&one.user_id),
            escape(&one.code),
            one.at.format("%H:%M:%S")
        );
    }
    for subscriber in world.subscribers() {
        let Some(code) = world.totp(subscriber) else { continue };
        let _ = write!(
            body,
            "<tr><td>{} <small>{}</small></td><td class=\"code\">{}</td><td>{}, {} s</td></tr>",
            escape(&subscriber.user_id),
            escape(&subscriber.name),
            escape(code.expose()),
            label("generator", "ứng dụng TOTP"),
            30_i64.saturating_sub(now.timestamp().rem_euclid(30)),
        );
    }
    body.push_str("</table></section>");
    body
}

fn over(world: &World) -> String {
    let mut body = format!("<section><h2>{}</h2><table id=\"over\">", label("Recent", "Gần đây"));
    let over = |one: &Pending| one.state != "pending";
    for one in world.recent(MOST_OVER.saturating_mul(4)).into_iter().filter(over).take(MOST_OVER) {
        let vietnamese = match one.state {
            "signed" => "đã ký",
            "rejected" => "đã từ chối",
            "expired" => "hết hạn",
            _ => "đang ký",
        };
        let _ = write!(
            body,
            "<tr data-transaction=\"{id}\"><td>{}</td><td>{id}</td><td>{}</td><td class=\"{state}\">{}</td></tr>",
            escape(one.provider),
            one.documents.len(),
            label(one.state, vietnamese),
            id = escape(&one.transaction_id),
            state = one.state,
        );
    }
    body.push_str("</table></section>");
    body
}

/// The switches of the faults.
pub(super) fn faults(faults: &Faults, error: Option<&str>, token: &str) -> String {
    let told = error.map_or_else(String::new, |error| format!("<p class=\"error\">{}</p>", escape(error)));
    let mut body = format!(
        "<section><h2>{}</h2>{told}<form method=\"post\" action=\"/phone/faults\">{}",
        label("Faults", "Lỗi giả lập"),
        hidden("token", token)
    );
    let on = [
        faults.error_500_after_signing,
        faults.reorder,
        faults.missing,
        faults.wrong_key,
        faults.hash_of_hash,
        faults.no_digest_info,
        faults.cms_instead_of_raw,
        faults.crlf_in_base64,
        faults.every_call,
    ];
    let words = [
        ("500 after signing", "Trả lỗi 500 sau khi ký"),
        ("values in another order", "Đảo thứ tự chữ ký"),
        ("one value missing", "Thiếu một chữ ký"),
        ("another key signs", "Ký bằng khóa khác"),
        ("hash of the hash", "Băm hai lần"),
        ("no DigestInfo", "Thiếu DigestInfo"),
        ("a whole CMS instead of a raw value", "Trả CMS thay cho chữ ký thô"),
        ("line breaks in base64", "Xuống dòng trong base64"),
        ("break logins and polls too", "Cả khi đăng nhập và hỏi trạng thái"),
    ];
    for ((name, on), (english, vietnamese)) in SWITCHES.iter().zip(on).zip(words) {
        let checked = if on { " checked" } else { "" };
        let _ = write!(
            body,
            "<label class=\"switch\"><input type=\"checkbox\" name=\"{name}\" value=\"true\"{checked}> {}</label>",
            label(english, vietnamese)
        );
    }
    let drops = [
        (DropConnection::Never, "never", "no"),
        (DropConnection::Before, "before", "before signing"),
        (DropConnection::After, "after", "after signing"),
    ];
    let options: String = drops
        .iter()
        .map(|(drop, value, text)| {
            let selected = if *drop == faults.drop_connection { " selected" } else { "" };
            format!("<option value=\"{value}\"{selected}>{text}</option>")
        })
        .collect();
    let _ = write!(
        body,
        "<label>{} <select name=\"drop_connection\">{options}</select></label>\
         <label>{} <input name=\"delay_ms\" inputmode=\"numeric\" value=\"{}\"></label>\
         <label>{} <input name=\"rate\" inputmode=\"decimal\" value=\"{}\"></label>\
         <label>{} <input name=\"seed\" inputmode=\"numeric\" value=\"{}\"></label>\
         <div class=\"row\"><button class=\"yes\">{}</button></div></form>\
         <form method=\"post\" action=\"/phone/faults\">{}<button>{}</button></form></section>",
        label("Connection breaks", "Ngắt kết nối"),
        label("Delay, milliseconds", "Trễ, mili giây"),
        faults.delay_ms,
        label("Share that is struck, 0 to 1", "Tỷ lệ bị lỗi, 0 đến 1"),
        faults.rate,
        label("Seed", "Hạt giống"),
        faults.seed,
        label("Apply", "Áp dụng"),
        hidden("token", token),
        label("All off", "Tắt hết"),
    );
    page("/phone/faults", None, &body)
}

/// The latest calls.
pub(super) fn log(entries: &[Entry]) -> String {
    let mut body = format!("<section><h2>{}</h2>", label("Log of requests", "Nhật ký yêu cầu"));
    if entries.is_empty() {
        let _ = write!(body, "<p class=\"empty\">{}</p>", label("No calls yet.", "Chưa có yêu cầu nào."));
    }
    for one in entries {
        let status = one.status.map_or_else(|| "dropped".to_owned(), |status| status.to_string());
        let good = one.status.is_some_and(|status| (200..300).contains(&status));
        let _ = write!(
            body,
            "<article class=\"call\"><h3><small>{} · {} · {} ms</small> {} <span class=\"{}\">{status}</span></h3>\
             <pre>{}</pre><pre>{}</pre></article>",
            one.number,
            one.at.format("%H:%M:%S"),
            one.millis,
            escape(&one.call),
            if good { "signed" } else { "rejected" },
            escape(&one.request),
            escape(&one.reply),
        );
    }
    body.push_str("</section>");
    page("/phone/log", Some(5), &body)
}

fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
}

fn button(action: &str, fields: &str, token: &str, class: &str, text: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/phone/{action}\">{fields}{}<button class=\"{class}\">{text}</button></form>",
        hidden("token", token)
    )
}
