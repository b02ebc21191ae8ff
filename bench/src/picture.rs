//! What was found, as pictures: SVG by hand, since there is little to draw.

use std::fmt::Write;

use crate::{curves::Curve, report::Row};

const WIDTH: f64 = 820.0;
const LINE: f64 = 30.0;
const LEFT: f64 = 400.0;
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2937}.faint{fill:#6b7280}.bar{fill:#0f766e}\
    .short{fill:#b45309}.mark{stroke:#111827;stroke-width:2}.line{fill:none;stroke:#0f766e;stroke-width:2}.axis{stroke:#9ca3af}";

/// A bar for each ratio, with a mark where it should reach to.
pub(crate) fn ratios(rows: &[Row]) -> String {
    let rows: Vec<_> = rows.iter().filter(|row| row.at_least().is_some()).collect();
    let most = rows.iter().map(|row| row.ratio()).fold(1.0, f64::max);
    let across = |ratio: f64| (WIDTH - LEFT - 60.0) * ratio / most;
    let mut drawn = String::new();
    for (place, row) in (0..).zip(&rows) {
        let (y, least) = (LINE * f64::from(place) + 34.0, row.at_least().unwrap_or_default());
        let class = if row.ratio() >= least { "bar" } else { "bar short" };
        draw(&mut drawn, format_args!("<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>", LEFT - 10.0, row.what));
        draw(
            &mut drawn,
            format_args!(
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{}\" width=\"{:.1}\" height=\"18\"/>",
                y - 14.0,
                across(row.ratio())
            ),
        );
        let mark = LEFT + across(least);
        draw(
            &mut drawn,
            format_args!(
                "<line class=\"mark\" x1=\"{mark:.1}\" x2=\"{mark:.1}\" y1=\"{}\" y2=\"{}\"/>",
                y - 17.0,
                y + 7.0
            ),
        );
        let end = LEFT + across(row.ratio().max(least)) + 8.0;
        draw(&mut drawn, format_args!("<text x=\"{end:.1}\" y=\"{y}\">{:.2}</text>", row.ratio()));
    }
    let height = LINE * rows.len() as f64 + 30.0;
    svg("How near to its limit each is; the mark is where it should be", &drawn, height)
}

/// A panel for each curve.
pub(crate) fn curves(curves: &[Curve]) -> String {
    const PANEL: f64 = 150.0;
    let mut drawn = String::new();
    for (place, curve) in (0..).zip(curves) {
        let top = PANEL * f64::from(place) + 40.0;
        let most = curve.points.iter().map(|point| point.value).fold(f64::MIN_POSITIVE, f64::max);
        let last = curve.points.len().saturating_sub(1).max(1) as f64;
        let place =
            |at: usize, value: f64| (60.0 + (WIDTH - 160.0) * at as f64 / last, top + 90.0 - 70.0 * value / most);
        draw(&mut drawn, format_args!("<text x=\"60\" y=\"{}\">{}</text>", top, curve.what));
        draw(
            &mut drawn,
            format_args!(
                "<line class=\"axis\" x1=\"60\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>",
                WIDTH - 80.0,
                y = top + 92.0
            ),
        );
        let points = curve.points.iter().enumerate().map(|(at, point)| place(at, point.value));
        let path: Vec<_> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        draw(&mut drawn, format_args!("<polyline class=\"line\" points=\"{}\"/>", path.join(" ")));
        for (at, point) in curve.points.iter().enumerate() {
            let (x, y) = place(at, point.value);
            let said = curve.unit.show(point.value);
            draw(
                &mut drawn,
                format_args!("<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{said}</text>", y - 6.0),
            );
            draw(
                &mut drawn,
                format_args!(
                    "<text class=\"faint\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{} {}</text>",
                    top + 108.0,
                    point.at,
                    curve.of
                ),
            );
        }
    }
    svg("How cost grows", &drawn, PANEL * curves.len() as f64 + 40.0)
}

fn draw(drawn: &mut String, shape: std::fmt::Arguments<'_>) {
    writeln!(drawn, "{shape}").expect("a string takes every write");
}

fn svg(title: &str, drawn: &str, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{drawn}</svg>\n"
    )
}
