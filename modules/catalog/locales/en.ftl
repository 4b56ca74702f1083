### Products: lists, search, product pages, and where shopkeepers keep them.

catalog-title = Products
catalog-path = You are here
catalog-search-title = Results for “{ $q }”
catalog-filter = Narrow down
catalog-category = Category
catalog-all = All
catalog-price = Price
catalog-min-price = Lowest price
catalog-max-price = Highest price
catalog-apply = Apply
catalog-clear = Clear filters
catalog-sort = Sort by
catalog-sort-newest = Newest
catalog-sort-popular = Most popular
catalog-sort-price = Lowest price
catalog-sort-price-down = Highest price
catalog-sort-relevance = Best match
catalog-total = { $count ->
    [one] 1 product
   *[other] { $count } products
}
catalog-total-many = Too many to count: shown a page at a time
catalog-stock-part = Stock
catalog-empty = Nothing found
catalog-empty-search = Try fewer words, or other ones.
catalog-empty-list = Try other filters.
catalog-see-all = See all products
catalog-sold-out = Sold out

catalog-size = Size
catalog-color = Colour
catalog-left = In stock
catalog-left-few = { $count ->
    [one] Only 1 left
   *[other] Only { $count } left
}
catalog-left-unknown = Checking stock
catalog-quantity = Quantity
catalog-add = Add to cart
catalog-sku = Item no.
catalog-picture-of = Picture { $number }
catalog-review-count = { $count ->
    [one] 1 review
   *[other] { $count } reviews
}
catalog-reviews = Reviews
catalog-reviews-all = All reviews, and yours
catalog-reviews-none = No reviews yet. If you have used it, be the first to say how it is.
catalog-questions = Questions
catalog-questions-all = All questions, and yours
catalog-questions-none = No questions yet. Ask away if you would like to know more.
catalog-answered = Answered
catalog-waiting = Waiting
catalog-somebody = Former member

catalog-admin-title = Products
catalog-admin-new = New product
catalog-admin-search = Name or item number
catalog-admin-find = Find
catalog-admin-none = No product fits. Add a new one, or change the filters.
catalog-admin-see = See it in the shop
catalog-admin-stock = See its stock
catalog-admin-basics = Basics
catalog-admin-choose = Choose one
catalog-admin-price = Price (won)
catalog-admin-price-hint = Also of options that name no price of their own.
catalog-admin-upload-again = The pictures that you chose were not saved. Choose them again before you save.
catalog-code = Product code
catalog-code-hint = Up to 64 letters, digits, dots, dashes and underscores. It cannot be changed later.
catalog-name = Name
catalog-name-ko = Name (Korean)
catalog-name-en = Name (English)
catalog-description-ko = Description (Korean)
catalog-description-en = Description (English)
catalog-pictures = Pictures
catalog-picture = Picture
catalog-picture-place = Order
catalog-picture-place-of = Order of picture { $number }
catalog-picture-drop = Remove
catalog-upload = Upload pictures
catalog-upload-hint = Up to ten SVG, PNG, JPEG or WebP files of up to 2 MB each. Square ones look best.
catalog-options = Options
catalog-options-hint = If it comes in several sizes or colours, write one per row. An emptied row takes its option away.
catalog-options-more = More rows
catalog-options-wrong = Please correct the options that are marked.
catalog-size-ko = Size (Korean)
catalog-size-en = Size (English)
catalog-color-ko = Colour (Korean)
catalog-color-en = Colour (English)
catalog-option-price = Price (won)
catalog-sold = Sold
catalog-actions = Actions
catalog-edit = Edit
catalog-save = Save
catalog-cancel = Cancel
catalog-delete = Delete product
catalog-delete-sure = Delete this product? This cannot be undone.
catalog-saved = The product is saved.
catalog-deleted = The product is deleted.
catalog-admin-categories = Categories
catalog-admin-no-categories = There is no category yet: make one first
catalog-categories-hint = In the order in which the shop shows them. To add one, fill in an empty row; only a category without products can be deleted.
catalog-category-place = Order
catalog-category-slug = Name in addresses
catalog-category-products = Products
catalog-category-drop = Delete
catalog-categories-saved = The categories are saved.
catalog-stale = Somebody else has changed this product meanwhile.
catalog-stale-form = Somebody else has changed this product meanwhile, so it was not saved. What you typed is still below; saving again replaces their changes.
catalog-stale-see = See it as it is now

catalog-bad-required = Please fill this in.
catalog-bad-long = At most { $most } characters.
catalog-bad-control = There are invisible control characters in it.
catalog-bad-sku = Up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.
catalog-bad-slug = Up to 40 small letters, digits and dashes.
catalog-bad-range = A whole number from { $least } to { $most }.
catalog-bad-category = There is no category “{ $what }”.
catalog-bad-twice = { $what } appears twice.
catalog-bad-taken = The product { $what } has it already.
catalog-bad-axes = Every option needs its size, its colour, or both, like all the others.
catalog-bad-same = Another option has the same size and colour.
catalog-bad-many = At most { $most } of them.
catalog-bad-not-empty = “{ $what }” has products in it and cannot be deleted.
catalog-bad-picture-large = The picture is too large: at most { $most } KB.
catalog-bad-picture-unknown = This is not an SVG, PNG, JPEG or WebP picture.
catalog-bad-picture-active = An SVG with scripts or outside addresses in it cannot be uploaded.
catalog-bad-picture-gone = There is no picture { $what }.
catalog-bad-code = A product's code cannot be changed; this one's is { $what }.
catalog-bad-sort = One of newest, price, -price and popular.
catalog-bad-price = A number, zero or more.
catalog-bad-encoding = What was sent is not encoded in UTF-8.
