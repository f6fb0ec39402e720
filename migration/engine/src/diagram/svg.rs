//! Writes a drawing as SVG: with a background and colours of its own, for light and for dark screens.

use std::fmt::Write;

use super::{
    drawing::{Card, Drawing, Link, Look, NAME, NAME_LINE, NOTE, NOTE_LINE, PADDING, ROW, ROW_LINE, Sign},
    place::{Placed, Point},
    text::{width, xml},
};

/// Room around everything.
const MARGIN: f64 = 20.0;
/// Height of the title and of a line of the legend.
const TITLE_LINE: f64 = 32.0;
const TITLE: f64 = 16.0;
const LEGEND_LINE: f64 = 16.0;

/// What does not change from picture to picture. The second half is for dark screens.
const STYLE: &str = include_str!("style.css");
const SIGNS: &str = include_str!("signs.svg");

/// The SVG document.
pub(super) fn svg(drawing: &Drawing, placed: &Placed, note: &str) -> String {
    let lines = drawing.legend.iter().map(|line| width(line, NOTE));
    let inner = lines.fold(placed.width.max(width(&drawing.title, TITLE)), f64::max);
    let legend_top = MARGIN + TITLE_LINE + placed.height + 8.0;
    let legend = f64::from(u32::try_from(drawing.legend.len()).unwrap_or(u32::MAX)) * LEGEND_LINE;
    let (w, h) = ((inner + 2.0 * MARGIN).ceil(), (legend_top + legend + MARGIN).ceil());
    let mut out = format!(
        "<!-- {} -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n{SIGNS}<rect class=\"page\" width=\"{w}\" height=\"{h}\"/>\n",
        xml(note),
        xml(&drawing.title),
    );
    text(&mut out, "heading", (MARGIN, MARGIN + TITLE), &drawing.title);
    let origin = (MARGIN, MARGIN + TITLE_LINE);
    let moved = |point: Point| (point.0 + origin.0, point.1 + origin.1);
    for (link, way) in drawing.links.iter().zip(&placed.ways) {
        line(&mut out, link, &way.iter().copied().map(moved).collect::<Vec<_>>());
    }
    for (card, corner) in drawing.cards.iter().zip(&placed.cards) {
        boxed(&mut out, card, moved(*corner));
    }
    let mut baseline = legend_top + NOTE;
    for entry in &drawing.legend {
        text(&mut out, "legend", (MARGIN, baseline), entry);
        baseline += LEGEND_LINE;
    }
    out + "</svg>\n"
}

fn boxed(out: &mut String, card: &Card, (x, y): Point) {
    let (w, h) = (card.width(), card.height());
    let head = if card.rows.is_empty() { h } else { card.head() };
    let look = match card.look {
        Look::Table => "table",
        Look::Hypertable => "hypertable",
        Look::Aggregate => "aggregate",
        Look::View => "view",
        Look::Enum => "enum",
        Look::Revision => "revision",
        Look::Head => "head",
    };
    let _ = writeln!(out, "<g class=\"card {look}\">\n<title>{}</title>", xml(&card.name));
    let place = format!("x=\"{}\" y=\"{}\" width=\"{}\"", at(x), at(y), at(w));
    let _ = writeln!(out, "<rect class=\"body\" {place} height=\"{}\" rx=\"5\"/>", at(h));
    let _ = writeln!(out, "<rect class=\"name\" {place} height=\"{}\" rx=\"5\"/>", at(head));
    text(out, "title", (x + PADDING, y + NAME_LINE / 2.0 + NAME * 0.4), &card.title());
    let mut baseline = y + NAME_LINE + NOTE;
    for note in &card.notes {
        text(out, "note", (x + PADDING, baseline), note);
        baseline += NOTE_LINE;
    }
    for (number, row) in card.rows.iter().enumerate() {
        let baseline = y + card.row_top(number) + ROW_LINE / 2.0 + ROW * 0.35;
        text(out, "mark", (x + PADDING, baseline), &row.mark);
        text(out, "row", (x + card.names_from(), baseline), &row.name);
        text(out, "detail", (x + w - PADDING - width(&row.detail, ROW), baseline), &row.detail);
    }
    out.push_str("</g>\n");
}

fn text(out: &mut String, class: &str, (x, y): Point, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(out, "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>", at(x), at(y), xml(text));
    }
}

fn line(out: &mut String, link: &Link, way: &[Point]) {
    let mut path = String::new();
    for (number, point) in way.iter().enumerate() {
        let _ = write!(path, "{}{},{}", if number == 0 { "M" } else { " L" }, at(point.0), at(point.1));
    }
    let sign = |name: &str, sign: Sign| match sign {
        Sign::None => String::new(),
        Sign::Arrow => format!(" marker-{name}=\"url(#arrow)\""),
        Sign::One => format!(" marker-{name}=\"url(#one)\""),
        Sign::Maybe => format!(" marker-{name}=\"url(#maybe)\""),
        Sign::Many => format!(" marker-{name}=\"url(#many)\""),
    };
    let dashed = if link.is_dashed { " dashed" } else { "" };
    let signs = sign("start", link.first.sign) + &sign("end", link.second.sign);
    let _ = writeln!(
        out,
        "<g class=\"link\"><title>{}</title><path class=\"line{dashed}\" d=\"{path}\"{signs}/></g>",
        xml(&link.about)
    );
}

/// A length, to a tenth of a pixel.
fn at(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
