//! Writing canonical octets (Canonical XML 1.0, 2.3).

/// Gathers small pieces before it hands them on.
pub(super) struct Writer<'o> {
    out: &'o mut dyn FnMut(&[u8]),
    pending: Vec<u8>,
}

const PIECE: usize = 16 << 10;

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut dyn FnMut(&[u8])) -> Self {
        Self { out, pending: Vec::with_capacity(PIECE) }
    }

    /// What stands as it is.
    pub(super) fn raw(&mut self, text: &str) {
        if self.pending.len().saturating_add(text.len()) > PIECE {
            self.flush();
        }
        if text.len() > PIECE {
            (self.out)(text.as_bytes());
        } else {
            self.pending.extend_from_slice(text.as_bytes());
        }
    }

    /// A text node.
    pub(super) fn text(&mut self, text: &str) {
        self.replaced(text, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'\r' => Some("&#xD;"),
            _ => None,
        });
    }

    /// The value of an attribute or a namespace name.
    pub(super) fn value(&mut self, value: &str) {
        self.replaced(value, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'"' => Some("&quot;"),
            b'\t' => Some("&#x9;"),
            b'\n' => Some("&#xA;"),
            b'\r' => Some("&#xD;"),
            _ => None,
        });
    }

    fn replaced(&mut self, text: &str, reference: fn(u8) -> Option<&'static str>) {
        let mut rest = text;
        while let Some((at, replacement)) =
            rest.bytes().enumerate().find_map(|(at, byte)| Some((at, reference(byte)?)))
        {
            // What is replaced is ASCII, so the text can be cut around it.
            let (before, from) = rest.split_at(at);
            self.raw(before);
            self.raw(replacement);
            rest = from.get(1..).unwrap_or_default();
        }
        self.raw(rest);
    }

    pub(super) fn flush(&mut self) {
        if !self.pending.is_empty() {
            (self.out)(&self.pending);
            self.pending.clear();
        }
    }
}
