//! Geometry of the charts, in the units of an SVG's `viewBox`. No texts: those are the page's.

/// Where things are in a chart of 640 by 240 units.
pub const WIDTH: i64 = 640;
const TOP: i64 = 30;
/// What values stand on.
pub const FOOT: i64 = 206;
/// Room for `11-21` in the largest letters.
const LABEL_EVERY: usize = 7;

/// A column over one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Which of the values it stands for.
    pub index: usize,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// A horizontal line, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    pub y: i64,
    pub value: i64,
}

/// Where the name of a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub index: usize,
    pub x: i64,
    pub anchor: &'static str,
}

/// Values side by side above a common foot.
pub struct Plot {
    top_value: i64,
    count: usize,
}

impl Plot {
    /// For `count` values up to `highest`.
    pub fn new(count: usize, highest: i64) -> Self {
        Self {
            top_value: nice(highest),
            count: count.max(1),
        }
    }

    /// The upper two of three lines; the foot is the axis. Above the first one there is room for what it means.
    pub fn ticks(&self) -> Vec<Tick> {
        let half = (self.top_value % 2 == 0).then_some(self.top_value / 2);
        [Some(self.top_value), half]
            .into_iter()
            .flatten()
            .map(|value| Tick {
                y: self.y(value),
                value,
            })
            .collect()
    }

    /// Values of nothing have no column.
    pub fn columns(&self, values: impl AsRef<[i64]>) -> Vec<Column> {
        let step = WIDTH / wide(self.count);
        let columns = values
            .as_ref()
            .iter()
            .enumerate()
            .filter(|(_, value)| **value > 0)
            .map(|(index, value)| {
                let y = self.y(*value).min(FOOT - 1);
                let width = (step * 7 / 10).max(1);
                Column {
                    index,
                    x: self.middle(index) - width / 2,
                    y,
                    width,
                    height: FOOT - y,
                }
            });
        columns.collect()
    }

    /// `x,y` of every value, as `polyline` wants it.
    pub fn line(&self, values: impl AsRef<[i64]>) -> String {
        let points = values
            .as_ref()
            .iter()
            .enumerate()
            .map(|(index, value)| format!("{},{}", self.middle(index), self.y(*value)));
        points.collect::<Vec<_>>().join(" ")
    }

    /// The last value has a label, and every seventh before it.
    pub fn labels(&self) -> Vec<Label> {
        let last = self.count - 1;
        let labelled = (0..self.count).rev().step_by(LABEL_EVERY).map(|index| {
            if index == last {
                Label {
                    index,
                    x: WIDTH,
                    anchor: "end",
                }
            } else {
                Label {
                    index,
                    x: self.middle(index),
                    anchor: "middle",
                }
            }
        });
        // one at the left edge would stick out
        labelled.filter(|label| label.x >= 25).collect()
    }

    fn middle(&self, index: usize) -> i64 {
        (2 * wide(index) + 1) * WIDTH / (2 * wide(self.count))
    }

    fn y(&self, value: i64) -> i64 {
        let height = i128::from(FOOT - TOP) * i128::from(value.clamp(0, self.top_value))
            / i128::from(self.top_value);
        FOOT - i64::try_from(height).unwrap_or(0)
    }
}

/// How wide `part` is when `whole` takes the chart's width.
pub fn share(part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let width = i128::from(WIDTH) * i128::from(part.clamp(0, whole)) / i128::from(whole);
    i64::try_from(width).unwrap_or(0)
}

/// The next 1, 2, 4, 5 or 10 times a power of ten that is not below `value`: a scale that people can read.
fn nice(value: i64) -> i64 {
    let mut power: i64 = 1;
    while power.checked_mul(10).is_some_and(|next| next <= value) {
        power *= 10;
    }
    [1, 2, 4, 5, 10]
        .into_iter()
        .filter_map(|factor| power.checked_mul(factor))
        .find(|top| *top >= value.max(1))
        .unwrap_or(i64::MAX)
}

fn wide(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / WIDTH / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (value, top) in [
            (-3, 1),
            (0, 1),
            (1, 1),
            (3, 4),
            (7, 10),
            (10, 10),
            (11, 20),
            (1_234_567, 2_000_000),
            (i64::MAX, i64::MAX),
        ] {
            assert_eq!(nice(value), top, "{value}");
        }
    }

    #[test]
    fn columns_stand_on_the_foot_and_stay_inside() {
        for values in [
            vec![0, 1, 5, 10],
            (0..30).collect(),
            vec![i64::MAX; 366],
            vec![3],
        ] {
            let plot = Plot::new(values.len(), values.iter().copied().max().unwrap());
            let columns = plot.columns(&values);
            assert_eq!(
                columns.len(),
                values.iter().filter(|value| **value > 0).count()
            );
            for column in columns {
                assert!(
                    column.x >= 0 && column.x + column.width <= WIDTH,
                    "{column:?}"
                );
                assert!(
                    column.y >= TOP && column.y + column.height == FOOT && column.height > 0,
                    "{column:?}"
                );
            }
        }
    }

    #[test]
    fn a_line_has_a_point_for_every_value() {
        let plot = Plot::new(4, 10);
        assert_eq!(plot.line([0, 5, 10, 0]), "80,206 240,118 400,30 560,206");
        assert_eq!(
            plot.ticks(),
            [Tick { y: 30, value: 10 }, Tick { y: 118, value: 5 }]
        );
    }

    #[test]
    fn labels_leave_room_for_each_other() {
        let labels = Plot::new(30, 1).labels();
        assert_eq!(
            labels.iter().map(|label| label.index).collect::<Vec<_>>(),
            [29, 22, 15, 8, 1]
        );
        assert!(labels.windows(2).all(|pair| pair[0].x - pair[1].x >= 80));
        assert_eq!(Plot::new(1, 1).labels().len(), 1);
    }

    #[test]
    fn shares_are_parts_of_the_width() {
        for (part, whole, width) in [
            (0, 0, 0),
            (1, 4, 160),
            (4, 4, 640),
            (9, 4, 640),
            (-1, 4, 0),
            (i64::MAX, i64::MAX, 640),
        ] {
            assert_eq!(share(part, whole), width, "{part} of {whole}");
        }
    }
}
