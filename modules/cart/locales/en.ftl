cart-title = Cart
cart-empty = Your cart is empty
cart-empty-text = Put in what you like: it will still be here when you come back.
cart-browse = Browse products
cart-product = Product
cart-quantity = Quantity
cart-quantity-of = Quantity of { $name }
cart-subtotal = Amount
cart-change = Update
cart-remove = Remove
cart-remove-of = Remove { $name }
cart-was = Price when you added it
cart-dearer = The price has gone up since you added it
cart-cheaper = The price has gone down since you added it
cart-gone = No longer sold
cart-sold-out-badge = Sold out
cart-capped = You asked for { $wanted }, and { $left ->
    [one] only one is left
   *[other] only { $left } are left
 }
cart-summary = Summary
cart-pieces = Items
cart-pieces-count = { $count ->
    [one] { $count } item
   *[other] { $count } items
 }
cart-delivery = Delivery
cart-delivery-free = Free
cart-total = Total
cart-checkout = Check out
cart-hint = Stock is set aside for you when you order.
cart-checkout-later = You can order as soon as prices can be shown again.
cart-checkout-blocked = Remove what is sold out or no longer sold, then you can order.
cart-prices = Product details and prices
cart-stock-unknown = We cannot see right now how many are left. We will check when you order.
cart-uncertain = We cannot tell right now whether you are logged in. What you put in here joins your own cart as soon as we can.
cart-added = It is in your cart.
cart-added-fewer = Too few were left, so as many as possible are in your cart.
cart-added-only = Too few were left: your cart now holds { $count } of it.
cart-has-all = All that are left are in your cart already.
cart-changed = The quantity is changed.
cart-removed = It is out of your cart.
cart-open = Go to the cart
cart-sold-out = This is sold out.
cart-too-many = { $left ->
    [one] Only one is left.
   *[other] Only { $left } are left.
 }
cart-quantity-range = The quantity is a number from 0 to { $most }.
cart-full = A cart holds up to { $most } different products.
cart-is-full = Your cart is full. Remove something else first.
cart-nobody = The cart needs cookies.
