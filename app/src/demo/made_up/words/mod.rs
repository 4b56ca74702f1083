//! The words that made-up products and people are put together from: Korean and English side by side.

mod people;
mod sorts;
mod things;

pub use people::{FAMILY, FOREIGN, GIVEN, ROADS};
pub use sorts::{MATERIALS, Sort, materials, sentences};
pub use things::{Axes, THINGS, Thing};

/// The same in Korean and English.
pub type Word = (&'static str, &'static str);

pub const PLACES: [Word; 24] = [
    ("이천", "Icheon"),
    ("담양", "Damyang"),
    ("남원", "Namwon"),
    ("안동", "Andong"),
    ("강릉", "Gangneung"),
    ("통영", "Tongyeong"),
    ("전주", "Jeonju"),
    ("제주", "Jeju"),
    ("여수", "Yeosu"),
    ("공주", "Gongju"),
    ("부여", "Buyeo"),
    ("보성", "Boseong"),
    ("하동", "Hadong"),
    ("문경", "Mungyeong"),
    ("속초", "Sokcho"),
    ("춘천", "Chuncheon"),
    ("양평", "Yangpyeong"),
    ("파주", "Paju"),
    ("경주", "Gyeongju"),
    ("포항", "Pohang"),
    ("목포", "Mokpo"),
    ("순천", "Suncheon"),
    ("청주", "Cheongju"),
    ("원주", "Wonju"),
];

pub const SERIES: [Word; 20] = [
    ("달빛", "Moonlight"),
    ("이슬", "Dew"),
    ("첫눈", "First Snow"),
    ("노을", "Sunset"),
    ("밤숲", "Night Forest"),
    ("바다", "Sea"),
    ("구름", "Cloud"),
    ("산책", "Stroll"),
    ("오후", "Afternoon"),
    ("새벽", "Daybreak"),
    ("들꽃", "Wildflower"),
    ("나루", "Ferry"),
    ("모퉁이", "Corner"),
    ("다락", "Attic"),
    ("조약돌", "Pebble"),
    ("보름", "Full Moon"),
    ("마당", "Courtyard"),
    ("소나기", "Shower"),
    ("여름밤", "Summer Night"),
    ("겨울잠", "Hibernation"),
];

pub const SIZES_OF: [(&str, Word); 3] =
    [("S", ("소", "S")), ("M", ("중", "M")), ("L", ("대", "L"))];
pub const COLORS_OF: [(&str, Word); 6] = [
    ("IVORY", ("아이보리", "Ivory")),
    ("NAVY", ("남색", "Navy")),
    ("GREY", ("회색", "Grey")),
    ("MUSTARD", ("겨자색", "Mustard")),
    ("SAGE", ("연두색", "Sage")),
    ("BRICK", ("벽돌색", "Brick")),
];
