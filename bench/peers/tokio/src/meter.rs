//! What a run costs: time, processor time, memory.

use std::time::{Duration, Instant};

/// The clock of one request. Nothing counts that is not inside `time`.
#[derive(Default)]
pub struct Meter {
    pub wall: Duration,
    pub cpu: Duration,
}

impl Meter {
    /// Adds what `work` takes, on all threads of the process, and returns its result.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (cpu, start) = (cpu(), Instant::now());
        let result = work();
        self.wall += start.elapsed();
        self.cpu += self::cpu() - cpu;
        result
    }
}

/// User and system time of this process so far.
fn cpu() -> Duration {
    // SAFETY: getrusage fills in the whole struct, of which all zero is a value.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    duration(usage.ru_utime) + duration(usage.ru_stime)
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000)
}

/// Resident bytes of this process; 0 where /proc does not tell.
pub fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|field| field.parse::<u64>().ok());
    // SAFETY: sysconf has no preconditions.
    pages.unwrap_or(0) * unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64
}
