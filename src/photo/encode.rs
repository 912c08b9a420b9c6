//! Writes a picture as baseline JPEG (ITU T.81, annexes A, F and K): three full components, the annex's own Huffman tables.

#![expect(clippy::indexing_slicing, reason = "every index is below the fixed 8, 16 or 64 of the format")]

use super::picture::Picture;

/// The order in which the 64 coefficients are written.
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];
/// How coarse brightness may be, at quality 50.
const LUMINANCE: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17,
    22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78,
    87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
/// How coarse colour may be, at quality 50.
const CHROMINANCE: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];
/// Quality 85 divides those by this many parts of a hundred.
const SCALE: u32 = 30;

/// A Huffman table: how many codes of each length from 1 to 16, and their values in order.
struct Huffman {
    counts: [u8; 16],
    values: &'static [u8],
}

const DC_LUMINANCE: Huffman = Huffman {
    counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
const DC_CHROMINANCE: Huffman = Huffman {
    counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
const AC_LUMINANCE: Huffman = Huffman {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
    values: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22,
        0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33,
        0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34,
        0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55,
        0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76,
        0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96,
        0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5,
        0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4,
        0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1,
        0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
    ],
};
const AC_CHROMINANCE: Huffman = Huffman {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    values: &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13,
        0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62,
        0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29,
        0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54,
        0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75,
        0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94,
        0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3,
        0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2,
        0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea,
        0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
    ],
};

/// Code and length of each value.
type Codes = [(u32, u32); 256];

impl Huffman {
    fn codes(&self) -> Codes {
        let mut codes = [(0, 0); 256];
        let mut values = self.values.iter();
        let mut code = 0;
        for (length, count) in (1..).zip(self.counts) {
            for value in values.by_ref().take(usize::from(count)) {
                codes[usize::from(*value)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        codes
    }

    /// Writes the table's segment. `class` is 0x00 for DC, 0x10 for AC, plus the table's number.
    fn segment(&self, class: u8, out: &mut Vec<u8>) {
        let length = 19 + self.values.len();
        out.extend_from_slice(&[0xFF, 0xC4]);
        out.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        out.push(class);
        out.extend_from_slice(&self.counts);
        out.extend_from_slice(self.values);
    }
}

fn quantisation(base: &[u16; 64]) -> [u8; 64] {
    base.map(|step| {
        let scaled = (u32::from(step) * SCALE + 50) / 100;
        u8::try_from(scaled.clamp(1, 255)).unwrap_or(u8::MAX)
    })
}

/// Writes a picture; `profile` holds the segments of its colour profile, whole.
pub(super) fn jpeg(picture: &Picture, profile: &[u8]) -> Vec<u8> {
    let (luminance, chrominance) = (quantisation(&LUMINANCE), quantisation(&CHROMINANCE));
    let mut out = Vec::with_capacity(picture.rgb.len() / 6 + 1024);
    out.extend_from_slice(b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    out.extend_from_slice(profile);
    for (number, table) in [(0, &luminance), (1, &chrominance)] {
        out.extend_from_slice(&[0xFF, 0xDB, 0, 67, number]);
        out.extend(ZIGZAG.iter().map(|at| table[*at]));
    }
    out.extend_from_slice(&[0xFF, 0xC0, 0, 17, 8]);
    out.extend_from_slice(&picture.height.to_be_bytes());
    out.extend_from_slice(&picture.width.to_be_bytes());
    out.extend_from_slice(&[3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
    DC_LUMINANCE.segment(0x00, &mut out);
    AC_LUMINANCE.segment(0x10, &mut out);
    DC_CHROMINANCE.segment(0x01, &mut out);
    AC_CHROMINANCE.segment(0x11, &mut out);
    out.extend_from_slice(&[0xFF, 0xDA, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    let mut scan = Scan { out, bits: 0, count: 0 };
    scan.picture(picture, &luminance, &chrominance);
    scan.out.extend_from_slice(&[0xFF, 0xD9]);
    scan.out
}

/// The coded picture being written, bit by bit.
struct Scan {
    out: Vec<u8>,
    bits: u32,
    count: u32,
}

impl Scan {
    fn picture(&mut self, picture: &Picture, luminance: &[u8; 64], chrominance: &[u8; 64]) {
        let basis = basis();
        let tables = [
            (luminance, DC_LUMINANCE.codes(), AC_LUMINANCE.codes()),
            (chrominance, DC_CHROMINANCE.codes(), AC_CHROMINANCE.codes()),
        ];
        let mut last = [0; 3];
        for top in (0..picture.height).step_by(8) {
            for left in (0..picture.width).step_by(8) {
                let components = block(picture, left, top);
                for (number, samples) in components.iter().enumerate() {
                    let (steps, dc, ac) = &tables[usize::from(number > 0)];
                    let coefficients = transformed(samples, &basis, steps);
                    self.block(&coefficients, &mut last[number], dc, ac);
                }
            }
        }
        // Ones fill the last byte.
        self.put(0x7F, 7);
    }

    fn block(&mut self, coefficients: &[i32; 64], last: &mut i32, dc: &Codes, ac: &Codes) {
        let difference = coefficients[0] - *last;
        *last = coefficients[0];
        let (size, bits) = magnitude(difference);
        self.code(dc, size);
        self.put(bits, size);
        let mut zeros = 0;
        for at in &ZIGZAG[1..] {
            let value = coefficients[*at];
            if value == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 {
                self.code(ac, 0xF0);
                zeros -= 16;
            }
            let (size, bits) = magnitude(value);
            self.code(ac, (zeros << 4) | size);
            self.put(bits, size);
            zeros = 0;
        }
        if zeros > 0 {
            self.code(ac, 0x00);
        }
    }

    fn code(&mut self, codes: &Codes, value: u32) {
        let (code, length) = codes[usize::try_from(value).unwrap_or(0).min(255)];
        self.put(code, length);
    }

    fn put(&mut self, bits: u32, count: u32) {
        self.bits = (self.bits << count) | (bits & ((1 << count) - 1));
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = u8::try_from((self.bits >> self.count) & 0xFF).unwrap_or(0);
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
        self.bits &= (1 << self.count) - 1;
    }
}

/// Gives how many bits a value takes, and these bits: a negative one's are those of its complement.
fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = if value < 0 { (1 << size) - 1 - value.unsigned_abs() } else { value.unsigned_abs() };
    (size, bits)
}

/// Takes eight by eight pixels as brightness and two colours, centred on 0; beyond the edges the last ones are repeated.
fn block(picture: &Picture, left: u16, top: u16) -> [[i32; 64]; 3] {
    let mut components = [[0; 64]; 3];
    let mut at = 0;
    for y in 0..8 {
        for x in 0..8 {
            let [red, green, blue] =
                picture.pixel(left.saturating_add(x), top.saturating_add(y)).map(i32::from);
            components[0][at] = ((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16) - 128;
            components[1][at] = (-11_056 * red - 21_712 * green + 32_768 * blue + 32_768) >> 16;
            components[2][at] = (32_768 * red - 27_440 * green - 5_328 * blue + 32_768) >> 16;
            at += 1;
        }
    }
    components
}

/// Gives the cosines of the transform, in parts of 8192.
fn basis() -> [[i32; 8]; 8] {
    // 4096 x cos(k pi / 16).
    const COSINES: [i32; 9] = [4096, 4017, 3784, 3406, 2896, 2276, 1567, 799, 0];
    let cosine = |turn: usize| match turn % 32 {
        turn @ 0..=8 => COSINES[turn],
        turn @ 9..=16 => -COSINES[16 - turn],
        turn @ 17..=24 => -COSINES[turn - 16],
        turn => COSINES[32 - turn],
    };
    let mut basis = [[0; 8]; 8];
    for (frequency, row) in basis.iter_mut().enumerate() {
        for (place, value) in row.iter_mut().enumerate() {
            *value = if frequency == 0 { 2896 } else { cosine((2 * place + 1) * frequency) };
        }
    }
    basis
}

/// Transforms a block and divides it by its steps.
fn transformed(samples: &[i32; 64], basis: &[[i32; 8]; 8], steps: &[u8; 64]) -> [i32; 64] {
    let mut rows = [0; 64];
    for y in 0..8 {
        for (frequency, waves) in basis.iter().enumerate() {
            let sum: i32 = (0..8).map(|x| samples[8 * y + x] * waves[x]).sum();
            rows[8 * y + frequency] = (sum + (1 << 8)) >> 9;
        }
    }
    let mut out = [0; 64];
    for (frequency, waves) in basis.iter().enumerate() {
        for x in 0..8 {
            let sum: i32 = (0..8).map(|y| rows[8 * y + x] * waves[y]).sum();
            let value = (sum + (1 << 16)) >> 17;
            let step = i32::from(steps[8 * frequency + x]);
            out[8 * frequency + x] = (value.abs() + step / 2) / step * value.signum();
        }
    }
    out
}
