//! What the parts of the adapter do together.
