notifications-greeting = { $name }님, 안녕하세요.
notifications-footer = Banyan 회원님께 자동으로 보내 드리는 메일입니다. 이 주소로 답장하시면 저희가 받아 볼 수 없습니다.
notifications-order-number = 주문번호 { $number }
notifications-quantity = { $count }개
notifications-total = 합계
notifications-order-button = 주문 보기

notifications-welcome-subject = Banyan 회원이 되신 것을 환영합니다
notifications-welcome-heading = 반갑습니다!
notifications-welcome-text = Banyan 회원으로 가입해 주셔서 고맙습니다.
notifications-welcome-more = 이제 장바구니에 담아 둔 상품을 주문하고, 마이페이지에서 배송이 어디까지 왔는지 볼 수 있습니다.
notifications-welcome-button = 상품 둘러보기

notifications-reset-subject = 새 비밀번호를 정해 주세요
notifications-reset-heading = 비밀번호 다시 정하기
notifications-reset-text = 비밀번호를 새로 정하시겠다는 요청을 받았습니다. 30분 안에 아래에서 새 비밀번호를 정해 주세요. 한 번만 쓸 수 있습니다.
notifications-reset-button = 새 비밀번호 정하기
notifications-reset-not-you = 직접 요청하지 않으셨다면 이 메일은 지우셔도 됩니다. 비밀번호는 바뀌지 않습니다.
notifications-reset-gone = 비밀번호를 정하는 주소는 메일을 처리한 뒤 이 우편함에서 지웠습니다.

notifications-confirmed-subject = 주문이 확정되었습니다 ({ $number })
notifications-confirmed-heading = 주문이 확정되었습니다
notifications-confirmed-text = 주문해 주셔서 고맙습니다. 상품을 정성껏 포장하고 있으며, 출발하면 다시 알려 드리겠습니다.

notifications-shipped-subject = 상품이 출발했습니다 ({ $number })
notifications-shipped-heading = 상품이 출발했습니다
notifications-shipped-text = 주문하신 상품을 택배 기사님께 맡겼습니다. 곧 받아 보실 수 있습니다.

notifications-delivered-subject = 상품이 도착했습니다 ({ $number })
notifications-delivered-heading = 상품이 도착했습니다
notifications-delivered-text = 배송이 끝났습니다. 마음에 드셨다면 구매후기로 다른 분들께도 알려 주세요.

notifications-cancelled-subject = 주문이 취소되었습니다 ({ $number })
notifications-cancelled-heading = 주문이 취소되었습니다
notifications-reason-shopper = 고객님의 요청으로 주문을 취소했습니다.
notifications-reason-staff = 저희 사정으로 주문을 취소했습니다. 불편을 드려 죄송합니다.
notifications-reason-sold-out = 주문하시는 사이에 상품이 품절되어 주문을 취소했습니다. 불편을 드려 죄송합니다.
notifications-reason-declined = 카드 결제가 승인되지 않아 주문을 취소했습니다. 장바구니는 그대로 두었으니 다른 카드로 다시 주문하실 수 있습니다.
notifications-reason-undeliverable = 적어 주신 주소로 배송하지 못해 상품이 되돌아왔습니다.
notifications-reason-lost = 배송 중에 상품이 분실되었습니다. 불편을 드려 죄송합니다.
notifications-reason-other = 주문을 더 진행할 수 없어 취소했습니다.
notifications-money-refunded = 결제하신 금액은 모두 환불해 드렸습니다. 카드사에 따라 며칠 뒤에 반영될 수 있습니다.
notifications-money-voided = 카드 승인도 함께 취소했으니 청구되는 금액은 없습니다.
notifications-money-none = 결제된 금액은 없습니다.

notifications-state-queued = 보낼 예정
notifications-state-sent = 보냄
notifications-state-kept = 보관
notifications-state-failed = 보내지 못함
