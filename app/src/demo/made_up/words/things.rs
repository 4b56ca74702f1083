use super::{Sort, Word};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    None,
    Sizes,
    Colors,
}

pub struct Thing {
    pub name: Word,
    pub category: &'static str,
    /// Of the hand-made demo.
    pub picture: &'static str,
    /// In won, of an ordinary one.
    pub price: i64,
    pub sort: Sort,
    pub axes: Axes,
}

const fn thing(
    name: Word,
    (category, picture): (&'static str, &'static str),
    price: i64,
    (sort, axes): (Sort, Axes),
) -> Thing {
    Thing {
        name,
        category,
        picture,
        price,
        sort,
        axes,
    }
}

const NONE: Axes = Axes::None;
const SIZES: Axes = Axes::Sizes;
const COLORS: Axes = Axes::Colors;

pub const THINGS: [Thing; 40] = [
    thing(
        ("도마", "chopping board"),
        ("kitchen", "BOARD-01"),
        39_000,
        (Sort::Wood, NONE),
    ),
    thing(
        ("냄비", "pot"),
        ("kitchen", "POT-01"),
        72_000,
        (Sort::Metal, NONE),
    ),
    thing(
        ("프라이팬", "frying pan"),
        ("kitchen", "PAN-01"),
        48_000,
        (Sort::Metal, NONE),
    ),
    thing(
        ("국자", "ladle"),
        ("kitchen", "LADLE-01"),
        14_000,
        (Sort::Wood, NONE),
    ),
    thing(
        ("주전자", "kettle"),
        ("kitchen", "KETTLE-01"),
        56_000,
        (Sort::Metal, NONE),
    ),
    thing(
        ("머그", "mug"),
        ("tableware", "MUG-01"),
        14_500,
        (Sort::Clay, NONE),
    ),
    thing(
        ("밥그릇", "rice bowl"),
        ("tableware", "BOWL-01"),
        17_000,
        (Sort::Clay, NONE),
    ),
    thing(
        ("접시", "plate"),
        ("tableware", "PLATE-01"),
        21_000,
        (Sort::Clay, NONE),
    ),
    thing(
        ("다관", "teapot"),
        ("tableware", "TEAPOT-01"),
        68_000,
        (Sort::Clay, NONE),
    ),
    thing(
        ("쟁반", "tray"),
        ("tableware", "TRAY-01"),
        33_000,
        (Sort::Wood, NONE),
    ),
    thing(
        ("공책", "notebook"),
        ("stationery", "NOTE-01"),
        7_800,
        (Sort::Paper, COLORS),
    ),
    thing(
        ("편지지", "letter paper"),
        ("stationery", "HANJI-01"),
        9_200,
        (Sort::Paper, NONE),
    ),
    thing(
        ("연필 세트", "pencil set"),
        ("stationery", "PENCIL-01"),
        8_900,
        (Sort::Wood, NONE),
    ),
    thing(
        ("자", "ruler"),
        ("stationery", "RULER-01"),
        6_400,
        (Sort::Wood, NONE),
    ),
    thing(
        ("만년필", "fountain pen"),
        ("stationery", "PEN-01"),
        54_000,
        (Sort::Metal, COLORS),
    ),
    thing(
        ("수건", "towel"),
        ("living", "TOWEL-01"),
        12_000,
        (Sort::Cloth, COLORS),
    ),
    thing(
        ("담요", "blanket"),
        ("living", "BLANKET-01"),
        59_000,
        (Sort::Cloth, COLORS),
    ),
    thing(
        ("방석", "floor cushion"),
        ("living", "CUSHION-01"),
        34_000,
        (Sort::Cloth, COLORS),
    ),
    thing(
        ("바구니", "basket"),
        ("living", "BASKET-01"),
        27_000,
        (Sort::Wood, NONE),
    ),
    thing(
        ("벽시계", "wall clock"),
        ("living", "CLOCK-01"),
        63_000,
        (Sort::Wood, NONE),
    ),
    thing(
        ("티셔츠", "T-shirt"),
        ("clothing", "TEE-01"),
        25_000,
        (Sort::Cloth, SIZES),
    ),
    thing(
        ("셔츠", "shirt"),
        ("clothing", "SHIRT-01"),
        47_000,
        (Sort::Cloth, SIZES),
    ),
    thing(
        ("가디건", "cardigan"),
        ("clothing", "CARDI-01"),
        78_000,
        (Sort::Cloth, SIZES),
    ),
    thing(
        ("잠옷", "pyjamas"),
        ("clothing", "PYJAMA-01"),
        52_000,
        (Sort::Cloth, SIZES),
    ),
    thing(
        ("앞치마", "apron"),
        ("clothing", "APRON-01"),
        32_000,
        (Sort::Cloth, COLORS),
    ),
    thing(
        ("장바구니", "tote bag"),
        ("bags", "TOTE-01"),
        29_000,
        (Sort::Bag, COLORS),
    ),
    thing(
        ("배낭", "backpack"),
        ("bags", "BACKPACK-01"),
        89_000,
        (Sort::Bag, COLORS),
    ),
    thing(
        ("파우치", "pouch"),
        ("bags", "POUCH-01"),
        16_000,
        (Sort::Bag, COLORS),
    ),
    thing(
        ("지갑", "wallet"),
        ("bags", "WALLET-01"),
        44_000,
        (Sort::Bag, COLORS),
    ),
    thing(
        ("크로스백", "cross-body bag"),
        ("bags", "CROSS-01"),
        61_000,
        (Sort::Bag, COLORS),
    ),
    thing(
        ("사과", "apples"),
        ("food", "APPLE-01"),
        28_000,
        (Sort::Food, NONE),
    ),
    thing(
        ("쌀", "rice"),
        ("food", "RICE-01"),
        38_000,
        (Sort::Food, NONE),
    ),
    thing(
        ("녹차", "green tea"),
        ("food", "TEA-01"),
        24_000,
        (Sort::Food, NONE),
    ),
    thing(
        ("꿀", "honey"),
        ("food", "HONEY-01"),
        31_000,
        (Sort::Food, NONE),
    ),
    thing(
        ("참기름", "sesame oil"),
        ("food", "SESAME-01"),
        22_000,
        (Sort::Food, NONE),
    ),
    thing(
        ("화분", "flowerpot"),
        ("garden", "PLANTER-01"),
        23_000,
        (Sort::Clay, NONE),
    ),
    thing(
        ("모종삽", "trowel"),
        ("garden", "TROWEL-01"),
        18_000,
        (Sort::Garden, NONE),
    ),
    thing(
        ("전지가위", "pruning shears"),
        ("garden", "PRUNER-01"),
        36_000,
        (Sort::Garden, NONE),
    ),
    thing(
        ("물뿌리개", "watering can"),
        ("garden", "CAN-01"),
        41_000,
        (Sort::Metal, NONE),
    ),
    thing(
        ("원예 장갑", "garden gloves"),
        ("garden", "GLOVES-01"),
        13_000,
        (Sort::Cloth, SIZES),
    ),
];
