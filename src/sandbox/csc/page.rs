//! The page on which the signer says yes or no to `oauth2/authorize`. It needs no JavaScript.

use crate::sandbox::Incoming;

/// What a credential is authorised for.
pub(super) struct About {
    pub(super) credential_id: String,
    pub(super) number: usize,
    /// In base64.
    pub(super) hashes: Vec<String>,
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}\
    label{display:block;margin:.75rem 0}input{display:block;width:100%;box-sizing:border-box;padding:.4rem}\
    button{padding:.5rem 1.25rem;margin:.5rem .5rem 0 0}code{overflow-wrap:anywhere}.wrong{color:#a00}";

/// The page. The form goes to the address that it was opened with.
pub(super) fn consent(
    request: &Incoming<'_>,
    about: Option<&About>,
    description: Option<&str>,
    wrong: Option<&str>,
) -> String {
    let action = escape(&format!("{}/{}?{}", request.base, request.path, request.query));
    let mut page = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Kyso Sandbox: authorization</title>\
         <meta name=viewport content='width=device-width'><style>{STYLE}</style></head><body>"
    );
    match about {
        None => page.push_str("<h1>Let the application use your credentials?</h1>"),
        Some(about) => {
            page.push_str(&format!(
                "<h1>Authorize {} signature(s)?</h1><p>Credential <code>{}</code></p><ul>",
                about.number,
                escape(&about.credential_id)
            ));
            for hash in &about.hashes {
                page.push_str(&format!("<li><code>{}</code></li>", escape(hash)));
            }
            page.push_str("</ul>");
        }
    }
    if let Some(text) = description {
        page.push_str(&format!("<p>{}</p>", escape(text)));
    }
    if let Some(text) = wrong {
        page.push_str(&format!("<p class=wrong role=alert>{}</p>", escape(text)));
    }
    page.push_str(&format!(
        "<form method=post action='{action}'>\
         <label>User name <input name=username autocomplete=username></label>\
         <label>Password <input name=password type=password autocomplete=current-password></label>"
    ));
    if about.is_some() {
        page.push_str("<label>PIN <input name=pin type=password inputmode=numeric autocomplete=off></label>");
    }
    page.push_str(
        "<button name=decision value=allow>Allow</button><button name=decision value=deny>Deny</button>\
         </form><p>Sandbox: what is signed here is worth nothing.</p></body></html>",
    );
    page
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
