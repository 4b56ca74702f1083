//! Where a body ends (RFC 9112 §6 and §7).

use std::io;

use bytes::{Buf, Bytes, BytesMut};

/// How a request's end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
    /// By the end of the tunnel that it becomes.
    Upgrade,
}

/// Finds the end of an answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// So many bytes are still to come.
    Left(u64),
    Chunked(Chunk),
    /// It ends with its connection.
    Closing,
}

/// Where in a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the line that tells how long the chunk is.
    Size,
    /// So many bytes of it are still to come; none: in the line end after it.
    Data(u64),
    /// Behind the last one, where trailers may stand.
    Trailers,
    Over,
}

/// What can be said of the bytes that are there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Data(Bytes),
    End,
    /// Nothing without more bytes.
    More,
}

/// Nobody needs as much for the length of a chunk, its extensions or one trailer.
const LONGEST_LINE: usize = 4 * 1024;
/// More of them are refused (as long as they may be each).
const LONGEST_SIZE: usize = 15;

impl Framing {
    pub fn length(self) -> Option<u64> {
        if let Self::Length(length) = self {
            Some(length)
        } else {
            None
        }
    }
}

impl Ending {
    pub fn length(self) -> Option<u64> {
        if let Self::Left(length) = self {
            Some(length)
        } else {
            None
        }
    }

    /// Whether the body may end where the connection does.
    pub fn is_closing(self) -> bool {
        self == Self::Closing
    }

    /// Takes what belongs to the body. Trailers are dropped: they cannot be passed on.
    pub fn find(&mut self, read: &mut BytesMut) -> io::Result<Found> {
        match self {
            Self::Left(0) | Self::Chunked(Chunk::Over) => Ok(Found::End),
            Self::Left(left) => Ok(take(read, left)),
            Self::Closing if read.is_empty() => Ok(Found::More),
            Self::Closing => Ok(Found::Data(read.split().freeze())),
            Self::Chunked(chunk) => chunk.find(read),
        }
    }
}

impl Chunk {
    fn find(&mut self, read: &mut BytesMut) -> io::Result<Found> {
        loop {
            if let Self::Data(left) = self
                && *left > 0
            {
                return Ok(take(read, left));
            }
            let Some(end) = read.iter().position(|byte| *byte == b'\n') else {
                if read.len() > LONGEST_LINE {
                    return Err(io::Error::other("a line between chunks is too long"));
                }
                return Ok(Found::More);
            };
            let line = read[..end].strip_suffix(b"\r");
            let line = line.ok_or_else(|| io::Error::other("a line between chunks is no line"))?;
            let next = match self {
                Self::Size => match size(line)? {
                    0 => Self::Trailers,
                    size => Self::Data(size),
                },
                Self::Data(_) if line.is_empty() => Self::Size,
                Self::Data(_) => {
                    return Err(io::Error::other("a chunk is longer than it was said to be"));
                }
                Self::Trailers if line.is_empty() => Self::Over,
                Self::Trailers | Self::Over => Self::Trailers,
            };
            read.advance(end + 1);
            *self = next;
            if *self == Self::Over {
                return Ok(Found::End);
            }
        }
    }
}

/// The length of a chunk, without its extensions.
fn size(line: &[u8]) -> io::Result<u64> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let digits = digits.trim_ascii_end();
    let is_number =
        (1..=LONGEST_SIZE).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    let number = std::str::from_utf8(digits).ok().filter(|_| is_number);
    number
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .ok_or_else(|| io::Error::other("a chunk without a length"))
}

fn take(read: &mut BytesMut, left: &mut u64) -> Found {
    if read.is_empty() {
        return Found::More;
    }
    let here = usize::try_from(*left).map_or(read.len(), |left| left.min(read.len()));
    *left -= here as u64;
    Found::Data(read.split_to(here).freeze())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The body and what is behind it; `None`: more bytes would be needed.
    fn decode<'p>(
        pieces: impl IntoIterator<Item = &'p [u8]>,
    ) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let mut ending = Ending::Chunked(Chunk::Size);
        let (mut read, mut body) = (BytesMut::new(), Vec::new());
        let mut is_over = false;
        for piece in pieces {
            read.extend_from_slice(piece);
            while !is_over {
                match ending.find(&mut read)? {
                    Found::Data(data) => body.extend_from_slice(&data),
                    Found::End => is_over = true,
                    Found::More => break,
                }
            }
        }
        Ok(is_over.then(|| (body, read.to_vec())))
    }

    proptest! {
        #[test]
        fn chunks_are_found_however_they_arrive(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
            cut in 1_usize..20,
        ) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend(format!("{:X};note=\"x\"\r\n", chunk.len()).bytes());
                wire.extend(chunk);
                wire.extend(b"\r\n");
            }
            wire.extend(b"000\r\nx-trailer: dropped\r\n\r\nHTTP/1.1");
            let (body, behind) = decode(wire.chunks(cut)).unwrap().unwrap();
            prop_assert_eq!(body, chunks.concat());
            prop_assert_eq!(behind, b"HTTP/1.1");
        }
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        for wrong in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\n",
            " 1\r\na\r\n",
            "1\na\n",
            "1\r\nab\r\n0\r\n\r\n",
            "1\r\na0\r\n\r\n",
            "1 0\r\n",
            "0x1\r\na\r\n",
            "ffffffffffffffff\r\n",
            "10000000000000000\r\n",
            "0\r\na: b\n\r\n",
        ] {
            assert!(decode([wrong.as_bytes()]).is_err(), "{wrong:?}");
        }
        assert!(decode([&b"1;"[..], &[b'x'; 2 * LONGEST_LINE]]).is_err());
    }

    #[test]
    fn a_part_is_never_taken_for_the_whole() {
        let whole = "3\r\nabc\r\n0\r\na: b\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(decode([&whole.as_bytes()[..end]]).unwrap(), None, "{end}");
        }
        assert!(decode([whole.as_bytes()]).unwrap().is_some());
    }
}
