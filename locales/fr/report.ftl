# The run report, the console and the transfer log’s own warning.

report-subject = { $result } ({ $target })
report-headline-done =
    { $count ->
        [0] Publication réussie : aucun document nouveau
        [one] Publication réussie : { $shown } document publié
       *[other] Publication réussie : { $shown } documents publiés
    }
report-headline-removals =
    { $count ->
        [one] Publication réussie : { $shown } retrait
       *[other] Publication réussie : { $shown } retraits
    }
report-headline-partial =
    { $count ->
        [one] Publication partielle : { $shown } élément à corriger
       *[other] Publication partielle : { $shown } éléments à corriger
    }
report-headline-held = Publication retenue : rien n’est parti, votre accord est attendu
report-headline-held-but-removals =
    { $count ->
        [one] Publication retenue : { $shown } retrait demandé par une personne est parti, votre accord est attendu pour le reste
       *[other] Publication retenue : { $shown } retraits demandés par une personne sont partis, votre accord est attendu pour le reste
    }
report-headline-stopped = Publication arrêtée avant la fin
report-headline-failed = Publication en échec : { $cause }

report-place = Agence { $agency }, serveur « { $target } »
report-place-nameless = Serveur « { $target } »
report-when = Le { $moment }, en { $duration }
report-files =
    { $count ->
        [0] Aucun fichier envoyé
        [one] { $shown } fichier envoyé ({ $size })
       *[other] { $shown } fichiers envoyés ({ $size })
    }
report-rendered =
    { $count ->
        [one] dont { $shown } courrier mis en page en PDF
       *[other] dont { $shown } courriers mis en page en PDF
    }
report-resumed =
    { $count ->
        [one] { $shown } envoi interrompu a repris où il s’était arrêté
       *[other] { $shown } envois interrompus ont repris où ils s’étaient arrêtés
    }
report-adoption = Comparaison avec le serveur : { $there } fichiers y sont déjà, { $other } y ont une autre taille, { $missing } y manquent
report-title-audiences = Lecteurs
report-nobody-reads =
    { $count ->
        [one] { $shown } document que personne ne lit. Agence : vérifiez les droits du classeur et le destinataire
       *[other] { $shown } documents que personne ne lit. Agence : vérifiez les droits du classeur et le destinataire
    }
report-scope-building = immeuble
report-scope-entity = entité
report-readers =
    { $count ->
        [one] { $record }, portée { $scope } : { $shown } lecteur
       *[other] { $record }, portée { $scope } : { $shown } lecteurs
    }
report-widened =
    { $count ->
        [one] { $shown } document devient visible par davantage de personnes
       *[other] { $shown } documents deviennent visibles par davantage de personnes
    }
report-nothing-lost = Rien n’est perdu : ce qui n’est pas confirmé repartira à la prochaine publication.

report-title-to-do = À FAIRE
report-title-sections = EN DÉTAIL
report-title-prepared = PRÉPARÉ, RIEN N’EST CONFIRMÉ
report-title-left-out = ÉCARTÉ, À VÉRIFIER
report-title-waiting = EN ATTENTE
report-title-withdrawn = RETIRÉ DU SITE
report-title-warnings = AVERTISSEMENTS
report-title-next = PROCHAINES PUBLICATIONS

report-confirm = Pour accepter cette publication : publier publish --confirm { $digest }
report-server-says = Réponse reçue : { $words }
report-more =
    { $count ->
        [one] et { $shown } autre
       *[other] et { $shown } autres
    }
report-record = - { $kind } { $id }
report-record-labelled = - { $kind } { $id } : { $label }
report-counted =
    { $count ->
        [one] - { $shown } élément : { $reason }
       *[other] - { $shown } éléments : { $reason }
    }

report-kind-account = Compte
report-kind-party = Identité
report-kind-building = Immeuble
report-kind-unit = Lot
report-kind-binder = Classeur
report-kind-event = Événement
report-kind-attachment = Pièce jointe
report-kind-photo = Photo
report-kind-voucher = Pièce comptable
report-kind-expense = Dépense
report-kind-works-fund = Fonds de travaux
report-kind-co-owner-list = Liste des copropriétaires
report-kind-entity = Entité
report-kind-staff-member = Collaborateur
report-kind-supplier = Fournisseur
report-kind-holding = Détention
report-kind-lease = Bail
report-kind-co-owner-record = Fiche copropriétaire
report-kind-ownership-transfer = Mutation
report-kind-fiscal-year = Exercice
report-kind-allocation-key = Clé de répartition
report-kind-event-template = Modèle d’événement
report-kind-case-file = Dossier
report-kind-access = Accès de l’identité

report-section = - { $section } : { $published } sur { $known }
report-section-unchanged = { $shown } déjà en ligne
report-section-held = { $shown } en attente
report-section-refused =
    { $count ->
        [one] { $shown } écarté
       *[other] { $shown } écartés
    }
report-section-not-asked = { $shown } à ne pas publier
report-section-entities = Entités
report-section-staff = Collaborateurs
report-section-suppliers = Fournisseurs
report-section-parties = Identités
report-section-buildings = Immeubles
report-section-holdings = Propriétés de lots
report-section-leases = Baux
report-section-accounts = Comptes
report-section-binders = Classeurs
report-section-expenses = Dépenses
report-section-works-funds = Fonds de travaux
report-section-documents = Documents

report-mode-full = complète
report-mode-changes = nouveautés
report-mode-removals = retraits seuls
report-reference-run = Pour l’assistance : exécution { $run }
report-reference-publication = { $run }, publication { $publication }, n° { $sequence } ({ $mode })

report-cause-other = Une erreur inattendue a arrêté la publication.
report-cause-usage = La commande n’a pas été comprise.
report-cause-configuration = Un réglage manque ou n’est pas valable.
report-cause-database = La base de données ne peut pas être lue.
report-cause-connection = Le serveur n’est pas joignable.
report-cause-unconfirmed = L’extranet n’a pas confirmé ce qui a été envoyé.
report-cause-already-running = Une autre publication est en cours.
report-cause-interrupted = La publication a été arrêtée.
report-cause-done = La publication est terminée.
report-cause-partial = La publication est incomplète.
report-cause-held = La publication est retenue.
report-remedy-other = Éditeur : transmettez ce compte-rendu à l’assistance si cela se répète.
report-remedy-usage = Administrateur : consultez publier help.
report-remedy-configuration = Administrateur : corrigez agent.toml ; publier config check nomme la ligne.
report-remedy-database = Administrateur : vérifiez le chemin et l’état de la base ; publier check dit ce qui manque.
report-remedy-connection = Administrateur : vérifiez l’adresse du serveur et la connexion à Internet.
report-remedy-already-running = Agence : rien à faire, attendez la fin de la publication en cours.
report-remedy-interrupted = Agence : rien à faire, la prochaine exécution reprend.
report-remedy-done = Agence : rien à faire.
report-remedy-partial = Agence : corrigez ce que le compte-rendu nomme.
report-remedy-held = Agence : lisez le compte-rendu, puis acceptez la publication.

report-warning-log = Le journal des transferts n’a pas pu être écrit ({ $place } : { $words }). Les envois ne sont pas touchés.

report-console-files = { $done } / { $total } fichiers
report-console-bytes = { $done } / { $total }
report-console-failed = { $shown } en échec
report-console-left = reste { $duration }
