//! What only decorates, put together: the fills of a page come first, those of one colour in one go, and lines that
//! touch are one line.
//!
//! A table has four lines a cell, each with neighbours: drawn one by one, they are a third of its file and of the time
//! that it takes. Nothing that is read changes place. Promise: fills stay under lines, so that no line is half covered.

use crate::render::display::{Area, Artifact, Colour, Item, Owner, Shape};

/// The thickest line: what is thicker is a surface.
const THICKEST_LINE: f32 = 2.0;
/// How far two lines may stand apart and still touch.
const TOUCH: f32 = 0.02;

/// The fills of one colour, all surfaces or all lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fills {
    /// Their colour.
    pub colour: Colour,
    is_line: bool,
    /// Where they stand.
    pub areas: Vec<Area>,
}

/// Gives the fills of a page that are nobody's content, in the order in which they are drawn.
pub(super) fn fills(items: &[Item]) -> Vec<Fills> {
    let mut found: Vec<Fills> = Vec::new();
    for (area, colour) in items.iter().filter_map(as_fill) {
        let area = rounded(area);
        let is_line = area.width.min(area.height) <= THICKEST_LINE;
        match found.iter_mut().find(|fills| fills.colour == colour && fills.is_line == is_line) {
            Some(fills) => fills.areas.push(area),
            None => found.push(Fills { colour, is_line, areas: vec![area] }),
        }
    }
    found.sort_by_key(|fills| fills.is_line);
    for lines in found.iter_mut().filter(|fills| fills.is_line) {
        lines.areas = joined(std::mem::take(&mut lines.areas));
    }
    found
}

/// Tells whether an item is among the [`fills`] of its page.
pub(super) fn is_fill(item: &Item) -> bool {
    as_fill(item).is_some()
}

/// Gives a length to a hundredth of a point, which no eye sees and which is short to write.
pub(super) fn hundredth(length: f32) -> f32 {
    (length * 100.0).round() / 100.0
}

fn as_fill(item: &Item) -> Option<(Area, Colour)> {
    match (item.owner, &item.shape) {
        (Owner::Artifact(Artifact::Layout), Shape::Fill(area, colour)) => Some((*area, *colour)),
        _ => None,
    }
}

fn rounded(area: Area) -> Area {
    let (x, y) = (hundredth(area.x), hundredth(area.y));
    Area { x, y, width: hundredth(area.width), height: hundredth(area.height) }
}

/// Joins lines that touch end to end, and keeps one of those that lie upon each other.
fn joined(lines: Vec<Area>) -> Vec<Area> {
    let (across, down): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.width >= line.height);
    let down = joined_across(down.into_iter().map(turned).collect());
    joined_across(across).into_iter().chain(down.into_iter().map(turned)).collect()
}

fn joined_across(mut lines: Vec<Area>) -> Vec<Area> {
    lines.sort_by(|one, other| {
        let by_place = one.y.total_cmp(&other.y).then(one.height.total_cmp(&other.height));
        by_place.then(one.x.total_cmp(&other.x))
    });
    let mut joined: Vec<Area> = Vec::new();
    for line in lines {
        match joined.last_mut() {
            Some(last) if last.continues_in(&line) => {
                last.width = hundredth(last.width.max(line.x + line.width - last.x));
            }
            _ => joined.push(line),
        }
    }
    joined
}

impl Area {
    /// Tells whether a line that comes later touches this one.
    fn continues_in(&self, later: &Self) -> bool {
        let is_level = self.y.total_cmp(&later.y).is_eq() && self.height.total_cmp(&later.height).is_eq();
        is_level && later.x <= self.x + self.width + TOUCH
    }
}

/// Exchanges across and down.
fn turned(area: Area) -> Area {
    Area { x: area.y, y: area.x, width: area.height, height: area.width }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(x: f32, y: f32, width: f32, height: f32, colour: Colour) -> Item {
        let shape = Shape::Fill(Area { x, y, width, height }, colour);
        Item { owner: Owner::Artifact(Artifact::Layout), shape }
    }

    #[test]
    fn lines_that_touch_are_one_and_surfaces_come_first() {
        let (line, surface) = (Colour::grey(0x99), Colour::grey(0xee));
        let items = [
            fill(10.0, 20.0, 30.0, 0.5, line),
            fill(40.004, 20.0, 5.0, 0.5, line),
            fill(10.0, 20.0, 30.0, 0.5, line),
            fill(60.0, 20.0, 5.0, 0.5, line),
            fill(10.0, 20.0, 0.5, 8.0, line),
            fill(10.0, 28.0, 0.5, 8.0, line),
            fill(10.0, 20.0, 30.0, 8.0, surface),
        ];
        let area = |x, y, width, height| Area { x, y, width, height };
        let expected = [
            Fills { colour: surface, is_line: false, areas: vec![area(10.0, 20.0, 30.0, 8.0)] },
            Fills {
                colour: line,
                is_line: true,
                areas: vec![
                    area(10.0, 20.0, 35.0, 0.5),
                    area(60.0, 20.0, 5.0, 0.5),
                    area(10.0, 20.0, 0.5, 16.0),
                ],
            },
        ];
        assert_eq!(fills(&items), expected);
        assert!(items.iter().all(is_fill));
    }
}
