//! What a parser may spend on one document.

/// Bounds on what a hostile document can make a parser spend.
///
/// Every parser of this crate takes these bounds; what exceeds one is an error that names it. The
/// defaults leave room for any document seen in practice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Depth of nested arrays, dictionaries, ASN.1 values, page-tree and form nodes; of brackets in an
    /// XPath expression, of entities in entities.
    pub depth: usize,
    /// Bytes of one object as it stands in the file, stream data not counted.
    pub object_bytes: usize,
    /// Bytes that one compressed stream may inflate to (cross-reference and object streams).
    pub inflated_bytes: u64,
    /// Bytes inflated in all while one document is read, repeated reading counted again.
    pub inflated_total: u64,
    /// Cross-reference sections followed through `/Prev`.
    pub xref_sections: usize,
    /// Objects a document may have; also the highest object number accepted, less one.
    pub objects: u32,
    /// Nodes of the page tree visited to reach a page.
    pub page_nodes: usize,
    /// Bytes of objects parsed on the way to a page or, in a search, through all pages; repeated parsing
    /// counted again.
    pub page_bytes: u64,
    /// Operands and operators of content streams read while one text is searched for.
    pub content_tokens: u64,
    /// Characters on one page that is searched.
    pub page_glyphs: usize,
    /// Objects copied with a page of another document.
    pub imported_objects: usize,
    /// Bytes copied with a page of another document.
    pub imported_bytes: u64,
    /// Fields of a form, and entries of a page's `/Annots`; places where a text is found; of an XML
    /// document, generated ids.
    pub fields: usize,
    /// Values under one key of a signature field's seed value or lock dictionary.
    pub seed_values: usize,
    /// Bytes of a CMS value.
    pub cms_bytes: usize,
    /// Certificates in a chain or CMS.
    pub certificates: usize,
    /// Signatures examined by `verify`, and those that an XML document may have when another is prepared.
    pub signatures: usize,
    /// Bytes of a serialised state.
    pub state_bytes: usize,
    /// Depth of nested XML elements.
    pub xml_depth: usize,
    /// Bytes of one XML tag, with all its attributes; also of a name and of a processing instruction's
    /// target.
    pub xml_tag_bytes: usize,
    /// Nodes, and attributes, of an XML tree: `verify`, and transforms that work on node-sets.
    pub xml_nodes: u32,
    /// Bytes that the entities of an XML document may expand to in all.
    pub xml_entity_bytes: usize,
    /// Bytes of an XML document that must be held in memory: one with a DOCTYPE, in another encoding than
    /// UTF-8, or read into a tree.
    pub xml_memory_bytes: u64,
    /// Nodes that XPath expressions may visit while one document is worked on.
    pub xpath_steps: u64,
    /// Bytes of a PDF that is drawn for a preview: the rasteriser holds it in memory.
    pub preview_bytes: u64,
    /// References of one XML signature, and transforms of one reference.
    pub references: usize,
    /// Bytes of an image file for a visible signature.
    pub image_bytes: usize,
    /// Pixels of an image for a visible signature; checked before anything is decoded.
    pub image_pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 100,
            object_bytes: 4 << 20,
            inflated_bytes: 256 << 20,
            inflated_total: 2 << 30,
            xref_sections: 4096,
            objects: 8_388_608,
            page_nodes: 1_000_000,
            page_bytes: 4 << 30,
            content_tokens: 1_000_000_000,
            page_glyphs: 2_000_000,
            imported_objects: 50_000,
            imported_bytes: 64 << 20,
            fields: 200_000,
            seed_values: 10_000,
            cms_bytes: 4 << 20,
            certificates: 64,
            signatures: 1000,
            state_bytes: 64 << 20,
            xml_depth: 4096,
            xml_tag_bytes: 4 << 20,
            xml_nodes: 64 << 20,
            xml_entity_bytes: 16 << 20,
            xml_memory_bytes: 1 << 30,
            xpath_steps: 30_000_000,
            preview_bytes: 1 << 30,
            references: 1000,
            image_bytes: 32 << 20,
            image_pixels: 32 << 20,
        }
    }
}
