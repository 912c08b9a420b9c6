//! Fills pages with slabs.

use std::collections::VecDeque;

use super::carry::Carried;
use super::slab::{Slab, Title};
use super::table::head_height;
use crate::render::RenderError;
use crate::render::display::{Bookmark, Item};

/// Where the content of pages stands, in points from their top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Where it starts on the first page.
    pub first_top: f32,
    /// Where it starts on the others.
    pub top: f32,
    /// Where it ends on all.
    pub bottom: f32,
}

/// Pages of items, and the headings found on them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paginated {
    /// The items of each page.
    pub pages: Vec<Vec<Item>>,
    /// The headings, in order.
    pub bookmarks: Vec<Bookmark>,
}

/// Fills pages with slabs, in order. There is one page at least.
///
/// # Errors
/// [`RenderError::TooManyPages`] past the limit.
pub fn paginate(slabs: Vec<Slab>, frame: Frame, max_pages: usize) -> Result<Paginated, RenderError> {
    let mut pages = Pages {
        done: Paginated::default(),
        frame,
        y: frame.first_top,
        is_fresh: true,
        carried: None,
        limit: max_pages,
    };
    pages.done.pages.push(Vec::new());
    let mut waiting = VecDeque::from(slabs);
    while let Some(slab) = waiting.pop_front() {
        if let Some(rest) = pages.place(slab, &waiting)? {
            waiting.push_front(rest);
        }
    }
    Ok(pages.done)
}

struct Pages {
    done: Paginated,
    frame: Frame,
    y: f32,
    /// Whether nothing but a repeated head and carried sums stands on the page.
    is_fresh: bool,
    /// What the table whose row was put last carries to the next page.
    carried: Option<Carried>,
    limit: usize,
}

impl Pages {
    /// Puts a slab on this page or the next; gives back what must be placed again.
    fn place(&mut self, slab: Slab, next: &VecDeque<Slab>) -> Result<Option<Slab>, RenderError> {
        let gap = if self.is_fresh { 0.0 } else { slab.gap };
        let room = self.frame.bottom - self.y - gap;
        let carried = self.carried.as_ref().map_or(0.0, Carried::height);
        let page_room = if self.is_fresh && self.is_at_top() {
            room
        } else {
            self.frame.bottom - self.frame.top - head_height(&slab) - carried
        };
        if slab.starts_page && !self.is_fresh {
            self.turn(&slab)?;
            return Ok(Some(Slab { starts_page: false, ..slab }));
        }
        if slab.height > page_room {
            return self.place_tall(slab, room);
        }
        let together = together(&slab, next);
        let wanted = if together <= page_room { together } else { slab.height };
        if wanted > room && !(self.is_fresh && self.is_at_top()) {
            self.turn(&slab)?;
            return Ok(Some(slab));
        }
        self.y += gap;
        self.put(slab);
        Ok(None)
    }

    fn is_at_top(&self) -> bool {
        self.done.pages.len() > 1
    }

    /// Cuts a row that is higher than a page; what can't be cut is put as it is.
    fn place_tall(&mut self, slab: Slab, room: f32) -> Result<Option<Slab>, RenderError> {
        match slab.split(room) {
            Ok((top, rest)) => {
                self.y += if self.is_fresh { 0.0 } else { top.gap };
                self.put(top);
                self.turn(&rest)?;
                Ok(Some(rest))
            }
            Err(whole) if self.is_fresh => {
                self.put(*whole);
                Ok(None)
            }
            Err(whole) => {
                self.turn(&whole)?;
                Ok(Some(*whole))
            }
        }
    }

    fn put(&mut self, slab: Slab) {
        let height = slab.height;
        if let Some(title) = &slab.title {
            self.mark(title);
        }
        if let Some(page) = self.done.pages.last_mut() {
            self.carried.clone_from(&slab.carried);
            slab.pour(self.y, page);
        }
        self.y += height;
        self.is_fresh = false;
    }

    fn mark(&mut self, title: &Title) {
        let page = self.done.pages.len().saturating_sub(1);
        self.done.bookmarks.push(Bookmark { title: title.text.clone(), page, y: self.y });
    }

    /// Starts a page, with the head of the table that goes on and what it carries.
    fn turn(&mut self, next: &Slab) -> Result<(), RenderError> {
        if self.done.pages.len() >= self.limit {
            return Err(RenderError::TooManyPages { limit: self.limit });
        }
        let carried = self.carried.take();
        if let Some(carried) = &carried {
            self.put(carried.below());
        }
        self.done.pages.push(Vec::new());
        self.y = self.frame.top;
        for head in next.head.as_deref().into_iter().flatten().cloned() {
            self.put(head);
        }
        if let Some(carried) = &carried {
            self.put(carried.above());
        }
        self.is_fresh = true;
        Ok(())
    }
}

/// Gives the height of a slab and of those that must follow it on its page, with that of the sums carried after them.
fn together(slab: &Slab, next: &VecDeque<Slab>) -> f32 {
    let mut height = slab.height;
    let mut stays = slab.stays_with_next;
    let mut last = slab;
    for follower in next {
        if !stays || follower.starts_page {
            break;
        }
        height += follower.gap + follower.height;
        stays = follower.stays_with_next;
        last = follower;
    }
    height + last.carried.as_ref().map_or(0.0, Carried::height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::display::{Area, Artifact, Colour, Owner, Shape};

    const FRAME: Frame = Frame { first_top: 50.0, top: 10.0, bottom: 110.0 };

    fn block(height: f32) -> Slab {
        let area = Area { x: 0.0, y: 0.0, width: 1.0, height };
        let shape = Shape::Fill(area, Colour::BLACK);
        Slab::of(vec![Item { owner: Owner::Artifact(Artifact::Layout), shape }], height)
    }

    fn tops(slabs: Vec<Slab>) -> Vec<Vec<f32>> {
        let top = |item: &Item| match item.shape {
            Shape::Fill(area, _) => area.y,
            _ => panic!("a fill"),
        };
        let paginated = paginate(slabs, FRAME, 10).unwrap();
        paginated.pages.iter().map(|page| page.iter().map(top).collect()).collect()
    }

    #[test]
    fn what_does_not_fit_goes_to_the_next_page_without_its_gap() {
        let slabs = vec![block(30.0), block(20.0).after(5.0), block(40.0).after(8.0), block(40.0).after(8.0)];
        assert_eq!(tops(slabs), [vec![50.0, 85.0], vec![10.0, 58.0]]);
    }

    #[test]
    fn what_stays_together_moves_together() {
        let mut bound = block(20.0);
        bound.bind();
        assert_eq!(tops(vec![block(20.0), bound, block(30.0)]), [vec![50.0], vec![10.0, 30.0]]);
    }

    #[test]
    fn a_slab_that_fits_no_first_page_takes_the_second() {
        assert_eq!(tops(vec![block(90.0)]), [vec![], vec![10.0]]);
    }

    #[test]
    fn a_slab_higher_than_every_page_is_put_all_the_same() {
        assert_eq!(tops(vec![block(300.0), block(10.0)]), [vec![50.0], vec![10.0]]);
    }

    #[test]
    fn pages_are_bounded() {
        let slabs = (0..30).map(|_| block(90.0)).collect();
        assert!(matches!(paginate(slabs, FRAME, 10), Err(RenderError::TooManyPages { limit: 10 })));
    }
}
