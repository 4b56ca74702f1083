notifications-greeting = Hello { $name },
notifications-footer = We sent this mail because you are a member of Banyan. Nobody reads replies to it.
notifications-order-number = Order { $number }
notifications-quantity = × { $count }
notifications-total = Total
notifications-order-button = See your order

notifications-welcome-subject = Welcome to Banyan
notifications-welcome-heading = Good to have you here
notifications-welcome-text = Thank you for joining Banyan.
notifications-welcome-more = You can now order what is in your cart, and follow every delivery on your own page.
notifications-welcome-button = Look around the shop

notifications-reset-subject = Choose a new password
notifications-reset-heading = Choose a new password
notifications-reset-text = Somebody, hopefully you, asked for a new password. Follow the link below within 30 minutes to choose one. It works once.
notifications-reset-button = Choose a new password
notifications-reset-not-you = If it was not you, ignore this mail: your password stays as it is.
notifications-reset-gone = The link itself was removed from this mailbox once the mail was dealt with.

notifications-confirmed-subject = Your order { $number } is confirmed
notifications-confirmed-heading = Your order is confirmed
notifications-confirmed-text = Thank you for your order. We are packing it with care and will write again when it is on its way.

notifications-shipped-subject = Your order { $number } is on its way
notifications-shipped-heading = Your order is on its way
notifications-shipped-text = We have handed your parcel to the courier. It will be with you soon.

notifications-delivered-subject = Your order { $number } has arrived
notifications-delivered-heading = Your order has arrived
notifications-delivered-text = Your parcel has been delivered. If you like what was in it, a review helps others to choose.

notifications-cancelled-subject = Your order { $number } is cancelled
notifications-cancelled-heading = Your order is cancelled
notifications-reason-shopper = We have cancelled your order, as you asked.
notifications-reason-staff = We had to cancel your order, and are sorry for it.
notifications-reason-sold-out = Something you ordered sold out in the meantime, so we had to cancel. We are sorry.
notifications-reason-declined = Your card was declined, so we cancelled the order. Your cart is as you left it: you can order again with another card.
notifications-reason-undeliverable = Your parcel could not be delivered to the address you gave, and has come back to us.
notifications-reason-lost = Your parcel was lost on the way. We are sorry.
notifications-reason-other = Your order could not go on, so we cancelled it.
notifications-money-refunded = We have refunded everything you paid. Your bank may take a few days to show it.
notifications-money-voided = The payment was called off with it: nothing will be charged.
notifications-money-none = You have not been charged.

notifications-state-queued = Waiting
notifications-state-sent = Sent
notifications-state-kept = Kept here
notifications-state-failed = Not sent
