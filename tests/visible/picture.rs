//! Pictures of pages, and how far two of them are apart.

use std::fmt;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Transformations};

use crate::paper::{HEIGHT, PLACE, SCALE, WIDTH};
use crate::support;

/// Width and height of every picture in pixels.
pub(crate) const SIZE: [usize; 2] = [WIDTH * SCALE, HEIGHT * SCALE];

/// The rectangle of the signature in pixels: left, top, right, bottom.
pub(crate) fn place() -> [usize; 4] {
    let [left, bottom, right, top] = PLACE.map(|points| points as usize * SCALE);
    [left, SIZE[1] - top, right, SIZE[1] - bottom]
}

/// A picture in red, green and blue, row by row from the top.
#[derive(Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 3]>,
}

/// How far two pictures are apart, after both have been blurred a little: renderers smooth edges each in
/// their own way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Distance {
    /// The mean difference of a component, of 255.
    pub(crate) mean: f64,
    /// The share of pixels of which a component differs by more than [`STRONG`].
    pub(crate) strong: f64,
}

/// A difference that smoothing does not explain.
const STRONG: i32 = 48;

/// Pixels on each side that a pixel is averaged with.
const BLUR: usize = 2;

/// What is taken for the same picture. The three renderers are apart by no more than 2.0 and 0.016; a
/// picture that is 3 points off is by 4.5 and 0.04 at least.
pub(crate) const TOLERANCE: Distance = Distance { mean: 2.8, strong: 0.022 };

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mean {:.3}, strong {:.5}", self.mean, self.strong)
    }
}

impl Distance {
    pub(crate) fn is_tolerable(self) -> bool {
        self.mean <= TOLERANCE.mean && self.strong <= TOLERANCE.strong
    }
}

impl Picture {
    /// Reads a PNG; what is transparent is white.
    pub(crate) fn from_png(bytes: &[u8]) -> Self {
        let mut decoder = Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        data.truncate(info.buffer_size());
        let over_white = |value: u8, alpha: u8| {
            let alpha = u32::from(alpha);
            u8::try_from((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255).unwrap()
        };
        let pixels = data.chunks_exact(info.color_type.samples()).map(|pixel| match *pixel {
            [gray] => [gray; 3],
            [gray, alpha] => [over_white(gray, alpha); 3],
            [red, green, blue] => [red, green, blue],
            [red, green, blue, alpha] => [red, green, blue].map(|value| over_white(value, alpha)),
            _ => unreachable!("a PNG has one to four components"),
        });
        let (width, height) = (info.width as usize, info.height as usize);
        Self { width, height, pixels: pixels.collect() }
    }

    pub(crate) fn to_png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(self.pixels.as_flattened()).unwrap();
        writer.finish().unwrap();
        bytes
    }

    pub(crate) fn at(&self, column: usize, row: usize) -> [u8; 3] {
        self.pixels[row * self.width + column]
    }

    /// The picture of another size that takes each pixel from where `from` says.
    pub(crate) fn remade(&self, from: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for row in 0..self.height {
            pixels.extend((0..self.width).map(|column| from(column, row)));
        }
        Self { pixels, ..*self }
    }

    /// What is within the rectangle of the signature.
    pub(crate) fn inside_place(&self) -> Self {
        let [left, top, right, bottom] = place();
        let rows = (top..bottom).flat_map(|row| (left..right).map(move |column| (column, row)));
        let pixels = rows.map(|(column, row)| self.at(column, row)).collect();
        Self { width: right - left, height: bottom - top, pixels }
    }

    /// Every pixel as the mean of those around it.
    fn blurred(&self) -> Vec<[i32; 3]> {
        // The sum over a window that moves on: what enters is added, what is left behind taken off.
        let line = |values: &[[i32; 3]], stride: usize, count: usize, start: usize, out: &mut [[i32; 3]]| {
            let (mut sum, mut share) = ([0_i32; 3], 0_i32);
            for index in 0..count + BLUR {
                if index < count {
                    let [red, green, blue] = values[start + index * stride];
                    sum = [sum[0] + red, sum[1] + green, sum[2] + blue];
                    share += 1;
                }
                if index > 2 * BLUR {
                    let [red, green, blue] = values[start + (index - 2 * BLUR - 1) * stride];
                    sum = [sum[0] - red, sum[1] - green, sum[2] - blue];
                    share -= 1;
                }
                if index >= BLUR {
                    out[start + (index - BLUR) * stride] = [sum[0] / share, sum[1] / share, sum[2] / share];
                }
            }
        };
        let whole: Vec<[i32; 3]> = self.pixels.iter().map(|pixel| pixel.map(i32::from)).collect();
        let mut rows = whole.clone();
        (0..self.height).for_each(|row| line(&whole, 1, self.width, row * self.width, &mut rows));
        let mut both = rows.clone();
        (0..self.width).for_each(|column| line(&rows, self.width, self.height, column, &mut both));
        both
    }

    pub(crate) fn distance(&self, other: &Self) -> Distance {
        assert_eq!((self.width, self.height), (other.width, other.height), "pictures of one size");
        let (mut sum, mut strong) = (0_i64, 0_usize);
        for (one, two) in self.blurred().iter().zip(other.blurred()) {
            let differences = [0, 1, 2].map(|part| (one[part] - two[part]).abs());
            sum += i64::from(differences.iter().sum::<i32>());
            strong += usize::from(differences.iter().any(|difference| *difference > STRONG));
        }
        let count = self.pixels.len() as f64;
        Distance { mean: sum as f64 / 3.0 / count, strong: strong as f64 / count }
    }
}

/// Who draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renderer {
    Poppler,
    MuPdf,
}

impl Renderer {
    /// The first page as a viewer shows it.
    pub(crate) fn draw(self, path: &Path) -> Picture {
        let [width, height] = SIZE.map(|pixels| pixels.to_string());
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("page.png");
        let mut command = match self {
            Self::Poppler => {
                let mut command = Command::new("pdftoppm");
                // The longer side: width and height it takes for those of the page before it is turned.
                command.args(["-png", "-singlefile", "-cropbox", "-scale-to", &width]);
                command.arg(path).arg(out.with_extension(""));
                command
            }
            Self::MuPdf => {
                let mut command = Command::new("mutool");
                command.args(["draw", "-q", "-F", "png", "-w", &width, "-h", &height, "-o"]);
                command.arg(&out).arg(path).arg("1");
                command
            }
        };
        let output = command.output().unwrap();
        assert!(output.status.success(), "{self:?}: {}", support::both(&output));
        let said = support::both(&output);
        let unexpected = said.lines().find(|line| !line.contains("ICC support is not available"));
        assert_eq!(unexpected, None, "{self:?}: {said}");
        let picture = Picture::from_png(&fs::read(out).unwrap());
        assert_eq!([picture.width, picture.height], SIZE, "{self:?}: {}", path.display());
        picture
    }
}
