# The sentences of the room: render.

# On the letters themselves.
render-page = Page { $page } / { $pages }
render-phone = Tél. : { $phone }
render-reference = Nos réf. : { $reference }
render-subject = Objet : { $subject }
render-figure = Illustration
render-signature = Signature
render-logo = Logo de { $agency }
render-link = { $text } (lien : { $address })
render-link-bare = Lien : { $address }

# On lists and statements.
render-date = Date
render-label = Libellé
render-debit = Débit
render-credit = Crédit
render-balance = Solde
render-amount = Montant (TTC)
render-vat = T.V.A.
render-deductible = Déduc.
render-recoverable = Récup.
render-account = Compte
render-amount-held = Montant détenu
render-made-on = Édité le { $date }
render-list-title = Liste des copropriétaires : { $building }
render-list-made = { $agency } le { $date } à { $time }
render-list-made-by = { $agency } le { $date } { $initials } à { $time }
render-list-identity = Identité
render-list-units = Lots concernés
render-list-working-capital = Fonds de roulement
render-list-works-fund = Fonds travaux
render-list-council-member = Membre CS
render-list-council-president = Président CS
render-list-resident = Résidant
render-list-count = { $count ->
    [one] 1 fiche copropriétaire.
   *[other] { $count } fiches copropriétaires.
}
render-statement-title = Extrait du compte { $number }
render-statement-account = Compte { $number } – { $label }
render-statement-period = Période du { $from } au { $to }
render-statement-no-entry = Aucune écriture sur la période.
render-statement-opening = Solde antérieur
render-carried-to = À reporter
render-carried-from = Report
render-statement-totals = Totaux de la période
render-statement-closing-debit = Solde débiteur
render-statement-closing-credit = Solde créditeur
render-statement-closing-zero = Solde
render-statement-convention = Solde = débit – crédit : un solde positif est débiteur, un solde négatif est créditeur.
render-expenses-title = Liste des dépenses : { $building }
render-expenses-year = { $year }, du { $from } au { $to }
render-expenses-key = Clé { $code } – { $name }
render-expenses-account-total = Total du compte { $number }
render-expenses-key-total = Total de la clé { $code }
render-expenses-total = Total : { $year }
render-expenses-note = Déduc. : part déductible des revenus fonciers. Récup. : part récupérable sur le locataire. Un avoir est négatif.
render-funds-title = Fonds de travaux : { $building }
render-funds-as-of = Montants arrêtés au { $date }
render-funds-total = Total immeuble (vos lots)
render-funds-note = Le fonds de travaux est attaché au lot : en cas de vente, il reste acquis au lot.

# On the letter that hands the access over.
render-access-subject = Vos accès à votre espace personnel
render-access-greeting = Madame, Monsieur,
render-access-site = Votre espace personnel est ouvert à l’adresse { $site }. Vous y trouverez vos comptes et vos documents. Voici vos accès :
render-access-login = Code accès
render-access-password = Mot de passe temporaire
render-access-once = Ce mot de passe ne sera valable que pour la première connexion : vous en choisirez alors un autre, que vous serez seul à connaître.
render-access-secret = Ne communiquez vos accès à personne : nous ne vous les demanderons jamais.
render-access-closing = Nous vous prions d’agréer, Madame, Monsieur, l’expression de nos salutations distinguées.

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
render-dropped-link = { $count ->
    [one] 1 lien sans adresse qui puisse être suivie (« { $name } ») : ses mots restent
   *[other] { $count } liens sans adresse qui puisse être suivie (« { $name } ») : leurs mots restent
}
render-dropped-network-image = { $count ->
    [one] 1 image d’Internet non reprise ({ $name })
   *[other] { $count } images d’Internet non reprises ({ $name })
}
render-dropped-hidden = { $count ->
    [one] un texte masqué dans le courrier : « { $name }… »
   *[other] un texte masqué { $count } fois dans le courrier : « { $name }… »
}
render-dropped-image = { $count ->
    [one] image « { $name } » introuvable ou illisible (seuls JPEG et PNG sont repris)
   *[other] image « { $name } » introuvable ou illisible, { $count } fois (seuls JPEG et PNG sont repris)
}
render-dropped-glyph = { $count ->
    [one] 1 caractère { $name } absent des polices, remplacé par un carré
   *[other] { $count } caractères { $name } absents des polices, remplacés par un carré
}

render-dropped-shortened = { $count ->
    [one] texte trop long pour sa place, raccourci : « { $name }… »
   *[other] texte trop long pour sa place, raccourci { $count } fois : « { $name }… »
}

# Why a document could not be made.
render-error-body-format = Le courrier est un fichier { $format } : seul le HTML est lu. Enregistrez-le en HTML ou joignez-le en PDF.
render-error-body-too-large = Le courrier dépasse { $limit } octets. Réduisez les images qu’il contient ou joignez-les à part.
render-error-text-too-long = Le texte du courrier dépasse { $limit } caractères. Joignez-le en PDF.
render-error-too-many-elements = Le courrier contient plus de { $limit } éléments HTML. Simplifiez sa mise en forme ou joignez-le en PDF.
render-error-too-many-attributes = Un élément HTML du courrier porte plus de { $limit } attributs. Simplifiez sa mise en forme ou joignez-le en PDF.
render-error-nested-too-deep = Les éléments HTML du courrier s’imbriquent sur plus de { $limit } niveaux. Simplifiez sa mise en forme ou joignez-le en PDF.
render-error-too-many-pages = Le courrier dépasserait { $limit } pages. Joignez-le en PDF.
render-error-paper-too-long = « { $title } » compterait plus de { $limit } pages. Pour un extrait, avancez la date « Recherche disponible à partir du » du compte ; sinon, transmettez le cas à l’assistance.
render-error-table-too-wide = Un tableau de { $columns } colonnes est trop large pour la page, même en petits caractères. Partagez-le en tableaux de moins de colonnes, ou joignez-le en PDF.
render-error-image-too-large = L’image « { $name } » de { $width } × { $height } pixels est trop grande : les images d’un courrier ont ensemble { $limit } millions de pixels au plus. Réduisez-la puis publiez de nouveau.
render-error-engine = Le PDF n’a pas pu être écrit ({ $reason }). Transmettez ce message à l’assistance.
