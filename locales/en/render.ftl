# The sentences of the room: render.

# On the letters themselves.
render-page = Page { $page } / { $pages }
render-phone = Tel.: { $phone }
render-reference = Our ref.: { $reference }
render-subject = Subject: { $subject }
render-figure = Illustration
render-signature = Signature

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
render-dropped-image = { $count ->
    [one] image "{ $name }" not found or unreadable (JPEG and PNG only)
   *[other] image "{ $name }" not found or unreadable, { $count } times (JPEG and PNG only)
}
render-dropped-glyph = { $count ->
    [one] 1 character { $name } that no font has, shown as a square
   *[other] { $count } characters { $name } that no font has, shown as squares
}

# Why a document could not be made.
render-error-body-format = The letter is a { $format } file: only HTML is read. Save it as HTML or attach it as a PDF.
render-error-body-too-large = The letter passes { $limit } bytes. Reduce its pictures or attach them.
render-error-text-too-long = The letter's text passes { $limit } characters. Attach it as a PDF.
render-error-too-many-elements = The letter has more than { $limit } HTML elements. Simplify its formatting or attach it as a PDF.
render-error-nested-too-deep = The letter's HTML elements nest deeper than { $limit }. Simplify its formatting or attach it as a PDF.
render-error-too-many-pages = The letter would pass { $limit } pages. Attach it as a PDF.
render-error-image-too-large = The picture "{ $name }" of { $width } x { $height } pixels is too large. Reduce it, then publish again.
render-error-engine = The PDF could not be written ({ $reason }). Send this message to the support desk.
