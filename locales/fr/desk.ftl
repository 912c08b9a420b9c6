# What people do at their desk: accounts, credentials, events, binders, co-owner lists, options, schedule, why.

## Help of the commands

help-schedule = Jours et heures de publication
help-schedule-show = Montre les jours et heures, et si le service est actif
help-schedule-set = Fixe les jours et heures (à la place de ceux en place), ou active le service
help-schedule-set-slots = Jours et heures : lun-ven=12:30,18:00 sam=09:00 ; « aucun » les efface tous
help-schedule-set-on = Active le service
help-schedule-set-off = Arrête le service
help-accounts = Comptes publiés : liste, coche, décoche
help-accounts-list = Liste les comptes
help-accounts-mark = Coche « Service client » : le compte est publié, et son tiers reçoit ses accès s’il n’en a pas
help-accounts-statements = Archive l’extrait de compte en PDF, un événement par compte publié : la prochaine publication l’envoie
help-accounts-unmark = Décoche « Service client » : le compte et ses documents sont retirés à la publication suivante
help-accounts-unmark-yes = Ne demande pas de confirmation
help-any-ids = Numéros des fiches (aucun : toutes celles que les autres filtres gardent)
help-any-entity = Code de l’entité
help-any-role = Rôle : landlord, tenant, co-owner ou other (bailleur, locataire, copropriétaire, autre)
help-any-number = Début du numéro de compte, ou motif avec * et ? (entre guillemets)
help-any-building = Code de l’immeuble
help-any-published = Seulement ce qui est publié
help-any-unpublished = Seulement ce qui ne l’est pas
help-any-dry-run = Montre ce qui serait fait, sans rien écrire
help-credentials = Codes d’accès et mots de passe temporaires
help-credentials-missing = Liste les tiers publiés qui n’ont pas de code d’accès ou de mot de passe
help-credentials-assign = Attribue ce qui manque ; un mot de passe n’est jamais affiché
help-credentials-assign-parties = Codes des tiers (aucun : tous ceux à qui il manque quelque chose)
help-credentials-assign-reissue = Attribue un nouveau mot de passe temporaire aux tiers nommés
help-credentials-letters = Écrit une lettre par tiers avec son code d’accès et son mot de passe temporaire, à remettre en main propre ou par la poste
help-credentials-letters-parties = Codes des tiers (aucun : tous ceux qui ont un compte publié et des accès)
help-credentials-letters-out = Dossier des lettres (par défaut : « lettres » dans le dossier de données)
help-events = Événements : liste, publie, dépublie
help-events-list = Liste les événements
help-events-publish = Publie en date du jour : la prochaine publication les envoie
help-events-publish-again = Republie aussi ceux qui sont déjà à la date du jour
help-events-unpublish-now = Retire aussitôt du site ce qui est visible, et dit qui a pu le voir depuis quand
help-events-unpublish = Dépublie (00/00/00) : la prochaine publication les retire
help-any-template = Code du modèle d’événement
help-any-from = À partir de cette date (AAAA-MM-JJ)
help-any-to = Jusqu’à cette date (AAAA-MM-JJ)
help-any-account = Numéro du compte, ou ENTITÉ/NUMÉRO
help-binders = Classeurs : liste, création, nom, droits
help-binders-list = Liste les classeurs et leurs droits
help-binders-create = Crée des classeurs, sans aucun droit coché
help-binders-create-module = Module : rental (gérance) ou condo (syndic)
help-binders-create-parent = Code du classeur qui les contient
help-any-binders = Code et nom de chaque classeur : DEVIS="Devis et travaux"
help-binders-rename = Renomme des classeurs : leurs documents ne bougent pas
help-binders-rights = Change les droits de classeurs
help-binders-rights-codes = Codes des classeurs
help-binders-rights-set = Exactement ces cases : landlord, tenant, co-owner, member, president (séparées par des virgules)
help-binders-rights-none = Aucune case
help-binders-rights-tick = Coche aussi ces cases
help-binders-rights-untick = Décoche ces cases
help-co-owners = Liste des copropriétaires
help-co-owners-list = Montre la liste telle qu’elle serait imprimée aujourd’hui
help-co-owners-list-buildings = Codes des immeubles (aucun : tous ceux qui ont des copropriétaires)
help-co-owners-generate = Génère la liste en PDF pour le conseil syndical : la prochaine publication l’envoie
help-co-owners-generate-buildings = Codes des immeubles (aucun : tous ceux qui ont des copropriétaires)
help-co-owners-generate-initials = Initiales imprimées sur la liste (par défaut : celles du service)
help-render = Écrit un document de l’agent dans un fichier, pour le voir avant l’envoi
help-render-co-owners = La liste des copropriétaires d’un immeuble
help-render-statement = L’extrait d’un compte
help-render-expenses = La liste des dépenses d’un immeuble et d’un exercice
help-render-works-fund = Les fonds de travaux d’un copropriétaire
help-render-letter = La lettre d’accès d’un tiers, mot de passe masqué
help-render-expenses-year = Libellé de l’exercice, ou une partie qui suffit : 2015
help-render-works-fund-holder = Numéro de la fiche copropriétaire, ou code du tiers s’il n’en a qu’une
help-render-letter-party = Code ou numéro du tiers
help-any-out = Fichier à écrire
help-options = Options de l’extranet : liste, réglage
help-options-list = Liste les options avec leur valeur, leur défaut et leur règle
help-options-set = Règle des options : toutes, ou aucune si une valeur est incorrecte
help-options-set-options = Nom et valeur : send_102=oui full_index_weekday=dimanche
help-why = Pourquoi un document, un compte ou un tiers est sur le site, ou n’y est pas
help-why-document = Un document : numéro de l’événement, photo:5, ou identifiant du document
help-why-account = Un compte : son numéro, ou ENTITÉ/NUMÉRO
help-why-party = Un tiers : son code
help-any-id = Ce dont on demande la raison

## Results

desk-row-done = Fait : { $what }
desk-row-to-do = À faire : { $what }
desk-row-already = Déjà fait : { $what }
desk-row-refused = Refusé : { $what } : { $why }
desk-nothing-to-withdraw = Serveur « { $target } » : rien n’y est visible de cette sélection, rien n’a été envoyé.
desk-exposure-none = Rien de cette sélection n’était visible sur le site.
desk-exposure =
    { $count ->
        [one] Événement { $id } ({ $title }) : un document visible depuis le { $since }
       *[other] Événement { $id } ({ $title }) : { $count } documents visibles depuis le { $since }
    }
desk-exposure-server = Serveur « { $target } »
desk-exposure-rule = Portée { $scope } { $concerns }, classeur { $binder } ({ $code }) ouvert à : { $rights }
desk-exposure-readers =
    { $count ->
        [0] Personne n’a pu le voir.
        [one] Un tiers a pu le voir :
       *[other] { $count } tiers ont pu le voir :
    }
desk-summary = Faits : { $done }. Déjà faits : { $already }. Refusés : { $refused }.
desk-summary-dry = Essai, rien n’a été écrit. À faire : { $done }. Déjà faits : { $already }. Refusés : { $refused }.
desk-summary-nothing = Rien ne correspond à cette sélection.
desk-unknown-year = Aucun exercice ouvert avec des dépenses ne porte ce libellé : « { $named } ».
desk-unknown-record = Aucune fiche de cet immeuble ayant des fonds ne correspond à « { $named } », ou plusieurs.
desk-given-twice = « { $name } » est donné deux fois : rien n’a été fait. Donnez-le une seule fois.
desk-letters-folder = Lettres d’accès dans { $folder } : elles portent des mots de passe. Remettez-les, puis effacez-les.
desk-kind-account = compte { $id }
desk-kind-party = tiers { $id }
desk-kind-building = immeuble { $id }
desk-kind-event = événement { $id }
desk-kind-binder = classeur { $id }
desk-kind-option = option { $id }
desk-service-on = service actif
desk-service-off = service arrêté
desk-slot-on = créneau { $day } { $time } au calendrier
desk-slot-off = créneau { $day } { $time } retiré du calendrier
desk-yes = oui
desk-no = non
desk-none = aucun

## What staff should know of a row

desk-notice-not-validated = Ce compte n’est pas encore validé : validez-le avant la prochaine publication.
desk-notice-login-given = Code d’accès attribué : { $login }.
desk-notice-password-given = Mot de passe temporaire attribué (émission { $issue }) : il part à la prochaine publication.
desk-notice-no-login = Ce nom ne donne pas de code d’accès : saisissez-en un sur la fiche du tiers.
desk-notice-documents-leave =
    { $count ->
        [one] Un document de ce compte sera retiré à la publication suivante.
       *[other] { $count } documents de ce compte seront retirés à la publication suivante.
    }
desk-notice-access-leaves = C’était le dernier compte publié de ce tiers : il ne pourra plus se connecter.
desk-notice-rights-hole = Une case est cochée sans toutes celles à sa droite : des membres du conseil verraient moins que les copropriétaires.
desk-notice-nobody-reads = Personne ne verra ce document : aucun tiers publié n’a le droit de lire ce classeur à cet endroit.
desk-notice-readers =
    { $count ->
        [one] Un tiers le verra.
       *[other] { $count } tiers le verront.
    }
desk-notice-stays-expired = Sa durée de publication est passée : il reste retiré.
desk-notice-waits-for-processing = Son modèle fixe une durée, et il n’a pas de date de traitement : il attend.
desk-notice-not-shown = Ce que le PDF ne montre pas : { $what }.
desk-notice-expense-rights = La liste des dépenses prend les droits de ce classeur.

## Before unmarking (D24)

desk-unmark-boxes =
    { $count ->
        [0] Aucun compte à décocher.
        [one] Un compte va être décoché.
       *[other] { $count } comptes vont être décochés.
    }
desk-unmark-documents =
    { $count ->
        [0] Aucun document publié pour { $accounts ->
            [one] lui seul
           *[other] eux seuls
        } ne sera retiré.
        [one] Un document publié pour { $accounts ->
            [one] lui
           *[other] eux
        } sera retiré lors de la publication suivante.
       *[other] { $count } documents publiés pour { $accounts ->
            [one] lui
           *[other] eux
        } seront retirés lors de la publication suivante.
    }
desk-unmark-ask = Continuer ? [o/N]
desk-unmark-yes = Rien n’a été fait : pour confirmer, ajoutez --yes.

## Refusals of a whole request

desk-no-selection = Dites lesquels : des numéros, ou au moins un filtre. Rien n’a été fait. Voir « --help ».
desk-no-rights = Dites quelles cases : --set, --tick, --untick ou --none. Rien n’a été fait.
desk-no-schedule = Dites quels jours et heures (lun-ven=12:30,18:00), ou --on, ou --off. Rien n’a été fait.
desk-unknown-entity = Aucune entité n’a le code « { $named } ».
desk-unknown-building = Aucun immeuble n’a le code « { $named } ».
desk-unknown-template = Aucun modèle d’événement n’a le code « { $named } ».
desk-unknown-account = Aucun compte n’a le numéro « { $named } ».
desk-shared-number = Plusieurs entités ont un compte de numéro « { $named } » : écrivez aussi le code de l’entité.
desk-unknown-party = Aucun tiers n’a le code « { $named } ».
desk-unknown-document = Aucun document ne s’appelle « { $named } » : donnez le numéro de l’événement, photo:5, ou l’identifiant du document.
desk-unknown-option = Aucune option ne s’appelle « { $named } ». Rien n’a été fait.
desk-bad-value = « { $named } » n’est pas une valeur possible. Rien n’a été fait.
desk-bad-slot = « { $named } » n’est pas un créneau. Rien n’a été fait.
desk-nearest = Vouliez-vous dire « { $nearest } » ?
desk-expected = Attendu : { $nearest }
desk-busy = La base de données de l’agence est restée verrouillée par un autre programme : rien n’a été modifié. Agence : réessayez dans un instant.
desk-unwritable = Cette base de données n’accepte pas d’écriture à cet endroit : { $function } n’est pas possible depuis l’agent, et rien n’a été modifié. Agence : faites-le dans le logiciel ; administrateur : rendez la vue modifiable si l’agent doit le faire.
desk-read-only = Le fichier de la base de données de l’agence est en lecture seule pour l’agent : { $function } n’est pas possible, et rien n’a été modifié. Administrateur : donnez au compte qui exécute l’agent le droit d’écrire dans ce fichier et dans son dossier.
desk-function-accounts = cocher ou décocher des comptes
desk-function-credentials = attribuer des codes d’accès et des mots de passe
desk-function-events = publier ou dépublier des événements
desk-function-binders = créer, renommer ou changer des classeurs
desk-function-options = régler les options
desk-function-schedule = fixer les jours et heures
desk-function-co-owner-lists = archiver les listes des copropriétaires
desk-function-statements = archiver les extraits de compte

## Lists

desk-head-id = Nº
desk-head-entity = Entité
desk-head-number = Compte
desk-head-label = Libellé
desk-head-role = Rôle
desk-head-party = Tiers
desk-head-ticked = Coché
desk-head-state = Prochaine publication
desk-head-name = Nom
desk-head-no-login = Sans code d’accès
desk-head-no-password = Sans mot de passe
desk-head-template = Modèle
desk-head-date = Date
desk-head-published = Publié le
desk-head-subject = Objet
desk-head-code = Code
desk-head-module = Module
desk-head-parent = Dans
desk-head-rights = Droits
desk-head-remarks = Remarques
desk-head-option = Option
desk-head-value = Valeur
desk-head-default = Défaut
desk-head-rule = Règle
desk-head-identity = Identité
desk-head-units = Lots concernés
desk-head-working-capital = Fonds de roulement
desk-head-works-fund = Fonds travaux
desk-head-council-member = Membre CS
desk-head-council-president = Président CS
desk-head-resident = Résidant
desk-co-owners-head = Liste des copropriétaires : { $building } { $address }
desk-account-not-asked = non demandé
desk-account-refused = refusé
desk-account-published = publié
desk-account-inactive = désactivé
desk-role-landlord = bailleur
desk-role-tenant = locataire
desk-role-co-owner = copropriétaire
desk-role-other = autre
desk-module-rental = gérance
desk-module-condo = syndic
desk-right-landlord = propriétaire bailleur
desk-right-tenant = locataire
desk-right-co-owner = copropriétaire
desk-right-council-member = membre du conseil syndical
desk-right-council-president = président du conseil syndical
desk-binder-locked = nom fixe
desk-binder-site = alimenté sur le site
desk-binder-hole = droits avec un trou
desk-day-1 = lundi
desk-day-2 = mardi
desk-day-3 = mercredi
desk-day-4 = jeudi
desk-day-5 = vendredi
desk-day-6 = samedi
desk-day-7 = dimanche
desk-schedule-on = Le service { $service } est actif. Jours et heures (Europe/Paris) :
desk-schedule-off = Le service { $service } n’est pas actif : rien ne part de lui-même. Jours et heures (Europe/Paris) :
desk-schedule-empty = Aucun jour ni heure n’est coché.

## Options

desk-option-group-bank-landlord = Regrouper les écritures de trésorerie (Propriétaire)
desk-option-group-bank-tenant = Regrouper les écritures de trésorerie (Locataire)
desk-option-group-bank-co-owner = Regrouper les écritures de trésorerie (Copropriétaire)
desk-option-group-by-tenant = Ne pas regrouper les règlements de deux locataires du même jour
desk-option-exclude-not-remitted = Exclure les analytiques non reversés aux propriétaires
desk-option-use-attachment-names = Utiliser le nom des pièces jointes
desk-option-attachment-title = Titre des pièces jointes, à défaut : neutral, number ou subject
desk-option-withhold-bank-details = Ne pas envoyer les coordonnées bancaires des copropriétés
desk-option-send-expenses = Envoyer la liste des dépenses
desk-option-send-102 = Envoyer les comptes 102xxx dans les fonds travaux
desk-option-inactivate-on-notice = Inactiver les locataires à l’enregistrement du préavis
desk-option-inactivate-on-move-out = Inactiver les locataires à l’enregistrement du départ
desk-option-inactivate-sellers = Inactiver les vendeurs à l’enregistrement d’une mutation
desk-option-resend-on-change = Renvoyer un document dont le contenu change
desk-option-normalize-rights = Compléter les droits des classeurs vers la droite
desk-option-write-run-log = Activer log (réservé à l’assistance)
desk-option-write-winscp-xml = Log WinScp en XML (réservé à l’assistance)
desk-option-co-owner-list-number = Numéro de la liste des copropriétaires sur l’immeuble
desk-option-co-owner-list-template-id = Modèle d’événement qui archive la liste des copropriétaires
desk-option-condo-statement-template-id = Modèle d’événement des extraits de compte (Syndic)
desk-option-rental-statement-template-id = Modèle d’événement des extraits de compte (Gérance)
desk-option-list-initials = Initiales imprimées sur les listes refaites par l’agent
desk-option-expense-roots = Racines des comptes de dépenses
desk-option-works-fund-roots = Racines des fonds de travaux
desk-option-voted-works-roots = Racines des provisions pour travaux décidés
desk-option-working-capital-roots = Racines des avances (fonds de roulement)
desk-option-full-index-weekday = Jour de l’inventaire complet hebdomadaire
desk-option-landlord-sees-tenant-accounts = Vue du propriétaire sur les comptes de ses locataires (option du site)
desk-option-landlord-sees-tenant-documents = Vue du propriétaire sur les documents de ses locataires (option du site)

## Why

desk-why-document = { $record } : { $title }
desk-why-rules = Règles : { $rules }
desk-why-placed = Classeur { $binder } ({ $code }), portée { $scope } { $concerns }, document du { $date }
desk-why-until = Visible jusqu’au { $until }
desk-why-readers =
    { $count ->
        [0] Personne ne le voit : aucun tiers publié n’a le droit de lire ce classeur à cet endroit.
        [one] Un tiers le voit :
       *[other] { $count } tiers le voient :
    }
desk-why-reader-waits = (sans identifiant : son accès reste à attribuer)
desk-why-published = Il est publié, ou le sera à la prochaine publication.
desk-why-not-asked = Il n’a pas de date de publication (00/00/00) : personne n’a demandé sa publication, ou il a été dépublié.
desk-why-over = Sa durée de publication est passée.
desk-why-waits = Il attend. { $why }
desk-why-refused = Il est refusé. { $why }
desk-why-gone = Il n’existe plus dans la base de l’agence : il est retiré du site.
desk-why-voucher-placed = Classeur { $binder } ({ $code }), immeuble { $concerns }
desk-why-voucher = Pièce comptable : elle suit sa ligne de dépense.
desk-why-superseded = L’événement { $event } l’annule et le remplace.
desk-why-left-out = La dernière publication l’a laissé de côté ({ $record }) : { $why }
desk-why-never = Il n’a jamais été publié.
desk-why-live = En ligne depuis le { $since } ({ $id })
desk-why-removed = Retiré du site ({ $id })
desk-why-account = Compte { $number } ({ $entity }), { $label }, { $role }
desk-why-account-published = Il est publié, ou le sera à la prochaine publication.
desk-why-account-not-asked = « Service client » n’est pas coché : il n’est pas publié.
desk-why-account-refused = Il est coché et ne peut pas être publié.
desk-why-account-inactive = Il est coché, et une option le désactive.
desk-why-account-live = Il est en ligne.
desk-why-account-not-live = Il n’est pas en ligne.
desk-why-account-documents =
    { $count ->
        [0] Aucun document n’est en ligne pour lui seul.
        [one] Un document est en ligne pour lui seul.
       *[other] { $count } documents sont en ligne pour lui seul.
    }
desk-why-party-of = Tiers : { $party }
desk-why-no-party = Il n’est lié à aucun tiers.
desk-why-party = Tiers { $code }, { $name }
desk-why-allowed = Il peut se connecter : au moins un de ses comptes est publié.
desk-why-allowed-later = Au moins un de ses comptes est publié ; il pourra se connecter quand il aura un code d’accès.
desk-why-not-allowed = Il ne peut pas se connecter : aucun de ses comptes n’est publié.
desk-why-status = Immeuble { $building } : { $status }
desk-why-its-account = Compte { $number } ({ $entity }) : { $verdict }
desk-why-lacks-login = Il n’a pas de code d’accès : voir « publier credentials assign ».
desk-why-lacks-password = Il lui manque un mot de passe temporaire (jamais donné, ou à renouveler après un retrait) : voir « publier credentials assign ».
desk-why-password-due = Son mot de passe temporaire (émission { $issue }) part à la prochaine publication.
desk-why-password-sent = Son mot de passe temporaire (émission { $issue }) est parti.
desk-why-target = Serveur « { $target } » (dernière publication confirmée : { $at })
desk-why-target-never = Serveur « { $target } » (aucune publication n’y a encore été confirmée)
desk-why-no-run = Aucune publication n’a encore eu lieu.
desk-why-run = Dernier passage : { $at }, { $outcome }
desk-why-confirmed = Dernière publication confirmée : { $at }
desk-run-done = terminé
desk-run-partial = terminé, avec des refus
desk-run-held = retenu, attend une personne
desk-run-failed = échoué
desk-run-running = en cours
desk-run-interrupted = interrompu
desk-scope-account = compte
desk-scope-unit = lot
desk-scope-building = immeuble
desk-scope-entity = entité
desk-space-rental = Espace gérance
desk-space-condo = Espace syndic
desk-record-event = événement { $id }
desk-record-attachment = pièce jointe { $id }
desk-record-photo = photo { $id }
desk-record-voucher = pièce comptable { $id }
