//! The readings of one run: their integral, their largest, and a thinned copy for the chart.
//!
//! Pure arithmetic over (t, memory); where the readings come from is not known here.

use super::Sample;
use crate::base::units::{ByteNanos, Bytes, Nanos};

/// Most readings that an outcome carries.
pub(crate) const MOST_SAMPLES: usize = 2_000;

/// Readings as they come, in order of time.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    samples: Vec<Sample>,
    integral: f64,
    peak: Bytes,
    last: Option<Sample>,
    /// Readings merged into the open bucket; grows by doubling, so that a long run stays small.
    stride: usize,
    pending: usize,
}

impl Trace {
    /// No reading yet.
    pub(crate) fn new() -> Self {
        Self {
            stride: 1,
            ..Self::default()
        }
    }

    /// Takes the next reading; one that is earlier than its predecessor is put at its predecessor's moment.
    pub(crate) fn push(&mut self, sample: Sample) {
        let mut sample = sample;
        if let Some(last) = self.last {
            sample.t = sample.t.max(last.t);
            let dt = sample.t.saturating_sub(last.t).0 as f64;
            self.integral += dt * (last.memory.0 as f64 + sample.memory.0 as f64) / 2.0;
        }
        self.peak = self.peak.max(sample.memory);
        self.last = Some(sample);
        self.keep(sample);
    }

    /// The largest reading so far.
    pub(crate) fn peak(&self) -> Bytes {
        self.peak
    }

    /// Ends the trace at `end`, where the last reading is taken to have held on, and gives the kept readings and the integral.
    pub(crate) fn finish(mut self, end: Nanos) -> (Vec<Sample>, ByteNanos) {
        if let Some(last) = self.last
            && end > last.t
        {
            self.push(Sample {
                t: end,
                memory: last.memory,
            });
        }
        let mut samples = thin(&self.samples, MOST_SAMPLES);
        if let Some(last) = self.last
            && samples.last().is_some_and(|s| s.t < last.t)
        {
            if samples.len() >= MOST_SAMPLES {
                samples.pop();
            }
            samples.push(last);
        }
        (samples, ByteNanos(self.integral.max(0.0)))
    }

    /// Keeps at most a few times [`MOST_SAMPLES`]: beyond that, only the extremes of ever wider buckets.
    fn keep(&mut self, sample: Sample) {
        self.pending += 1;
        if self.stride == 1 || self.pending >= self.stride {
            self.samples.push(sample);
            self.pending = 0;
        } else if let Some(kept) = self.samples.last_mut()
            && sample.memory > kept.memory
        {
            *kept = sample;
        }
        if self.samples.len() >= 8 * MOST_SAMPLES {
            self.samples = thin(&self.samples, 4 * MOST_SAMPLES);
            self.stride *= 2;
        }
    }
}

/// At most `most` of the samples: the first, the last, and of each bucket its lowest and its highest in order of time.
pub(crate) fn thin(samples: &[Sample], most: usize) -> Vec<Sample> {
    if samples.len() <= most || most < 4 {
        return samples.iter().copied().take(most.max(1)).collect();
    }
    let inner = &samples[1..samples.len() - 1];
    let buckets = (most - 2) / 2;
    let mut kept = Vec::with_capacity(most);
    kept.push(samples[0]);
    for bucket in 0..buckets {
        let from = bucket * inner.len() / buckets;
        let to = ((bucket + 1) * inner.len() / buckets).max(from);
        let part = &inner[from..to];
        let low = part
            .iter()
            .enumerate()
            .min_by_key(|(_, s)| s.memory)
            .map(|(i, _)| i);
        let high = part
            .iter()
            .enumerate()
            .max_by_key(|(_, s)| s.memory)
            .map(|(i, _)| i);
        if let (Some(low), Some(high)) = (low, high) {
            kept.push(part[low.min(high)]);
            if low != high {
                kept.push(part[low.max(high)]);
            }
        }
    }
    kept.push(samples[samples.len() - 1]);
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn at(t: u64, memory: u64) -> Sample {
        Sample {
            t: Nanos(t),
            memory: Bytes(memory),
        }
    }

    #[test]
    fn the_integral_is_the_trapezoid_over_true_moments() {
        let mut trace = Trace::new();
        for s in [at(0, 0), at(10, 100), at(40, 100)] {
            trace.push(s);
        }
        let (samples, integral) = trace.finish(Nanos(50));
        assert!((integral.0 - (500.0 + 3000.0 + 1000.0)).abs() < 1e-9);
        assert_eq!(samples.last().unwrap().t, Nanos(50));
    }

    #[test]
    fn a_long_run_is_thinned_but_keeps_its_extremes() {
        let mut trace = Trace::new();
        for i in 0..300_000u64 {
            trace.push(at(i * 10, if i == 123_457 { 9_999 } else { i % 7 }));
        }
        assert_eq!(trace.peak(), Bytes(9_999));
        let (samples, _) = trace.finish(Nanos(3_000_000));
        assert!(samples.len() <= MOST_SAMPLES, "{}", samples.len());
        assert!(samples.iter().any(|s| s.memory == Bytes(9_999)));
        assert!(samples.windows(2).all(|w| w[0].t <= w[1].t));
        assert_eq!(samples[0].t, Nanos(0));
        assert_eq!(samples.last().unwrap().t, Nanos(3_000_000));
    }

    #[test]
    fn a_thinned_trace_keeps_its_ends_its_order_and_its_peak() {
        let all: Vec<Sample> = (0..10_000)
            .map(|i| at(i, if i == 7_777 { 1_000_000 } else { i % 100 }))
            .collect();
        let kept = thin(&all, 512);
        assert!(kept.len() <= 512 && kept.len() > 400, "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (all[0], all[9_999]));
        assert!(kept.windows(2).all(|w| w[0].t < w[1].t));
        assert!(kept.iter().any(|s| s.memory == Bytes(1_000_000)));
        assert_eq!(thin(&all[..10], 512), all[..10]);
        assert!(thin(&[], 512).is_empty());
        assert!(thin(&all, 3).len() <= 3);
    }
}
