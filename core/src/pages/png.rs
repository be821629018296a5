//! PNG encoder for pictures of two colours, without compression. The largest QR code has 130 KB, and a compressor would
//! be larger than all other code for QR.

use crate::model::color::Color;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// The end of the header: one bit per pixel, an index into the palette, no interlacing.
const ONE_BIT_OF_A_PALETTE: [u8; 5] = [1, 3, 0, 0, 0];
const ZLIB: [u8; 2] = [0x78, 0x01];
/// The most bytes of a stored block.
const BLOCK: usize = 0xffff;

/// Encodes a square picture. Pixels for which `is_set` is true have the second color, all others the first.
pub(crate) fn write(side: u16, [unset, set]: [Color; 2], is_set: &dyn Fn(u16, u16) -> bool) -> Vec<u8> {
    let side_bytes = u32::from(side).to_be_bytes();
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, b"IHDR", &[&side_bytes[..], &side_bytes, &ONE_BIT_OF_A_PALETTE].concat());
    chunk(&mut png, b"PLTE", &[unset.0, set.0].concat());
    chunk(&mut png, b"IDAT", &stored(&rows(side, is_set)));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// The rows of the picture. Each begins with its filter, which is none, and is padded to a whole byte.
fn rows(side: u16, is_set: &dyn Fn(u16, u16) -> bool) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0);
        let mut byte = 1_u8;
        for x in 0..side.next_multiple_of(8) {
            let is_full = byte & 0x80 != 0;
            byte = byte << 1 | u8::from(x < side && is_set(x, y));
            if is_full {
                rows.push(byte);
                byte = 1;
            }
        }
    }
    rows
}

/// `bytes` as a zlib stream of stored blocks.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = ZLIB.to_vec();
    let mut blocks = bytes.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    png.extend(name);
    png.extend(data);
    png.extend(crc32(name.iter().chain(data)).to_be_bytes());
}

fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 })
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = low.wrapping_add(u32::from(*byte)) % PRIME;
        (low, high.wrapping_add(low) % PRIME)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_match_known_values() {
        assert_eq!((crc32(b"".iter()), crc32(b"123456789".iter())), (0, 0xcbf4_3926));
        assert_eq!((adler32(b""), adler32(b"Wikipedia")), (1, 0x11e6_0398));
        assert_eq!(adler32(&vec![0xff; 200_000]), 0x14d0_6057);
    }

    #[test]
    fn rows_are_whole_bytes_after_a_filter() {
        for (side, expected) in [(1, vec![0, 0x80]), (8, [0, 0x80].repeat(8)), (9, [0, 0x80, 0].repeat(9))] {
            assert_eq!(rows(side, &|x, _| x == 0), expected);
        }
        assert_eq!(rows(10, &|x, y| x == 9 && y == 9).last_chunk(), Some(&[0, 0, 0x40]));
    }

    #[test]
    fn long_data_is_split_into_stored_blocks() {
        for (length, blocks) in [(1, 1), (BLOCK, 1), (BLOCK + 1, 2), (2 * BLOCK, 2), (131_000, 2)] {
            let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let stream = stored(&bytes);
            let (mut rest, mut read, mut count) = (&stream[2..], Vec::<u8>::new(), 0);
            loop {
                let [is_last, a, b, c, d] = *rest.first_chunk::<5>().unwrap();
                let length = u16::from_le_bytes([a, b]);
                assert_eq!(length, !u16::from_le_bytes([c, d]));
                read.extend(&rest[5..5 + usize::from(length)]);
                rest = &rest[5 + usize::from(length)..];
                count += 1;
                if is_last == 1 {
                    break;
                }
            }
            assert!(read == bytes && count == blocks && rest == adler32(&bytes).to_be_bytes(), "{length}");
        }
    }
}
