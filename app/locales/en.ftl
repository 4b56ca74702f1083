app-home-title = Banyan
app-home-heading = Things that last, fairly priced
app-home-lead = Household goods you reach for every day, chosen one by one.
app-home-browse = Browse products
app-home-notices = Read the notices
app-home-newest = New in the shop
app-home-popular = What people look for
app-home-categories = Look around
app-home-all = See all
app-home-notices-head = Notices
app-sold-out = Sold out
app-language-unknown = Korean and English are the languages to choose from.

app-my-title = My page
app-my-lead = Your orders and your details in one place.
app-my-orders = Recent orders
app-my-no-orders = No orders yet
app-my-no-orders-text = Put something you like into the cart.
app-my-all-orders = See all orders
app-my-profile = My details
app-my-profile-text = Change your name, addresses or password, or leave.
app-my-cart = Cart
app-my-cart-text = See what you have put aside, and order it.
app-my-boards = Questions
app-my-boards-text = Ask about a product and read the answers.
app-open = Open

app-dashboard-title = Dashboard
app-dashboard-lead = What happened in the shop today.
app-dashboard-orders-today = Orders today
app-dashboard-revenue-today = Revenue today
app-dashboard-members = Members
app-dashboard-low = Running out
app-dashboard-low-none = Nothing is running out
app-dashboard-unanswered = Questions without an answer
app-dashboard-unanswered-none = Every question has its answer
app-dashboard-left = { $count ->
    [one] { $count } left
   *[other] { $count } left
}
app-dashboard-week = Revenue of the last 14 days
app-dashboard-day = Day
app-dashboard-orders = Orders
app-dashboard-revenue = Revenue
app-dashboard-sales = Sales in detail

app-console-title = Console
app-console-lead = What every context is doing, who answers for it, and what is stuck.
app-contexts = Contexts
app-contexts-up = Contexts that answer
app-context-down = It does not answer. The others go on without it.
app-state-ok = Fine
app-state-down = Down
app-state-attention = Look here
app-figure-answers = Answered by
app-figure-owner = Data
app-figure-worker = Background work
app-process = process { $pid }
app-figure-writes = Writes / commits
app-owner-shared = Shared
app-owner-own = A database of its own
app-events-title = Events
app-events-lead = How far each consumer is behind the outbox of each publisher.
app-events-from = From
app-events-to = To
app-events-waiting = Events waiting
app-events-oldest = Oldest waits for
app-seconds = { $count } s
app-dead-letters = Dead letters
app-letters-lead = Events that a consumer keeps refusing. Mend and send them again, or give them up.
app-letters-none = No dead letters
app-letters-none-text = An event that is refused again and again is parked here.
app-letters-missing = { $context } does not answer, so its letters are not shown.
app-letter-aggregate = About
app-letter-error = Why it was refused
app-letter-data = Data
app-letter-replay = Send again
app-letter-replayed = Sent again.
app-letter-refused = It could not be sent:
app-letter-discard = Give up
app-letter-discard-sure = Give this event up? Its consumer will never hear of it.
app-letter-discarded = Given up.
app-letter-why-missing = Say in up to 500 characters why you give it up.
app-why = Reason
app-sagas-title = Order sagas
app-sagas-lead = Orders under way, and those that have been stuck for long.
app-sagas-under-way = Orders under way
app-sagas-stuck = { $count ->
    [one] { $count } stuck
   *[other] { $count } stuck
}
app-sagas-stuck-label = Stuck
app-sagas-none = No order is stuck
app-saga-order = Order
app-saga-step = Status
app-saga-since = Placed
app-saga-attempts = Attempts
app-saga-error = Last error
app-mailbox-title = Mailbox
app-mailbox-lead = Mails that the shop has sent. Without a mail server they stay here.
app-mailbox-empty = No mail yet
app-mail-to = To
app-mail-at = Time
app-mail-html = Show as it looks
app-audit-title = Audit log
app-audit-lead = Who changed what, written so that a later edit shows.
app-audit-all = Show all contexts
app-audit-empty = Nothing is written yet
app-audit-context = Context
app-audit-what = What
app-audit-subject = About
app-audit-who = Who
app-audit-system = the shop itself

app-context-members = Members
app-context-catalog = Products
app-context-stock = Stock
app-context-cart = Cart
app-context-orders = Orders
app-context-payments = Payments
app-context-shipping = Delivery
app-context-order_history = My orders
app-context-board = Board
app-context-notifications = Notifications

app-routes-title = Routes
app-routes-lead = Who answers what, and how it goes: the last minute, second by second.
app-routes-history = History of the routes
app-routes-history-lead = Who sent which route where and why. Each line names the hash of the one before, so a later edit shows.
app-routes-history-empty = No route was sent elsewhere so far.
app-routes-refused = The routes file says something that is refused. The last good table stays in effect.
app-routes-age = In effect for
app-routes-version = Version
app-routes-file = File
app-age-seconds = { $count } s
app-age-minutes = { $count } min
app-age-hours = { $count } h
app-age-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
app-route = Route
app-route-title = Route { $route }
app-route-of-context = of { $context }
app-route-paths = Paths
app-route-path-count = { $count } paths
app-route-answers = Who answers
app-route-module = Module
app-route-percent = { $share } %
app-route-rate = { $rate } per second
app-route-errors = { $count ->
    [one] { $count } error
   *[other] { $count } errors
}
app-route-quantiles = p50 { $p50 }, p99 { $p99 }
app-route-chart = Requests in each second of the last minute, { $most } at most
app-route-now = Now
app-route-flip = Send elsewhere
app-route-stays = This route is the frame of the shop. It is always answered by this process.
app-route-to = Who is to answer?
app-route-to-module = The module
app-route-to-module-hint = This process answers.
app-route-to-service = A service
app-route-to-service-hint = The service chosen below answers everything.
app-route-to-share = A share to a service
app-route-to-share-hint = The service answers the percentage below, the module the rest.
app-route-to-missing = Choose who is to answer.
app-route-share = Share in percent
app-route-share-bad = A share is a whole number from 1 to 99.
app-route-why-hint = It stays in the history.
app-route-why-missing = Say in up to 500 characters why.
app-route-preview = Preview
app-route-preview-title = Send { $route } elsewhere?
app-route-flip-now = Flip now
app-route-leave = Leave it as it is
app-route-flipped = Flipped. It is in effect.
app-route-unchanged = It is so already. Nothing changes.
app-route-history = History of this route
app-route-undo = Undo
app-route-undo-why = undo of #{ $seq }
app-route-all-module = The module in this process answers everything.
app-route-all-service = The service { $service } answers everything.
app-route-some-module = The module in this process answers { $share } % of the requests.
app-route-some-service = The service { $service } answers { $share } % of the requests.
app-route-live = { $count ->
    [one] One instance of { $service } takes requests now.
   *[other] { $count } instances of { $service } take requests now.
}
app-route-absent = No instance of { $service } takes requests now. Whatever this route sends there would end with 503.
app-route-absent-fallback = No instance of { $service } takes requests now. The module would stand in for requests that change nothing; all others would end with 503.
app-route-sticky-member = The same member stays on one side.
app-route-sticky-cookie = The same browser stays on one side.
app-route-sticky-none = Which side answers is decided anew for each request.
app-route-carries-context = Calls and events of the other contexts to { $context } follow this route.
app-route-under-way = Requests under way finish where they began.
app-route-by-hand = edited in the file
app-route-by-command = command line
app-route-none = There is no such route.
app-route-changed = The routes file has changed since you looked. Nothing was written. Look at it as it is now and decide again.
app-route-busy = Somebody else is changing the routes file right now. Nothing was written. Try again.
app-route-refused = It was refused, and nothing was written: { $why }
app-route-unwritable = The routes file cannot be written: { $why }
app-route-bad-sum = The shares sum to { $sum }, not to 100.
app-route-bad-twice = { $name } has two shares.
app-route-bad-backend = Expected "module", a service's name or shares such as catalog=10, not { $text }.
app-route-no-service = The routes file knows no service "{ $service }". There are: { $services }.
app-flip-seq = No.
app-flip-change = Change
app-flip-then = to
app-flip-gone = gone from the file
app-chain-whole = { $count ->
    [0] Nothing is written yet.
    [one] One line, and it is what was written.
   *[other] { $count } lines, and all of them are what was written.
}
app-chain-broken = Somebody changed this history.
app-chain-line = Line { $line }:
app-moves = Data on the move
app-move-context = Context
app-move-to = To
app-move-progress = Progress
app-move-begun = Begun
app-move-silent = Nothing heard for { $age }: see banyan move … status
app-move-done = Done
app-move-stopped = Stopped: see banyan move … status
app-move-begun-step = begun
app-move-fenced = writes wait, copying
app-move-copying = copying and comparing
app-move-copied = copied and compared
app-move-kept = the copy is on the disk
app-move-handed-over = handed over
app-move-taken = taken over
app-move-ready = the new owner is ready
app-move-flipped = routes flipped

app-services = Services
app-service = Service
app-service-instance = Instance
app-service-health = Health
app-service-since = There for
app-service-lease = lease ends in { $count } s
app-service-about = Data
app-service-written = from the routes file
app-service-starting = Starting
app-service-waits = Waits for data
app-service-waits-how = It does not own the data of { $context } and takes no requests until banyan move { $context } switch moves them here.
app-service-out = Refused, left out
app-service-absent = Not there
app-service-needed = A route sends requests to it, and no instance is there.
app-service-foreign = Foreign
app-service-option = { $count ->
    [0] { $service } (no instance is ready)
    [one] { $service } (one instance)
   *[other] { $service } ({ $count } instances)
}
app-services-none = No service is there, and no route needs one.
app-services-others = In the file, not running, and needed by no route: { $services }
