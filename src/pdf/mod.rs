//! What a PDF is: its syntax, read lazily and at positions.

mod crypt;
mod lexer;
mod object;
