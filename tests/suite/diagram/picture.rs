//! A picture looked at as a person would: nothing overlaps, every text is where it belongs.

use roxmltree::{Document, Node};
use unicode_width::UnicodeWidthStr;

/// A rectangle on the picture.
#[derive(Clone, Copy, Debug)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn of(rect: &Node<'_, '_>) -> Self {
        let (left, top) = (number(rect, "x"), number(rect, "y"));
        Self { left, top, right: left + number(rect, "width"), bottom: top + number(rect, "height") }
    }

    /// Whether they are closer than `room`.
    fn is_near(&self, other: &Self, room: f64) -> bool {
        self.left < other.right + room
            && other.left < self.right + room
            && self.top < other.bottom + room
            && other.top < self.bottom + room
    }

    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).map_or(0.0, |text| text.parse().unwrap())
}

fn has_class(node: &Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class))
}

/// Where a text is, in a font of which every character is as wide as the widest fonts of its kind have it.
fn place_of(text: &Node<'_, '_>) -> Area {
    let size = match text.attribute("class").unwrap() {
        "heading" => 16.0,
        "title" => 13.0,
        "note" | "legend" | "mark" => 11.0,
        "row" | "detail" => 12.0,
        other => panic!("a text of the unknown class {other}"),
    };
    let cells = u32::try_from(text.text().unwrap_or_default().width()).unwrap();
    let (left, baseline) = (number(text, "x"), number(text, "y"));
    Area {
        left,
        top: baseline - 0.76 * size,
        right: left + f64::from(cells) * size * 0.602,
        bottom: baseline + 0.24 * size,
    }
}

/// The size of a picture, and the names of its cards, after looking at all of it.
pub fn look_at(svg: &str) -> ((f64, f64), Vec<String>) {
    let document = Document::parse(svg).unwrap_or_else(|fault| panic!("{fault}:\n{svg}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    let all = || root.descendants().filter(Node::is_element);
    let cards: Vec<Node<'_, '_>> = all().filter(|node| has_class(node, "card")).collect();
    let body = |card: &Node<'_, '_>| Area::of(&card.children().find(|node| has_class(node, "body")).unwrap());
    let bodies: Vec<Area> = cards.iter().map(body).collect();
    let page = Area::of(&all().find(|node| has_class(node, "page")).unwrap());
    for (number, one) in bodies.iter().enumerate() {
        assert!(page.holds(one), "{one:?} is on the page");
        for other in &bodies[..number] {
            assert!(!one.is_near(other, 8.0), "{one:?} and {other:?} are apart");
        }
    }
    let mut texts: Vec<(Area, &str)> = Vec::new();
    for text in all().filter(|node| node.has_tag_name("text")) {
        let place = place_of(&text);
        let said = text.text().unwrap_or_default();
        let within = if let Some(card) = cards.iter().position(|card| text.ancestors().any(|one| one == *card)) {
            bodies[card]
        } else {
            assert!(bodies.iter().all(|body| !body.is_near(&place, 0.0)), "{said:?} is beside the cards");
            page
        };
        assert!(within.holds(&place), "{said:?} at {place:?} is within {within:?}");
        for (other, too) in &texts {
            assert!(!place.is_near(other, 0.0), "{said:?} and {too:?} are apart");
        }
        texts.push((place, said));
    }
    for path in all().filter(|node| has_class(node, "line")) {
        for (from, to) in segments(path.attribute("d").unwrap()) {
            // A line touches the borders of the cards that it connects; a pixel within is beyond that.
            let segment = Area {
                left: from.0.min(to.0) + 1.0,
                top: from.1.min(to.1) + 1.0,
                right: from.0.max(to.0) - 1.0,
                bottom: from.1.max(to.1) - 1.0,
            };
            let segment =
                Area { right: segment.right.max(segment.left), bottom: segment.bottom.max(segment.top), ..segment };
            assert!(page.holds(&segment), "{segment:?} is on the page");
            for body in &bodies {
                let inner = Area {
                    left: body.left + 1.5,
                    top: body.top + 1.5,
                    right: body.right - 1.5,
                    bottom: body.bottom - 1.5,
                };
                assert!(!inner.is_near(&segment, 0.0), "the line {from:?} to {to:?} goes around {body:?}");
            }
        }
    }
    let name = |card: &Node<'_, '_>| {
        let title = card.children().find(|node| node.has_tag_name("title")).unwrap();
        title.text().unwrap_or_default().to_owned()
    };
    ((page.right, page.bottom), cards.iter().map(name).collect())
}

type Point = (f64, f64);

/// The straight pieces of `M1,2 L3,4`.
fn segments(path: &str) -> Vec<(Point, Point)> {
    let point = |text: &str| -> Point {
        let (x, y) = text[1..].split_once(',').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    };
    let points: Vec<Point> = path.split(' ').map(point).collect();
    assert!(points.len() > 1, "{path}");
    points.windows(2).map(|two| (two[0], two[1])).collect()
}
