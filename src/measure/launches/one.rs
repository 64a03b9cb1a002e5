//! One launch: a process of each contender, alive at the same time, asked in turn.

use rand::RngExt as _;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use serde::Deserialize;

use super::super::judge::{Judge, JudgeError};
use super::cost::{Cost, One, median};
use super::pace::{
    AROUND, BURSTS, CASE_LONG_ENOUGH, CASE_TOLD, CASE_TOO_LONG, CASES, EMPTY, FEWEST_BURSTS,
    INSTANCES, LATE, LONG_ENOUGH, LONG_HALF, LONG_PASS, LOOKED_AT, MOST_BURSTS, Pace, ROUNDS, TOLD,
    WARM, WARM_PASSES, alike, how_many,
};
use super::request::{Part, Request};
use crate::sandbox::{Burst, CancelToken, Limits, Outcome, Program, Stamp, StampedRun};

/// What a launch is asked for.
pub(crate) struct Asked {
    /// Which calls each case has.
    pub(crate) cases: Vec<[usize; 2]>,
    /// The case to begin with.
    pub(crate) first_case: usize,
    /// For what the guests draw.
    pub(crate) seed: u32,
    /// Begin with the other half.
    pub(crate) swapped: bool,
    /// `None` where it is to be found out.
    pub(crate) pace: Option<Pace>,
    /// Bursts at most.
    pub(crate) most_bursts: usize,
    /// Whether what is kept may win.
    pub(crate) keep: bool,
    /// The processor that all share once they are loaded.
    pub(crate) core: Option<usize>,
}

/// What a launch came to.
#[derive(Clone, Debug)]
pub(crate) struct Launched {
    /// By contender.
    pub(crate) each: Vec<One>,
    /// As it was asked for, or found out.
    pub(crate) pace: Pace,
    /// The case that the next launch begins with.
    pub(crate) next_case: usize,
}

/// A launch that has come to its end (`None`: some contender ended too early), with the outcomes of processes.
pub(crate) type Done = (Option<Launched>, Vec<(usize, Outcome)>);

/// Makes a launch.
///
/// # Errors
/// The sandbox failed, or stopped.
pub(crate) fn launch(
    judge: &mut Judge,
    programs: &[Program],
    limits: &Limits,
    asked: &Asked,
    chance: &mut Pcg64Mcg,
    cancel: &CancelToken,
) -> Result<Done, JudgeError> {
    let sandboxes = judge.sandboxes(programs.len())?;
    let mut order: Vec<usize> = (0..programs.len()).collect();
    order.shuffle(chance);
    let mut guests: Vec<Option<Guest<'_>>> = programs.iter().map(|_| None).collect();
    let mut free: Vec<_> = sandboxes.iter_mut().map(Some).collect();
    for who in order {
        let Some(sandbox) = free[who].take() else {
            continue;
        };
        guests[who] = Some(Guest::new(sandbox.start(
            &programs[who],
            limits,
            cancel,
            asked.core,
        )?));
    }
    let mut table = Table {
        guests: guests.into_iter().flatten().collect(),
        chance,
    };
    match table.play(asked) {
        Ok(mut launched) => {
            let mut outcomes = Vec::new();
            for guest in &mut table.guests {
                guest.run.ask(b"{\"end\":true}")?;
            }
            for (who, guest) in table.guests.into_iter().enumerate() {
                let Guest { run, mut one, .. } = guest;
                let outcome = run.finish()?;
                let tree = one.tree_is_known;
                let of = |cost: &Cost| if tree { cost.tree } else { cost.cpu };
                one.outside = outcome.cpu.0 as f64 - of(&one.gaps) - of(&one.working);
                one.passes = f64::from(launched.pace.passes[who]) * one.raw.len() as f64;
                launched.each[who] = one;
                outcomes.push((who, outcome));
            }
            Ok((Some(launched), outcomes))
        }
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Ended(who)) => {
            // The others end with their runs.
            let mut guests = table.guests;
            let guest = guests.swap_remove(who);
            drop(guests);
            Ok((None, vec![(who, guest.run.finish()?)]))
        }
    }
}

/// Why a launch did not come to its end.
enum Stop {
    /// This contender's process has ended.
    Ended(usize),
    Failed(JudgeError),
}

/// A process of a contender.
struct Guest<'a> {
    run: StampedRun<'a>,
    one: One,
    /// Costs of a burst without passes.
    empty: Cost,
    begun: bool,
    last: Stamp,
    gaps: Vec<Cost>,
    /// What lay before a burst without passes.
    rest: Cost,
    /// As [`One::first_time`], with what a burst itself costs.
    first_time: Option<[Cost; 2]>,
    /// As [`One::late`], with what a burst itself costs.
    late: Option<[Cost; 2]>,
}

/// What a guest says of its calls.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Reply {
    /// How many of them differ from one another.
    #[serde(default)]
    different: usize,
}

impl<'a> Guest<'a> {
    fn new(run: StampedRun<'a>) -> Self {
        Self {
            run,
            one: One::default(),
            empty: Cost::default(),
            begun: false,
            last: Stamp::default(),
            gaps: Vec::new(),
            rest: Cost::default(),
            first_time: None,
            late: None,
        }
    }

    /// Takes in the stamps of a burst; what it took.
    fn saw(&mut self, burst: &Burst) -> Cost {
        if self.begun {
            let gap = Cost::between(&self.last, &burst.before);
            self.one.gaps = self.one.gaps.plus(gap);
            self.gaps.push(gap);
        } else {
            self.one.tree_is_known = burst.before.tree.is_some();
            self.one.loading = burst.before.cpu.0 as f64;
            self.begun = true;
        }
        self.last = burst.after;
        let cost = Cost::between(&burst.before, &burst.after);
        self.one.working = self.one.working.plus(cost);
        cost
    }
}

struct Table<'a, 'b> {
    guests: Vec<Guest<'a>>,
    chance: &'b mut Pcg64Mcg,
}

impl Table<'_, '_> {
    /// The whole launch, but for its end.
    fn play(&mut self, asked: &Asked) -> Result<Launched, Stop> {
        let seed = asked.seed;
        // Where the original joins in to confirm, a burst of its own is to be found out, and how many there is time for.
        let for_these = |pace: &Pace| pace.passes.len() == self.guests.len();
        let known = asked.pace.clone().filter(for_these);
        let half = |half: u32, passes: u32| Request {
            passes,
            part: Part::Half(half ^ u32::from(asked.swapped)),
            ..Request::default()
        };
        // Loading is no part of any figure, so all load at the same time.
        let first = Request {
            passes: u32::from(known.as_ref().is_none_or(|p| p.warm > 0)),
            known: true,
            ..half(0, 0)
        };
        for guest in &mut self.guests {
            guest.run.ask(&first.text(seed)).map_err(failed)?;
        }
        let mut halves = Vec::new();
        let mut different = 0;
        for who in 0..self.guests.len() {
            let (cost, reply) = self.answer(who)?;
            halves.push(cost.cpu.max(cost.wall.min(LONG_PASS)));
            different = reply.different;
        }
        let passes_of_half = halves.iter().copied().fold(0.0, f64::max);
        let long = passes_of_half > LONG_PASS / 2.0;
        let warm = match &known {
            Some(pace) => pace.warm,
            None if long => 0,
            None => (WARM / passes_of_half.max(1e3)).clamp(2.0, WARM_PASSES) as u32,
        };
        if warm > 1 {
            self.all(&half(0, warm), seed)?;
        }
        let again = known.as_ref().map_or(if long { 1 } else { 4 }, |p| p.again);
        if different > 1 && !asked.keep {
            self.first_time(half(1, 1), seed, again)?;
        }
        let (mut one_pass, gap) = self.rehearse(known.as_ref(), long, seed)?;
        // A long half tells by itself whatever is kept, here or elsewhere; of the others two are compared.
        let in_instances: Vec<usize> = match &known {
            Some(pace) => pace.in_instances.clone(),
            None if asked.keep => Vec::new(),
            None => (0..halves.len())
                .filter(|who| different < 2 || halves[*who] <= LONG_HALF)
                .collect(),
        };
        let instances = if in_instances.len() < 2 {
            0
        } else {
            let half = (different > 1).then_some(1 ^ u32::from(asked.swapped));
            self.new_instances(&in_instances, known.as_ref(), half, seed)?
        };
        let pace = match known {
            Some(pace) => pace,
            None => {
                let passes = alike(&one_pass, gap);
                for (cost, passes) in one_pass.iter_mut().zip(&passes) {
                    *cost = (*cost + gap) * f64::from(*passes) + AROUND;
                }
                let pair: f64 = one_pass.iter().sum();
                let bursts = if long && pair > BURSTS * 2.0 {
                    1
                } else {
                    ((BURSTS / pair) as usize).clamp(FEWEST_BURSTS, MOST_BURSTS)
                };
                let (cases, each) = self.rehearse_cases(asked, pair > CASES * 8.0)?;
                Pace {
                    passes,
                    bursts,
                    warm,
                    again,
                    instances,
                    in_instances,
                    cases,
                    cases_at_once: ((CASES / each.max(1.0)) as usize).max(1),
                    prepare: gap,
                }
            }
        };
        self.bursts(asked, &pace)?;
        self.late(half(1, 1), seed)?;
        let next_case = self.cases(asked, &pace)?;
        for guest in &mut self.guests {
            // The costs are twice those of a burst over one half.
            let empty = guest.empty.each(|x| 2.0 * x);
            let net = |both: Option<[Cost; 2]>| both.map(|both| both.map(|c| c.less(empty)));
            guest.one.first_time = net(guest.first_time);
            guest.one.late = net(guest.late);
        }
        Ok(Launched {
            each: self.guests.iter().map(|_| One::default()).collect(),
            pace,
            next_case,
        })
    }

    /// The other half for the first time, and again.
    fn first_time(&mut self, request: Request, seed: u32, again: usize) -> Result<(), Stop> {
        let looked = Request {
            look: true,
            ..request
        };
        let firsts = self.all(&looked, seed)?;
        let mut seen: Vec<Vec<Cost>> = firsts.iter().map(|_| Vec::new()).collect();
        for time in 0..again {
            let costs = self.all(&request, seed)?;
            // Before the first one the outcomes of the time before were looked at, which leaves its marks.
            if time > 0 || again == 1 {
                seen.iter_mut()
                    .zip(costs)
                    .for_each(|(all, cost)| all.push(cost));
            }
        }
        for (guest, (first, seen)) in self.guests.iter_mut().zip(firsts.iter().zip(seen)) {
            guest.first_time = Some([*first, median(&seen)].map(|c| c.each(|x| 2.0 * x)));
        }
        Ok(())
    }

    /// The other half once more, after all bursts: who keeps results only of calls that come often has kept them by now.
    fn late(&mut self, request: Request, seed: u32) -> Result<(), Stop> {
        if self.guests.iter().all(|guest| guest.first_time.is_none()) {
            return Ok(());
        }
        let mut seen: Vec<Vec<Cost>> = vec![Vec::new(); self.guests.len()];
        for _ in 0..LATE {
            for (all, cost) in seen.iter_mut().zip(self.all(&request, seed)?) {
                all.push(cost);
            }
        }
        for (guest, seen) in self.guests.iter_mut().zip(seen) {
            let late = median(&seen).each(|x| 2.0 * x);
            guest.late = guest.first_time.map(|[first, _]| [first, late]);
        }
        Ok(())
    }

    /// The same with new instances of the module of some, as many in a burst as there is time for; how many.
    fn new_instances(
        &mut self,
        of: &[usize],
        known: Option<&Pace>,
        half: Option<u32>,
        seed: u32,
    ) -> Result<u32, Stop> {
        let request = |which, passes| Request {
            passes,
            part: Part::Instances(which, half),
            ..Request::default()
        };
        let mut passes = known.map_or(1, |p| p.instances);
        let ended_after =
            |guests: &[Guest<'_>]| -> f64 { guests.iter().map(|g| g.one.gaps.cpu).sum() };
        let began = ended_after(&self.guests);
        let mut firsts = self.these(of, |_| request("new", passes), seed)?;
        if known.is_none() {
            let ended = ended_after(&self.guests);
            let costs = of.iter().zip(&firsts);
            let net = |(who, cost): (&usize, &Cost)| cost.less(self.guests[*who].empty);
            let costs = costs.map(|both| net(both).cpu.max(200.0));
            passes = how_many(
                &costs.collect::<Vec<_>>(),
                CASE_LONG_ENOUGH,
                CASE_TOO_LONG,
                (ended - began) * CASE_TOO_LONG * ROUNDS / INSTANCES,
            );
            firsts = self.these(of, |_| request("new", passes), seed)?;
        }
        let rounds = if (ended_after(&self.guests) - began) * ROUNDS > INSTANCES * 4.0 {
            1
        } else {
            ROUNDS as usize
        };
        let whole = if half.is_some() { 2.0 } else { 1.0 } / f64::from(passes);
        for round in 0..rounds {
            if round > 0 {
                firsts = self.these(of, |_| request("new", passes), seed)?;
            }
            let again = self.these(of, |_| request("again", passes), seed)?;
            for (who, (first, again)) in of.iter().zip(firsts.iter().zip(&again)) {
                let guest = &mut self.guests[*who];
                let both = [first, again].map(|cost| cost.less(guest.empty).each(|x| x * whole));
                guest.one.new_instances.push(both);
            }
        }
        Ok(passes)
    }

    /// What a burst without passes and one pass cost, and what it takes to prepare a pass: nanoseconds by the clock that has gone
    /// further (one that waits must not be asked for too much).
    fn rehearse(
        &mut self,
        known: Option<&Pace>,
        long: bool,
        seed: u32,
    ) -> Result<(Vec<f64>, f64), Stop> {
        let nothing = Request::default();
        let mut all = vec![Vec::new(); self.guests.len()];
        for _ in 0..EMPTY {
            for (all, cost) in all.iter_mut().zip(self.all(&nothing, seed)?) {
                all.push(cost);
            }
        }
        // Nothing is asked for, and the same of all: what one of them takes beyond the least is work that it has put off.
        let empty = Cost::least(all.iter().map(|all| median(all)));
        let rests = self.guests.iter().map(|guest| {
            let gaps = &guest.gaps[guest.gaps.len().saturating_sub(EMPTY)..];
            median(gaps)
        });
        let rest = Cost::least(rests);
        for guest in &mut self.guests {
            (guest.empty, guest.rest) = (empty, rest);
        }
        // Looking at outcomes for the first time is no part of preparing a pass.
        let looked = Request {
            known: true,
            ..Request::default()
        };
        self.all(&looked, seed)?;
        let mut request = Request {
            // Where all is settled these warm up, and long passes need not.
            passes: known.map_or(1, |p| {
                if p.warm == 0 {
                    0
                } else {
                    p.passes.iter().copied().min().unwrap_or(1)
                }
            }),
            ..Request::default()
        };
        let mut costs = self.all(&request, seed)?;
        let quickest = costs.iter().map(|c| c.cpu).fold(f64::INFINITY, f64::min);
        if known.is_none() && !long {
            // The first pass was slow where code is compiled while it runs, and so was what prepared it.
            request.passes = (LONG_ENOUGH / 2.0 / quickest.max(1e3)).ceil() as u32;
            costs = self.all(&request, seed)?;
        }
        let gap = self
            .guests
            .iter()
            .filter_map(|g| g.gaps.last())
            .fold(0.0, |a: f64, gap| a.max(gap.cpu));
        let passes = f64::from(request.passes.max(1));
        let per = self.guests.iter().zip(&costs).map(|(guest, cost)| {
            let net = cost.less(guest.empty);
            // A pass that waits takes long by the wall, whatever else the machine does.
            let waits = cost.cpu < 0.2 * cost.wall;
            (if waits {
                net.wall
            } else {
                net.cpu.max(net.tree)
            })
            .max(200.0)
                / passes
        });
        Ok((per.collect(), gap / passes))
    }

    /// How many passes over the calls of each case make a burst, and what such bursts of one case cost, all contenders
    /// together.
    fn rehearse_cases(&mut self, asked: &Asked, never: bool) -> Result<(Vec<u32>, f64), Stop> {
        let mut passes = Vec::new();
        let mut sum = 0.0;
        if asked.cases.len() < 2 || never {
            return Ok((passes, 0.0));
        }
        for range in &asked.cases {
            let costs = self.all(&Self::case(*range, 1), asked.seed)?;
            let costs: Vec<f64> = self
                .guests
                .iter()
                .zip(&costs)
                .map(|(guest, cost)| cost.less(guest.empty).cpu.max(200.0))
                .collect();
            let n = how_many(&costs, CASE_LONG_ENOUGH, CASE_TOO_LONG, 0.0);
            passes.push(n);
            sum += costs.iter().map(|c| c * f64::from(n) + AROUND).sum::<f64>();
        }
        let count = passes.len().max(1) as f64;
        Ok((passes, sum / count))
    }

    fn case(range: [usize; 2], passes: u32) -> Request {
        Request {
            passes,
            part: Part::Range(range),
            ..Request::default()
        }
    }

    /// The bursts that count.
    fn bursts(&mut self, asked: &Asked, pace: &Pace) -> Result<(), Stop> {
        let count = pace.bursts.min(asked.most_bursts);
        let mut between: Vec<Vec<Cost>> = vec![Vec::new(); self.guests.len()];
        let mut looked = true;
        for _ in 0..count {
            let look = self.chance.random_ratio(1, LOOKED_AT) || pace.bursts == 1;
            let request = |passes| Request {
                passes,
                look,
                ..Request::default()
            };
            let costs = self.each(|who| request(pace.passes[who]), asked.seed)?;
            for (who, cost) in costs.into_iter().enumerate() {
                let (guest, passes) = (&mut self.guests[who], f64::from(pace.passes[who]));
                guest.one.raw.push(cost);
                let net = cost.less(guest.empty);
                guest.one.bursts.push(net.each(|x| x.max(TOLD) / passes));
                // Where outcomes were looked at, that took its time before this burst; before the first one much was new.
                if !looked || count < FEWEST_BURSTS {
                    between[who].extend(guest.gaps.last());
                }
            }
            looked = look;
        }
        for (who, gaps) in between.iter().enumerate() {
            let (guest, passes) = (&mut self.guests[who], f64::from(pace.passes[who]));
            let sum = gaps.iter().fold(Cost::default(), |sum, gap| sum.plus(*gap));
            let mut gap = sum.each(|x| x / gaps.len().max(1) as f64);
            gap.wall = median(gaps).wall;
            if !gaps.is_empty() {
                guest.one.between = gap.less(guest.rest).each(|x| x / passes);
            }
        }
        Ok(())
    }

    /// Bursts of the calls of single cases, as many as there is time for; the case to go on with.
    fn cases(&mut self, asked: &Asked, pace: &Pace) -> Result<usize, Stop> {
        let count = pace.cases.len();
        for step in 0..pace.cases_at_once.min(count) {
            let case = (asked.first_case + step) % count;
            let request = Self::case(asked.cases[case], pace.cases[case]);
            let costs = self.all(&request, asked.seed)?;
            let nets = self.guests.iter().zip(costs);
            let nets: Vec<Cost> = nets.map(|(guest, cost)| cost.less(guest.empty)).collect();
            // Code that has become quicker than it was at the rehearsal may leave nothing that could be told from the burst itself.
            if nets.iter().any(|net| net.cpu.max(net.wall) < CASE_TOLD) {
                continue;
            }
            for (guest, net) in self.guests.iter_mut().zip(nets) {
                let each = net.each(|x| x / f64::from(pace.cases[case]));
                guest.one.cases.insert(case, each);
            }
        }
        Ok(if count == 0 {
            0
        } else {
            (asked.first_case + pace.cases_at_once) % count
        })
    }

    /// The same request to all, in drawn order.
    fn all(&mut self, request: &Request, seed: u32) -> Result<Vec<Cost>, Stop> {
        self.each(|_| *request, seed)
    }

    /// A request to each, in drawn order.
    fn each(&mut self, of: impl Fn(usize) -> Request, seed: u32) -> Result<Vec<Cost>, Stop> {
        let all: Vec<usize> = (0..self.guests.len()).collect();
        self.these(&all, of, seed)
    }

    /// A request to each of these, in drawn order.
    fn these(
        &mut self,
        these: &[usize],
        of: impl Fn(usize) -> Request,
        seed: u32,
    ) -> Result<Vec<Cost>, Stop> {
        let mut order: Vec<(usize, usize)> = these.iter().copied().enumerate().collect();
        order.shuffle(self.chance);
        let mut costs = vec![Cost::default(); order.len()];
        for (at, who) in order {
            self.guests[who]
                .run
                .ask(&of(who).text(seed))
                .map_err(failed)?;
            costs[at] = self.answer(who)?.0;
        }
        Ok(costs)
    }

    fn answer(&mut self, who: usize) -> Result<(Cost, Reply), Stop> {
        let guest = &mut self.guests[who];
        let Some(burst) = guest.run.burst().map_err(failed)? else {
            return Err(Stop::Ended(who));
        };
        let cost = guest.saw(&burst);
        let said = burst.reply.strip_prefix(b"d").unwrap_or_default();
        Ok((cost, serde_json::from_slice(said).unwrap_or_default()))
    }
}

fn failed(error: crate::sandbox::SandboxError) -> Stop {
    Stop::Failed(error.into())
}
