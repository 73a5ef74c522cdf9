//! What all pages of the phone have in common, and text made safe to stand in them.

/// How the pages look.
pub(super) const STYLE: &str = include_str!("style.css");

/// The pages, as the bar on top has them.
const PAGES: [(&str, &str, &str); 3] = [
    ("/phone", "Phone", "Điện thoại"),
    ("/phone/faults", "Faults", "Lỗi giả lập"),
    ("/phone/log", "Log", "Nhật ký"),
];

/// Text as it may stand between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Letters that turn the direction of writing can make one id look like another.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => safe.push('\u{FFFD}'),
            character if character.is_control() && !character.is_whitespace() => safe.push('\u{FFFD}'),
            character => safe.push(character),
        }
    }
    safe
}

/// A label in both languages.
pub(super) fn label(english: &str, vietnamese: &str) -> String {
    format!("{english} <span lang=\"vi\">{vietnamese}</span>")
}

/// A whole page around `body`; it loads itself again every `refresh` seconds.
pub(super) fn page(address: &str, refresh: Option<u32>, body: &str) -> String {
    let refresh = refresh
        .map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"))
        .unwrap_or_default();
    let bar: String = PAGES
        .iter()
        .map(|(to, english, vietnamese)| {
            let here = if *to == address { " aria-current=\"page\"" } else { "" };
            format!("<a href=\"{to}\"{here}>{}</a>", label(english, vietnamese))
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{refresh}\
         <title>kyso sandbox</title><link rel=\"stylesheet\" href=\"/phone/style.css\"></head>\
         <body><header><h1>kyso <em>sandbox</em></h1><nav>{bar}</nav></header>\
         <main>{body}</main>\
         <footer>Demonstration keys: what is signed here is worth nothing. \
         <span lang=\"vi\">Khóa thử nghiệm: chữ ký ở đây không có giá trị.</span></footer></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(escape("<b a='1' c=\"2\">&"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;");
        assert_eq!(escape("hợp\u{202E}fdp.exe\u{0}\n"), "hợp\u{FFFD}fdp.exe\u{FFFD}\n");
    }
}
