//! What a PDF is: its syntax, read lazily and at positions.

mod lexer;
mod object;
