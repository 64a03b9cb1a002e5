use super::*;

/// Wishes of every kind, sensible and not.
fn wishes() -> Vec<LayoutOptions> {
    let wild = |n: u16| Arrangement {
        side: Some(n),
        charts: Some(n),
        card: Some(n),
        memory: Some(n),
        interval: Some(n),
        gains: Some(n),
        ..Arrangement::default()
    };
    let mut all = Vec::new();
    for (steering, banner) in [(false, false), (true, true)] {
        let plain = LayoutOptions {
            steering,
            banner,
            ..LayoutOptions::default()
        };
        all.push(plain);
        for part in [ScreenPart::Main, ScreenPart::Tree, ScreenPart::Charts] {
            all.push(LayoutOptions {
                zoomed: Some(part),
                ..plain
            });
        }
        all.push(LayoutOptions {
            charts_in_main: true,
            ..plain
        });
        for n in [0, 9, 40, u16::MAX] {
            all.push(LayoutOptions {
                arrangement: wild(n),
                ..plain
            });
        }
        for hidden in 0..16_u8 {
            all.push(LayoutOptions {
                arrangement: Arrangement {
                    hide_tree: hidden & 1 != 0,
                    hide_charts: hidden & 2 != 0,
                    hide_card: hidden & 4 != 0,
                    hide_steer: hidden & 8 != 0,
                    ..Arrangement::default()
                },
                ..plain
            });
        }
    }
    all
}

pub(super) fn parts(plan: &ScreenLayout) -> Vec<Rect> {
    [
        plan.header,
        plan.banner,
        plan.tree,
        plan.card,
        plan.memory,
        plan.interval,
        plan.gains,
        plan.steer,
        plan.mini,
    ]
    .into_iter()
    .flatten()
    .chain([plan.main, plan.state])
    .collect()
}

#[test]
fn parts_fill_the_screen_and_never_overlap_whatever_is_wished() {
    let wishes = wishes();
    for width in (0..310).filter(|w| *w < 60 || w % 7 == 0 || (95..145).contains(w)) {
        for height in (0..104).filter(|h| *h < 45 || h % 5 == 0) {
            for look in &wishes {
                let plan = lay_out(Rect::new(0, 0, width, height), *look);
                let all = parts(&plan);
                for (i, a) in all.iter().enumerate() {
                    for b in &all[i + 1..] {
                        assert!(
                            !a.intersects(*b) || a.is_empty() || b.is_empty(),
                            "{width}×{height}: {a:?} {b:?} {look:?}"
                        );
                    }
                }
                if plan.room == Room::Tiny {
                    continue;
                }
                let covered: u32 = all.iter().map(|r| r.area()).sum();
                assert_eq!(
                    covered,
                    u32::from(width) * u32::from(height),
                    "{width}×{height} {look:?}"
                );
                if matches!(look.zoomed, None | Some(ScreenPart::Main)) {
                    assert!(plan.main.height >= 3, "{width}×{height} {look:?}");
                    assert!(plan.main.width >= 30, "{width}×{height} {look:?}");
                }
            }
        }
    }
}

#[test]
fn no_part_is_narrower_on_a_larger_screen() {
    let of = |width| lay_out(Rect::new(0, 0, width, 45), LayoutOptions::default());
    for width in 100..300 {
        let (smaller, larger) = (of(width), of(width + 1));
        let cells = |plan: &ScreenLayout| plan.tree.unwrap().width;
        assert!(cells(&smaller) <= cells(&larger), "{width}");
    }
}

#[test]
fn charts_in_the_main_pane_do_not_stand_beside_it_and_do_not_count_as_hidden() {
    for size in [Rect::new(0, 0, 120, 36), Rect::new(0, 0, 160, 45)] {
        let look = LayoutOptions {
            charts_in_main: true,
            ..LayoutOptions::default()
        };
        let plan = lay_out(size, look);
        assert!(plan.memory.is_none() && plan.tree.is_some(), "{size}");
        assert_eq!(plan.hidden(size, look).count(), 0, "{size}");
    }
}

#[test]
fn what_is_hidden_is_gone_and_what_is_zoomed_is_large() {
    for size in [Rect::new(0, 0, 120, 36), Rect::new(0, 0, 200, 60)] {
        let of = |arrangement, zoomed| {
            lay_out(
                size,
                LayoutOptions {
                    arrangement,
                    zoomed,
                    ..LayoutOptions::default()
                },
            )
        };
        let none = of(
            Arrangement {
                hide_tree: true,
                hide_charts: true,
                hide_card: true,
                hide_steer: true,
                ..Arrangement::default()
            },
            None,
        );
        assert_eq!(none.main.width, size.width);
        assert_eq!(none.main.height, size.height - 2, "header and state stay");
        let tree = of(Arrangement::default(), Some(ScreenPart::Tree));
        assert_eq!(tree.tree.unwrap().width, size.width);
        let charts = of(Arrangement::default(), Some(ScreenPart::Charts));
        assert!(charts.memory.is_some() && charts.interval.is_some() && charts.gains.is_some());
    }
}
