//! A TCP echo server, for comparison under `bench/echo`.

use std::io::{self, Write};
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::drive::multi_thread;

/// What one read may bring. All servers of the comparison use the same.
const BUFFER: usize = 16 << 10;

/// Listens on a port of the loopback address, prints where, and serves until the process is killed.
pub fn serve(workers: usize, port: u16) -> io::Result<()> {
    let rt = multi_thread(workers);
    rt.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        println!("listening on {}", listener.local_addr()?);
        io::stdout().flush()?;
        tokio::spawn(accept(listener)).await?
    })
}

async fn accept(listener: TcpListener) -> io::Result<()> {
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        // An error is the client's, and ends its connection only.
        tokio::spawn(session(connection));
    }
}

async fn session(mut connection: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let n = connection.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        connection.write_all(&buffer[..n]).await?;
    }
}
