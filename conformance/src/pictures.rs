//! Pictures of QR codes, read by an independent decoder.

use rqrr::PreparedImage;

/// A square picture, each pixel as red, green and blue.
#[derive(PartialEq, Eq)]
pub struct Picture {
    /// Pixels of one side.
    pub side: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Draws an SVG as hop writes them: a square of one colour, and a path of rectangles one module high.
    ///
    /// # Panics
    /// When the SVG has another form.
    #[must_use]
    pub fn of_svg(svg: &str) -> Self {
        let side: usize = number(attribute(svg, "svg", "width"));
        assert_eq!(attribute(svg, "svg", "height"), attribute(svg, "svg", "width"));
        assert_eq!(attribute(svg, "svg", "viewBox"), format!("0 0 {side} {side}"));
        assert_eq!(number::<usize>(attribute(svg, "rect", "width")), side);
        assert_eq!(number::<usize>(attribute(svg, "rect", "height")), side);
        let (before, scale) = attribute(svg, "path", "transform").split_once(") scale(").unwrap();
        let before = before.strip_prefix("translate(").and_then(|before| before.split_once(' ')).unwrap();
        assert_eq!(before.0, before.1);
        let (before, scale): (usize, usize) = (number(before.0), number(scale.strip_suffix(')').unwrap()));
        let mut pixels = vec![color(attribute(svg, "rect", "fill")); side * side];
        let dark = color(attribute(svg, "path", "fill"));
        for run in attribute(svg, "path", "d").split_terminator('z') {
            let (x, rest) = run.strip_prefix('M').and_then(|run| run.split_once(' ')).unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, back) = rest.split_once("v1h-").unwrap();
            assert_eq!(length, back);
            let [x, y, length] = [x, y, length].map(number::<usize>);
            let pixel = |module: usize| before + module * scale;
            for row in pixel(y)..pixel(y + 1) {
                pixels[row * side + pixel(x)..row * side + pixel(x + length)].fill(dark);
            }
        }
        Self { side, pixels }
    }

    /// Reads a PNG.
    ///
    /// # Panics
    /// When it is not valid.
    #[must_use]
    pub fn of_png(bytes: &[u8]) -> Self {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().expect("a picture has a header");
        let mut all = vec![0; reader.output_buffer_size().expect("a picture is not too large")];
        let frame = reader.next_frame(&mut all).expect("a picture has pixels");
        reader.finish().expect("a picture ends");
        assert_eq!((frame.width, frame.color_type, frame.bit_depth), (frame.height, png::ColorType::Rgb, png::BitDepth::Eight));
        Self { side: frame.width as usize, pixels: all.as_chunks().0.to_vec() }
    }

    /// The colours, most frequent first.
    #[must_use]
    pub fn colors(&self) -> Vec<[u8; 3]> {
        let mut colors: Vec<([u8; 3], usize)> = Vec::new();
        for pixel in &self.pixels {
            match colors.iter_mut().find(|(color, _)| color == pixel) {
                Some((_, count)) => *count += 1,
                None => colors.push((*pixel, 1)),
            }
        }
        colors.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        colors.into_iter().map(|(color, _)| color).collect()
    }

    /// The text of the QR code, if it can be read. The picture is scaled up and laid on a page of its lightest colour.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let zoom = 400_usize.div_ceil(self.side);
        let page = self.side * zoom / 4;
        let side = self.side * zoom + 2 * page;
        let lightest = self.pixels.iter().copied().map(light).max()?;
        let mut image = PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            let inside = |at: usize| at.checked_sub(page).map(|at| at / zoom).filter(|at| *at < self.side);
            inside(x).zip(inside(y)).map_or(lightest, |(x, y)| light(self.pixels[y * self.side + x]))
        });
        let grids = image.detect_grids();
        let [grid] = grids.as_slice() else { return None };
        grid.decode().ok().map(|(_, text)| text)
    }
}

fn light(pixel: [u8; 3]) -> u8 {
    let [red, green, blue] = pixel.map(u32::from);
    u8::try_from((299 * red + 587 * green + 114 * blue) / 1_000).unwrap_or(u8::MAX)
}

/// The value of an attribute of the first element of this name.
fn attribute<'a>(svg: &'a str, element: &str, name: &str) -> &'a str {
    let (_, rest) = svg.split_once(&format!("<{element} ")).unwrap_or_else(|| panic!("no {element} in {svg}"));
    let (attributes, _) = rest.split_once('>').expect("an element ends");
    let found = format!(" {attributes}");
    let start = found.find(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in {attributes}")) + name.len() + 2;
    attributes[start..].split('"').next().expect("there is a value")
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is not a number"))
}

fn color(text: &str) -> [u8; 3] {
    let digits = text.strip_prefix('#').unwrap_or_else(|| panic!("{text} is not a colour"));
    [0, 2, 4].map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_else(|_| panic!("{text} is not a colour")))
}
