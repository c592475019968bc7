//! The command line.

/// What the command line asks for.
pub struct Options {
    /// Worker threads of every runtime that is no current_thread one.
    pub workers: usize,
    /// The port of the echo server, if that is what to be; 0 is a free one.
    pub echo: Option<u16>,
}

impl Options {
    /// Reads the arguments, without the program's name. The error is a text for people.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options { workers: std::thread::available_parallelism().map_or(1, usize::from), echo: None };
        while let Some(name) = arguments.next() {
            let mut number = || -> Result<u16, String> {
                let value = arguments.next().ok_or(format!("{name} needs a number"))?;
                value.parse().map_err(|_| format!("{name}: no number from 0 to 65535: {value}"))
            };
            match name.as_str() {
                "--workers" => options.workers = number()?.into(),
                "--echo" => options.echo = Some(number()?),
                _ => return Err(format!("unknown argument: {name}")),
            }
        }
        if options.workers == 0 {
            return Err("--workers must be at least 1".to_owned());
        }
        Ok(options)
    }
}
