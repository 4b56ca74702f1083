use super::Word;

/// What a thing can be made of, or how it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Clay,
    Metal,
    Wood,
    Paper,
    Cloth,
    Bag,
    Food,
    Garden,
}

pub const MATERIALS: usize = 8;

/// What a thing of the sort can be made of, or how.
pub fn materials(sort: Sort) -> [Word; MATERIALS] {
    of(&MADE_OF, sort)
}

/// Sentences that are true of whatever is of the sort.
pub fn sentences(sort: Sort) -> [Word; 4] {
    of(&SAID_OF, sort)
}

/// Every sort is in both tables.
fn of<T: Copy>(table: &[(Sort, T)], sort: Sort) -> T {
    let found = table.iter().find(|(known, _)| *known == sort);
    found.unwrap_or(&table[0]).1
}

const MADE_OF: [(Sort, [Word; MATERIALS]); 8] = [
    (
        Sort::Clay,
        [
            ("백자", "White porcelain"),
            ("청자", "Celadon"),
            ("분청", "Buncheong"),
            ("옹기", "Onggi"),
            ("흑유", "Black-glazed"),
            ("재유", "Ash-glazed"),
            ("물레 성형", "Hand-thrown"),
            ("무광", "Matt stoneware"),
        ],
    ),
    (
        Sort::Metal,
        [
            ("무쇠", "Cast-iron"),
            ("스테인리스", "Stainless steel"),
            ("놋쇠", "Brass"),
            ("구리", "Copper"),
            ("법랑", "Enamel"),
            ("알루미늄", "Aluminium"),
            ("티타늄", "Titanium"),
            ("양은", "Nickel-silver"),
        ],
    ),
    (
        Sort::Wood,
        [
            ("느티나무", "Zelkova"),
            ("오동나무", "Paulownia"),
            ("자작나무", "Birch"),
            ("호두나무", "Walnut"),
            ("물푸레나무", "Ash-wood"),
            ("대나무", "Bamboo"),
            ("소나무", "Pine"),
            ("옻칠", "Lacquered"),
        ],
    ),
    (
        Sort::Paper,
        [
            ("한지", "Hanji"),
            ("재생지", "Recycled"),
            ("면지", "Cotton-rag"),
            ("크라프트", "Kraft"),
            ("무선", "Plain"),
            ("모눈", "Squared"),
            ("미색", "Cream"),
            ("실 제본", "Thread-bound"),
        ],
    ),
    (
        Sort::Cloth,
        [
            ("면", "Cotton"),
            ("린넨", "Linen"),
            ("모시", "Ramie"),
            ("울", "Wool"),
            ("누비", "Quilted"),
            ("거즈", "Gauze"),
            ("데님", "Denim"),
            ("옥스퍼드", "Oxford"),
        ],
    ),
    (
        Sort::Bag,
        [
            ("캔버스", "Canvas"),
            ("소가죽", "Cowhide"),
            ("나일론", "Nylon"),
            ("왁스 코튼", "Waxed-cotton"),
            ("삼베", "Hemp"),
            ("펠트", "Felt"),
            ("코듀로이", "Corduroy"),
            ("누빔", "Padded"),
        ],
    ),
    (
        Sort::Food,
        [
            ("유기농", "Organic"),
            ("햇", "New-season"),
            ("무농약", "Unsprayed"),
            ("토종", "Heirloom"),
            ("농가 직송", "Farm-direct"),
            ("특등급", "Top-grade"),
            ("소포장", "Small-pack"),
            ("선물용", "Gift-boxed"),
        ],
    ),
    (
        Sort::Garden,
        [
            ("단조", "Forged"),
            ("스테인리스", "Stainless"),
            ("탄소강", "Carbon-steel"),
            ("손잡이 긴", "Long-handled"),
            ("한 손", "One-handed"),
            ("물푸레 자루", "Ash-handled"),
            ("왼손잡이용", "Left-handed"),
            ("접이식", "Folding"),
        ],
    ),
];

const SAID_OF: [(Sort, [Word; 4]); 8] = [
    (
        Sort::Clay,
        [
            (
                "가마에서 두 번 구워 단단합니다.",
                "Fired twice, and sturdy for it.",
            ),
            (
                "한 점씩 손으로 다듬어 모양이 조금씩 다릅니다.",
                "Each one is finished by hand, so no two are quite alike.",
            ),
            (
                "유약이 고르게 흘러 물이 배지 않습니다.",
                "An even glaze keeps water out.",
            ),
            (
                "식으면서 생긴 작은 점은 흠이 아닙니다.",
                "Small specks from the cooling kiln are no flaw.",
            ),
        ],
    ),
    (
        Sort::Metal,
        [
            (
                "두께가 고르고 이음매가 매끈합니다.",
                "Of even thickness, with smooth seams.",
            ),
            (
                "오래 쓸수록 빛깔이 깊어집니다.",
                "Its colour deepens with use.",
            ),
            (
                "쓰고 나서 물기를 닦아 두면 오래갑니다.",
                "Wipe it dry after use and it will last.",
            ),
            (
                "손잡이가 뜨거워지지 않도록 만들었습니다.",
                "Made so that the grip stays cool.",
            ),
        ],
    ),
    (
        Sort::Wood,
        [
            (
                "오래 말린 나무를 결대로 깎았습니다.",
                "Cut along the grain from long-seasoned wood.",
            ),
            (
                "옻과 기름만으로 마감했습니다.",
                "Finished with nothing but oil and lacquer.",
            ),
            ("가볍고 손에 잘 붙습니다.", "Light, and easy in the hand."),
            (
                "물에 오래 담가 두지 마세요.",
                "Please do not leave it standing in water.",
            ),
        ],
    ),
    (
        Sort::Paper,
        [
            (
                "잉크가 번지지 않고 뒤로 비치지 않습니다.",
                "Ink neither feathers nor shows through.",
            ),
            ("펼치면 평평하게 눕습니다.", "It lies flat when opened."),
            (
                "햇빛에 두어도 누렇게 변하지 않습니다.",
                "It does not yellow in the sun.",
            ),
            ("가방에 넣기 좋은 크기입니다.", "Sized for a bag."),
        ],
    ),
    (
        Sort::Cloth,
        [
            ("빨수록 부드러워집니다.", "It grows softer with every wash."),
            (
                "한 번 삶아 줄어듦이 거의 없습니다.",
                "Pre-washed, so it hardly shrinks.",
            ),
            (
                "솔기를 두 번 박아 튼튼합니다.",
                "The seams are stitched twice.",
            ),
            (
                "그늘에 널어 말리면 빛깔이 오래갑니다.",
                "Dry it in the shade to keep the colour.",
            ),
        ],
    ),
    (
        Sort::Bag,
        [
            (
                "무거운 것을 넣어도 모양이 무너지지 않습니다.",
                "It keeps its shape under a load.",
            ),
            ("안주머니가 하나 있습니다.", "There is one pocket inside."),
            (
                "지퍼를 열고 닫는 느낌이 부드럽습니다.",
                "The zip runs smoothly.",
            ),
            ("비를 맞아도 금방 마릅니다.", "It dries quickly after rain."),
        ],
    ),
    (
        Sort::Food,
        [
            (
                "거둔 지 얼마 안 된 것만 담습니다.",
                "Packed soon after the harvest.",
            ),
            ("첨가물을 넣지 않았습니다.", "Nothing is added."),
            ("받으시면 서늘한 곳에 두세요.", "Keep it somewhere cool."),
            (
                "누가 길렀는지 상자에 적혀 있습니다.",
                "The box says who grew it.",
            ),
        ],
    ),
    (
        Sort::Garden,
        [
            (
                "날을 다시 갈아 쓸 수 있습니다.",
                "The edge can be sharpened again.",
            ),
            (
                "작은 마당이나 베란다에 알맞습니다.",
                "Right for a small yard or a balcony.",
            ),
            (
                "흙이 잘 떨어져 손질이 쉽습니다.",
                "Soil drops off, so it is easy to clean.",
            ),
            (
                "걸어 둘 수 있는 고리가 달려 있습니다.",
                "There is a loop to hang it by.",
            ),
        ],
    ),
];
