# The sentences of the room: render.

# On the letters themselves.
render-page = Page { $page } / { $pages }
render-phone = Tél. : { $phone }
render-reference = Nos réf. : { $reference }
render-subject = Objet : { $subject }
render-figure = Illustration
render-signature = Signature

# What a body holds that its PDF does not show.
render-dropped-element = { $count ->
    [one] 1 élément « { $name } » non repris
   *[other] { $count } éléments « { $name } » non repris
}
render-dropped-attribute = { $count ->
    [one] 1 attribut « { $name } » non repris
   *[other] { $count } attributs « { $name } » non repris
}
render-dropped-property = { $count ->
    [one] 1 propriété de style « { $name } » non reprise
   *[other] { $count } propriétés de style « { $name } » non reprises
}
render-dropped-image = { $count ->
    [one] image « { $name } » introuvable ou illisible (seuls JPEG et PNG sont repris)
   *[other] image « { $name } » introuvable ou illisible, { $count } fois (seuls JPEG et PNG sont repris)
}
render-dropped-glyph = { $count ->
    [one] 1 caractère { $name } absent des polices, remplacé par un carré
   *[other] { $count } caractères { $name } absents des polices, remplacés par un carré
}

# Why a document could not be made.
render-error-body-format = Le courrier est un fichier { $format } : seul le HTML est lu. Enregistrez-le en HTML ou joignez-le en PDF.
render-error-body-too-large = Le courrier dépasse { $limit } octets. Réduisez les images qu’il contient ou joignez-les à part.
render-error-text-too-long = Le texte du courrier dépasse { $limit } caractères. Joignez-le en PDF.
render-error-too-many-elements = Le courrier contient plus de { $limit } éléments HTML. Simplifiez sa mise en forme ou joignez-le en PDF.
render-error-nested-too-deep = Les éléments HTML du courrier s’imbriquent sur plus de { $limit } niveaux. Simplifiez sa mise en forme ou joignez-le en PDF.
render-error-too-many-pages = Le courrier dépasserait { $limit } pages. Joignez-le en PDF.
render-error-image-too-large = L’image « { $name } » de { $width } × { $height } pixels est trop grande. Réduisez-la puis publiez de nouveau.
render-error-engine = Le PDF n’a pas pu être écrit ({ $reason }). Transmettez ce message à l’assistance.
