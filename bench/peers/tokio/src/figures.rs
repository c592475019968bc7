//! Figures of many samples, under the names that the reports know.

use std::time::Duration;

use serde_json::{Map, Value};

/// Further figures of an answer, by name.
pub type Extra = Map<String, Value>;

/// Quantiles of latencies: the fields `p50_us` to `max_us`. There must be at least one sample.
pub fn latencies(samples: Vec<Duration>) -> Extra {
    let sorted = Sorted::new(samples);
    extra([
        ("p50_us", sorted.quantile(0.5)),
        ("p90_us", sorted.quantile(0.9)),
        ("p99_us", sorted.quantile(0.99)),
        ("p999_us", sorted.quantile(0.999)),
        ("max_us", sorted.quantile(1.0)),
    ])
}

/// How late timers were: the fields `lateness_us_*`. There must be at least one sample.
pub fn lateness(samples: Vec<Duration>) -> Extra {
    let sorted = Sorted::new(samples);
    extra([
        ("lateness_us_mean", sorted.mean()),
        ("lateness_us_p50", sorted.quantile(0.5)),
        ("lateness_us_p99", sorted.quantile(0.99)),
        ("lateness_us_max", sorted.quantile(1.0)),
    ])
}

/// Names figures.
pub fn extra<const N: usize>(figures: [(&str, f64); N]) -> Extra {
    figures.into_iter().map(|(name, figure)| (name.to_owned(), figure.into())).collect()
}

struct Sorted(Vec<Duration>);

impl Sorted {
    fn new(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        Sorted(samples)
    }

    /// The sample below which the part q of all samples lies, in microseconds.
    fn quantile(&self, q: f64) -> f64 {
        let index = (self.0.len() as f64 * q) as usize;
        microseconds(self.0[index.min(self.0.len() - 1)])
    }

    fn mean(&self) -> f64 {
        microseconds(self.0.iter().sum()) / self.0.len() as f64
    }
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_samples() {
        let samples = (1..=1000).rev().map(Duration::from_micros).collect();
        let figures = latencies(samples);
        for (name, micros) in [("p50_us", 501.0), ("p99_us", 991.0), ("max_us", 1000.0)] {
            assert_eq!(figures[name].as_f64().unwrap().round(), micros, "{name}");
        }
    }

    #[test]
    fn the_mean_is_in_microseconds() {
        let figures = lateness(vec![Duration::from_micros(100), Duration::from_micros(300)]);
        assert_eq!(figures["lateness_us_mean"].as_f64().unwrap().round(), 200.0);
    }
}
