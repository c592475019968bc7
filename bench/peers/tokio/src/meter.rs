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
    memory().0
}

/// Resident bytes without those of files, such as the program itself: those come in when code runs for the first time. Memory
/// that is free is given back before, as Go's peers do, else the first tasks would have it for nothing.
pub fn anonymous() -> u64 {
    #[cfg(target_env = "gnu")]
    // SAFETY: malloc_trim touches only what is free.
    unsafe {
        libc::malloc_trim(0);
    }
    let (resident, of_files) = memory();
    resident.saturating_sub(of_files)
}

/// Resident bytes of this process, and those of them that are of files.
fn memory() -> (u64, u64) {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    // SAFETY: sysconf has no preconditions.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
    let bytes = |i| statm.split(' ').nth(i).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0) * page;
    (bytes(1), bytes(2))
}
