# The sentences of the room: render.

# On the letters themselves.
render-page = Page { $page } / { $pages }
render-phone = Tel.: { $phone }
render-reference = Our ref.: { $reference }
render-subject = Subject: { $subject }
render-figure = Illustration
render-signature = Signature
render-logo = Logo of { $agency }
render-link = { $text } (link: { $address })
render-link-bare = Link: { $address }

# On lists and statements.
render-date = Date
render-label = Label
render-debit = Debit
render-credit = Credit
render-balance = Balance
render-amount = Amount (incl. VAT)
render-vat = VAT
render-deductible = Deduct.
render-recoverable = Recov.
render-account = Account
render-amount-held = Amount held
render-made-on = Made on { $date }
render-list-title = Co-owner list: { $building }
render-list-made = { $agency } on { $date } at { $time }
render-list-made-by = { $agency } on { $date } { $initials } at { $time }
render-list-identity = Identity
render-list-units = Units
render-list-working-capital = Working capital
render-list-works-fund = Works fund
render-list-council-member = Council member
render-list-council-president = Council president
render-list-resident = Resident
render-list-count = { $count ->
    [one] 1 co-owner record.
   *[other] { $count } co-owner records.
}
render-statement-title = Statement of account { $number }
render-statement-account = Account { $number } – { $label }
render-statement-period = Period from { $from } to { $to }
render-statement-no-entry = No entry in the period.
render-statement-opening = Opening balance
render-carried-to = Carried forward
render-carried-from = Brought forward
render-statement-totals = Totals of the period
render-statement-closing-debit = Debit balance
render-statement-closing-credit = Credit balance
render-statement-closing-zero = Balance
render-statement-convention = Balance = debit – credit: a positive balance is owed by the holder, a negative one is owed to the holder.
render-expenses-title = Expense list: { $building }
render-expenses-year = { $year }, from { $from } to { $to }
render-expenses-key = Key { $code } – { $name }
render-expenses-account-total = Total of account { $number }
render-expenses-key-total = Total of key { $code }
render-expenses-total = Total: { $year }
render-expenses-note = Deduct.: part deductible from rental income. Recov.: part recoverable from the tenant. A credit note is negative.
render-funds-title = Works funds: { $building }
render-funds-as-of = Amounts as of { $date }
render-funds-total = Total of the building (your units)
render-funds-note = The works fund belongs to the unit: it stays with it when the unit is sold.

# On the letter that hands the access over.
render-access-subject = Your access to your personal space
render-access-greeting = Dear Sir or Madam,
render-access-site = Your personal space is open at { $site }. You will find your accounts and documents there. Here is your access:
render-access-login = Login
render-access-password = Temporary password
render-access-once = This password is valid for the first connection only: you will then choose another one, known to you alone.
render-access-secret = Give your access to nobody: we will never ask you for it.
render-access-closing = Yours faithfully,

# What a body holds that its PDF does not show.
render-dropped-element = { $count ->
    [one] 1 element "{ $name }" not kept
   *[other] { $count } elements "{ $name }" not kept
}
render-dropped-attribute = { $count ->
    [one] 1 attribute "{ $name }" not kept
   *[other] { $count } attributes "{ $name }" not kept
}
render-dropped-property = { $count ->
    [one] 1 style property "{ $name }" not kept
   *[other] { $count } style properties "{ $name }" not kept
}
render-dropped-link = { $count ->
    [one] 1 link without an address that can be followed (“{ $name }”): its words stay
   *[other] { $count } links without an address that can be followed (“{ $name }”): their words stay
}
render-dropped-network-image = { $count ->
    [one] 1 picture of the network not taken over ({ $name })
   *[other] { $count } pictures of the network not taken over ({ $name })
}
render-dropped-hidden = { $count ->
    [one] a text that the letter hides: “{ $name }…”
   *[other] a text that the letter hides { $count } times: “{ $name }…”
}
render-dropped-image = { $count ->
    [one] image "{ $name }" not found or unreadable (JPEG and PNG only)
   *[other] image "{ $name }" not found or unreadable, { $count } times (JPEG and PNG only)
}
render-dropped-glyph = { $count ->
    [one] 1 character { $name } that no font has, shown as a square
   *[other] { $count } characters { $name } that no font has, shown as squares
}

render-dropped-shortened = { $count ->
    [one] a text too long for its place, shortened: “{ $name }…”
   *[other] a text too long for its place, shortened { $count } times: “{ $name }…”
}

# Why a document could not be made.
render-error-body-format = The letter is a { $format } file: only HTML is read. Save it as HTML or attach it as a PDF.
render-error-body-too-large = The letter passes { $limit } bytes. Reduce its pictures or attach them.
render-error-text-too-long = The letter's text passes { $limit } characters. Attach it as a PDF.
render-error-too-many-elements = The letter has more than { $limit } HTML elements. Simplify its formatting or attach it as a PDF.
render-error-too-many-attributes = An HTML element of the letter has more than { $limit } attributes. Simplify its formatting or attach it as a PDF.
render-error-nested-too-deep = The letter's HTML elements nest deeper than { $limit }. Simplify its formatting or attach it as a PDF.
render-error-too-many-pages = The letter would pass { $limit } pages. Attach it as a PDF.
render-error-paper-too-long = “{ $title }” would have more than { $limit } pages. For a statement, move the account’s « Recherche disponible à partir du » to a later date; else hand the case to support.
render-error-table-too-wide = A table of { $columns } columns is too wide for the page, even in small print. Split it into tables of fewer columns, or attach it as a PDF.
render-error-image-too-large = The picture "{ $name }" of { $width } x { $height } pixels is too large: the pictures of a letter have { $limit } million pixels together at most. Reduce it, then publish again.
render-error-engine = The PDF could not be written ({ $reason }). Send this message to the support desk.
