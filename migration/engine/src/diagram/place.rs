//! Gives every card its place and every link its way: what hangs together is laid out in layers by `graphlay`, and the
//! groups that come of it are packed so that the picture fills a screen as well as it can.

use graphlay::{
    Direction, Edge, Effort, Graph, LayoutError, LayoutOptions, Node, NodeId, PortHint, PortSides, Side, Size,
};

use super::drawing::{Card, Drawing, End, Look, ROW_LINE};

/// The screen that a picture is to fit on, without what is around the cards.
const SCREEN: (f64, f64) = (1360.0, 800.0);
/// Room between groups.
const BETWEEN: f64 = 30.0;

/// A point, in pixels from the upper left corner.
pub(super) type Point = (f64, f64);

/// Where everything is.
pub(super) struct Placed {
    /// The upper left corner of each card.
    pub cards: Vec<Point>,
    /// The way of each link, from its first card to its second.
    pub ways: Vec<Vec<Point>>,
    pub width: f64,
    pub height: f64,
}

/// What is laid out as one: cards and links by their number.
struct Group {
    cards: Vec<(usize, Point)>,
    ways: Vec<(usize, Vec<Point>)>,
    width: f64,
    height: f64,
    /// Where nothing else may be: its cards and lines, and the room to the right of them and below.
    taken: Vec<Rect>,
}

#[derive(Clone, Copy)]
struct Rect {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Rect {
    /// From one corner to the opposite one, and room around it.
    fn around(one: Point, other: Point, room: f64) -> Self {
        Self {
            left: one.0.min(other.0) - room,
            top: one.1.min(other.1) - room,
            right: one.0.max(other.0) + room,
            bottom: one.1.max(other.1) + room,
        }
    }

    fn at(&self, corner: Point) -> Self {
        let Self { left, top, right, bottom } = *self;
        Self { left: left + corner.0, top: top + corner.1, right: right + corner.0, bottom: bottom + corner.1 }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

impl Group {
    fn new(drawing: &Drawing, cards: Vec<(usize, Point)>, ways: Vec<(usize, Vec<Point>)>) -> Self {
        let half = BETWEEN / 2.0;
        let of_cards = cards.iter().map(|(card, corner)| {
            let card = &drawing.cards[*card];
            Rect::around(*corner, (corner.0 + card.width(), corner.1 + card.height()), half)
        });
        let pieces = ways.iter().flat_map(|(_, way)| way.windows(2));
        let taken: Vec<Rect> = of_cards.chain(pieces.map(|two| Rect::around(two[0], two[1], half / 2.0))).collect();
        let end = |edge: fn(&Rect) -> f64| taken.iter().map(edge).fold(0.0, f64::max);
        // Moved so that the room around it begins at the corner.
        let taken = taken.iter().map(|rect| rect.at((half, half))).collect::<Vec<_>>();
        Self { width: end(|rect| rect.right) - half, height: end(|rect| rect.bottom) - half, taken, cards, ways }
    }
}

/// Places a drawing. The same one is always placed the same way.
pub(super) fn place(drawing: &Drawing) -> Result<Placed, LayoutError> {
    let mut groups = Vec::new();
    for cards in hanging_together(drawing) {
        groups.push(lay_out(drawing, &cards)?);
    }
    // Enums fill what the tables leave.
    let is_enum = |group: &Group| drawing.cards[group.cards[0].0].look == Look::Enum;
    groups.sort_by(|one, other| {
        let by_height = other.height.total_cmp(&one.height).then(other.width.total_cmp(&one.width));
        is_enum(one).cmp(&is_enum(other)).then(by_height)
    });
    let corners = pack(&groups);
    let mut placed = Placed {
        cards: vec![(0.0, 0.0); drawing.cards.len()],
        ways: vec![Vec::new(); drawing.links.len()],
        width: 0.0,
        height: 0.0,
    };
    for (group, corner) in groups.into_iter().zip(corners) {
        let moved = |point: Point| (point.0 + corner.0, point.1 + corner.1);
        for (card, at) in group.cards {
            placed.cards[card] = moved(at);
        }
        for (link, way) in group.ways {
            placed.ways[link] = way.into_iter().map(moved).collect();
        }
        placed.width = placed.width.max(corner.0 + group.width);
        placed.height = placed.height.max(corner.1 + group.height);
    }
    Ok(placed)
}

/// The cards that links connect, in the order of their first card.
fn hanging_together(drawing: &Drawing) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..drawing.cards.len()).collect();
    for link in &drawing.links {
        let (one, other) = (group[link.first.card], group[link.second.card]);
        let (low, high) = (one.min(other), one.max(other));
        group.iter_mut().filter(|number| **number == high).for_each(|number| *number = low);
    }
    let members = |number: usize| (0..group.len()).filter(|card| group[*card] == number).collect::<Vec<_>>();
    (0..drawing.cards.len()).map(members).filter(|cards| !cards.is_empty()).collect()
}

/// Lays out one group, in the direction in which it fills the screen best.
fn lay_out(drawing: &Drawing, cards: &[usize]) -> Result<Group, LayoutError> {
    let links: Vec<usize> =
        (0..drawing.links.len()).filter(|link| cards.contains(&drawing.links[*link].first.card)).collect();
    if links.is_empty() {
        return Ok(Group::new(drawing, vec![(cards[0], (0.0, 0.0))], Vec::new()));
    }
    // A line that ends at a row comes from the side.
    let has_rows = links.iter().any(|link| drawing.links[*link].first.row.is_some());
    let mut tries = vec![(Direction::LeftRight, 0.0)];
    if !has_rows {
        tries.extend([(Direction::TopBottom, 0.0), (Direction::TopBottom, SCREEN.0 / SCREEN.1)]);
    }
    let mut best: Option<Group> = None;
    for (direction, aspect) in tries {
        let group = in_layers(drawing, cards, &links, direction, aspect)?;
        if best.as_ref().is_none_or(|best| load(&group) < load(best)) {
            best = Some(group);
        }
    }
    best.ok_or(LayoutError::NonPositiveSize { node: NodeId(0) })
}

/// How much of the screen it takes, where 1 fills it in one direction.
fn load(group: &Group) -> f64 {
    (group.width / SCREEN.0).max(group.height / SCREEN.1)
}

fn in_layers(
    drawing: &Drawing,
    cards: &[usize],
    links: &[usize],
    direction: Direction,
    aspect: f64,
) -> Result<Group, LayoutError> {
    let node = |card: &usize| {
        let Card { name, .. } = &drawing.cards[*card];
        let size = Size::new(drawing.cards[*card].width(), drawing.cards[*card].height());
        Node { size, key: Some(name.clone()), ..Node::default() }
    };
    let number = |card: usize| {
        let found = cards.iter().position(|one| *one == card).unwrap_or_default();
        NodeId(u32::try_from(found).unwrap_or(u32::MAX))
    };
    let port = |end: End, side: Side| {
        let card = &drawing.cards[end.card];
        let row = end.row?;
        let middle = card.row_top(row) + ROW_LINE / 2.0 + aside(drawing, end);
        Some(PortHint::Offset { side, t: middle / (card.height() / 2.0) - 1.0 })
    };
    let edge = |link: &usize| {
        let link = &drawing.links[*link];
        Edge {
            source_port: port(link.first, Side::Right),
            target_port: port(link.second, Side::Left),
            ..Edge::new(number(link.first.card), number(link.second.card))
        }
    };
    let graph = Graph { nodes: cards.iter().map(node).collect(), edges: links.iter().map(edge).collect() };
    let mut options = LayoutOptions::layered_default();
    options.direction = direction;
    options.effort = Effort::Thorough;
    options.spacing.layer_gap = if direction == Direction::LeftRight { 64.0 } else { 40.0 };
    options.spacing.node_gap = 26.0;
    // The signs at both ends need a straight piece.
    options.spacing.stub = 18.0;
    options.routing.port_sides = PortSides::FacingOnly;
    options.wrap.viewport_aspect = aspect;
    let layout = graphlay::layout(&graph, &options)?;
    let (left, top) = (layout.bounds.min.x, layout.bounds.min.y);
    let corner = |placement: &graphlay::Placement| {
        let (center, size) = (placement.center, placement.size);
        (center.x - size.width / 2.0 - left, center.y - size.height / 2.0 - top)
    };
    let ways =
        layout.edges.iter().map(|route| route.points.iter().map(|point| (point.x - left, point.y - top)).collect());
    let cards = cards.iter().copied().zip(layout.nodes.iter().map(corner)).collect();
    Ok(Group::new(drawing, cards, links.iter().copied().zip(ways).collect()))
}

/// How far from the middle of its row a line ends: lines that end there with other signs must not be drawn over it.
fn aside(drawing: &Drawing, end: End) -> f64 {
    let ends = drawing.links.iter().flat_map(|link| [link.first, link.second]);
    let is_beside = |other: &End| (other.card, other.row) == (end.card, end.row) && other.sign != end.sign;
    match ends.filter(is_beside).map(|other| other.sign).min() {
        Some(other) if other < end.sign => 4.0,
        Some(_) => -4.0,
        None => 0.0,
    }
}

/// The corner of each group: of all widths that the picture may have, the one with which it fills the screen best.
fn pack(groups: &[Group]) -> Vec<Point> {
    let widest = groups.iter().map(|group| group.width).fold(0.0, f64::max);
    let mut best: Option<(f64, Vec<Point>)> = None;
    let mut width = widest;
    loop {
        let corners = pack_within(groups, width);
        let loads = groups
            .iter()
            .zip(&corners)
            .map(|(group, corner)| ((corner.0 + group.width) / SCREEN.0).max((corner.1 + group.height) / SCREEN.1));
        let load = loads.fold(0.0, f64::max);
        if best.as_ref().is_none_or(|(least, _)| load < least - 0.001) {
            best = Some((load, corners));
        }
        width += 60.0;
        if width > SCREEN.0.max(widest) * 1.3 {
            return best.map(|(_, corners)| corners).unwrap_or_default();
        }
    }
}

/// Each group as high up as it fits, and there as far left. A small one may stand in a bay of a large one.
fn pack_within(groups: &[Group], width: f64) -> Vec<Point> {
    let mut taken: Vec<Rect> = Vec::new();
    let mut corners = Vec::new();
    for group in groups {
        let edges = |edge: fn(&Rect) -> f64| {
            let mut edges: Vec<f64> = std::iter::once(0.0).chain(taken.iter().map(edge)).collect();
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            edges
        };
        let (lefts, tops) = (edges(|rect| rect.right), edges(|rect| rect.bottom));
        let fits = |corner: &Point| {
            (corner.0 == 0.0 || corner.0 + group.width <= width)
                && !group.taken.iter().any(|rect| {
                    let rect = rect.at(*corner);
                    taken.iter().any(|other| rect.meets(other))
                })
        };
        let places = tops.iter().flat_map(|top| lefts.iter().map(|left| (*left, *top)));
        // Below everything there is always room.
        let corner = places.into_iter().find(fits).unwrap_or_default();
        taken.extend(group.taken.iter().map(|rect| rect.at(corner)));
        corners.push(corner);
    }
    corners
}
