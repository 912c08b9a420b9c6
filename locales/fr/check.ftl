# The verification tool: what it finds, on what, and what to do; the server and the décret 2019-502.

check-nothing = Rien à signaler.
check-total = Vérification : { $counts }
check-module = { $module } : { $counts }
check-level-error = Erreur
check-level-warning = Avertissement
check-level-advice = Conseil
check-yes = oui
check-no = non
check-schema-table = Table absente.
check-schema-column = Colonne absente.
check-schema-type = Colonne d’un autre type (trouvé ≠ attendu) :
check-trust-none = rien ne la prouve
check-trust-system = autorités du système
check-trust-authorities = autorités du fichier « ca_file »
check-trust-pinned = empreinte inscrite dans agent.toml
check-trust-known-hosts = fichier known_hosts
check-server-head = Serveur { $target } ({ $session })
check-server-protocol = Protocole : { $value }
check-server-encrypted = Chiffré : { $value }
check-server-trust = Identité reconnue par : { $value }
check-server-fingerprint = Empreinte présentée : { $value }
check-server-setting = Pour la fixer dans agent.toml : { $value }
check-server-deposit = Dossier de dépôt : { $value }
check-server-takes-files = Fichier d’essai écrit, renommé et supprimé : { $value }
check-server-size = Taille confirmée par : { $value }
check-server-resume = Reprend un fichier interrompu par : { $value }
check-server-times = Donne sa date à un fichier par : { $value }
check-server-hash = Calcule le SHA-256 d’un fichier par : { $value }
check-elan-head = { $building }
check-elan-site = site
check-count-error =
    { $count ->
        [one] { $count } erreur
       *[other] { $count } erreurs
    }
check-count-warning =
    { $count ->
        [one] { $count } avertissement
       *[other] { $count } avertissements
    }
check-count-advice =
    { $count ->
        [one] { $count } conseil
       *[other] { $count } conseils
    }
check-others =
    { $count ->
        [one] et { $count } autre
       *[other] et { $count } autres
    }
check-more =
    { $count ->
        [one] Et { $count } autre : --json les donne tous.
       *[other] Et { $count } autres : --json les donne tous.
    }
check-elan-total =
    { $count ->
        [one] Décret 2019-502 : { $count } document manque ou n’est pas visible de ceux qu’il concerne. Les trois « à vérifier sur le site » n’y sont pas comptés.
       *[other] Décret 2019-502 : { $count } documents manquent ou ne sont pas visibles de ceux qu’ils concernent. Les trois « à vérifier sur le site » n’y sont pas comptés.
    }

## Modules.

check-module-configuration = Configuration
check-module-database = Base de données
check-module-accounts = Comptes
check-module-binders = Classeurs
check-module-events = Événements
check-module-documents = Fichiers et photos
check-module-parties = Identités
check-module-expenses = Dépenses
check-module-works-funds = Fonds de travaux
check-module-co-owner-lists = Listes des copropriétaires
check-module-schedule = Calendrier
check-module-service = Service système
check-module-server = Serveurs

## What a finding names.

check-kind-setting = réglage
check-kind-file = fichier
check-kind-table = table
check-kind-row = ligne
check-kind-agency = agence
check-kind-entity = entité
check-kind-building = immeuble
check-kind-account = compte
check-kind-party = identité
check-kind-binder = classeur
check-kind-template = modèle
check-kind-event = événement
check-kind-attachment = pièce jointe
check-kind-photo = photo
check-kind-voucher = pièce comptable
check-kind-expense-line = dépense
check-kind-record = fiche copropriétaire
check-kind-slot = créneau
check-kind-service = service
check-kind-target = serveur
check-kind-remote-file = fichier distant

## Functions that a view can make unavailable.

check-function-report = le compte-rendu dans les messages
check-function-accounts = la publication des comptes
check-function-credentials = les codes accès et mots de passe
check-function-events = la publication des événements
check-function-binders = les classeurs
check-function-options = les options
check-function-schedule = le calendrier
check-function-co-owner-lists = les listes des copropriétaires
check-function-listings = les dates des annonces

## The décret 2019-502.

check-elan-online = en ligne
check-elan-ready = prochaine publication
check-elan-incomplete = incomplet
check-elan-closed = classeur fermé
check-elan-missing = manque
check-elan-on-the-site = à vérifier sur le site
check-legal-bylaws = Règlement de copropriété
check-legal-division-statement = État descriptif de division
check-legal-summary-sheet = Fiche synthétique
check-legal-maintenance-log = Carnet d’entretien
check-legal-diagnostic = Diagnostics en cours de validité
check-legal-insurance-contract = Contrats d’assurance en cours
check-legal-service-contract = Autres contrats et marchés en cours
check-legal-syndic-contract = Contrat de syndic
check-legal-meeting-minutes = Procès-verbaux des trois dernières assemblées annuelles
check-legal-approved-quote = Devis de travaux approuvés
check-legal-approved-account = Compte individuel après approbation
check-legal-paid-charges = Charges payées sur deux ans
check-legal-works-fund-share = Part du fonds de travaux
check-legal-fund-call = Appels de fonds sur trois ans
check-legal-trial-balance = Balances générales
check-legal-charges-statement = Relevé général des charges et produits
check-legal-bank-statement = Relevés bancaires
check-legal-writ-or-judgment = Assignations et décisions de justice
check-legal-co-owner-list = Liste des copropriétaires
check-legal-professional-card = Carte professionnelle
check-legal-liability-insurance = Responsabilité civile professionnelle
check-legal-financial-guarantee = Garantie financière

## Findings.

check-config-missing = Il n’y a pas de fichier de configuration.
check-config-missing-remedy = Administrateur : copiez agent.toml.example en agent.toml et complétez-le, ou donnez le fichier avec --config.
check-config-unreadable = Le fichier de configuration ne peut pas être lu : { $words }.
check-config-unreadable-remedy = Administrateur : donnez au compte qui exécute l’agent le droit de le lire.
check-config-invalid = { $problem }
check-config-invalid-remedy = { $remedy }
check-data-folder-unwritable = Le dossier de l’agent ne peut pas être écrit : { $words }.
check-data-folder-unwritable-remedy = Administrateur : donnez au compte qui exécute l’agent le droit d’y écrire, ou changez « data.dir ».
check-data-folder-open = Le dossier de l’agent est ouvert à d’autres comptes de la machine : il contient ce qui part vers les clients.
check-data-folder-open-remedy = Administrateur : réservez-le au compte de l’agent (droits 0700).
check-ledger-unusable = Le registre de l’agent ne peut pas être utilisé : { $words }.
check-ledger-unusable-remedy = Administrateur : vérifiez ce fichier et ses droits, rétablissez-le d’une sauvegarde, ou installez de nouveau la version de l’agent qui l’a écrit.
check-ledger-newer = une version plus récente de l’agent l’a écrit
check-ledger-foreign = c’est le fichier d’un autre programme
check-ledger-network = il est sur un disque du réseau, où il peut s’abîmer
check-plain-ftp = Les fichiers voyagent en clair (FTP sans chiffrement), et les mots de passe temporaires ne partent pas.
check-plain-ftp-remedy = Administrateur : passez à FTPS ou SFTP.
check-clock-back = L’heure de la machine est antérieure à la dernière publication confirmée (le { $date }) : la prochaine serait retenue.
check-clock-back-remedy = Administrateur : mettez la machine à l’heure.
check-clock-forward = La dernière publication confirmée date du { $date }, il y a plus de 45 jours : la prochaine serait retenue.
check-clock-forward-remedy = Agence : si l’agent est resté arrêté, acceptez la prochaine publication. Administrateur : sinon, vérifiez l’heure de la machine.
check-no-licence = La licence de l’extranet n’est pas valide : rien n’est envoyé.
check-no-licence-remedy = Agence : validez la licence dans l’administration du logiciel.
check-bad-domain = Le nom de domaine de l’extranet est absent ou incorrect (« { $domain } ») : rien n’est envoyé.
check-bad-domain-remedy = Agence : saisissez celui donné à Crypto (lettres minuscules, chiffres et traits d’union).
check-database-missing = La base de données de l’agence est introuvable.
check-database-missing-remedy = Administrateur : corrigez « agency.database » dans agent.toml, ou rendez ce fichier accessible.
check-database-unreadable = La base de données de l’agence ne peut pas être lue jusqu’au bout : { $words }.
check-database-unreadable-remedy = Administrateur : vérifiez le fichier et les droits du compte qui exécute l’agent ; s’il est abîmé, faites-le réparer ou rétablissez-le d’une sauvegarde.
check-database-busy = La base de données de l’agence est restée verrouillée.
check-database-busy-remedy = Administrateur : recommencez ; si cela dure, cherchez le programme qui la verrouille.
check-schema-differs = { $what } { $types }
check-schema-differs-remedy = Administrateur : mettez le logiciel à jour, ou complétez les vues ; la forme attendue est dans schemas/agency.sql.
check-row-missing = La table ne contient pas la ligne attendue.
check-row-missing-remedy = Administrateur : vérifiez que le fichier est bien celui de l’agence.
check-not-wal = La base n’est pas en mode WAL : elle est copiée avant chaque publication.
check-not-wal-remedy = Administrateur : passez-la en mode WAL (PRAGMA journal_mode = WAL).
check-no-entry-index = Aucun index ne donne les écritures d’un compte : toutes sont triées à chaque publication, qui en est plus lente.
check-no-entry-index-remedy = Administrateur : demandez à l’éditeur un index sur les colonnes account_id, entry_date, id de la table ledger_entry (schemas/agency.sql).
check-database-read-only = La base ne peut pas être écrite par ce compte ({ $words }) : elle est publiée, mais le compte-rendu n’arrive pas dans les messages et les commandes du personnel sont refusées.
check-database-read-only-remedy = Administrateur : donnez au compte qui exécute l’agent le droit d’écrire la base et son dossier.
check-function-unavailable = C’est une vue que l’agent ne peut pas écrire. Fonction indisponible : { $function }.
check-function-unavailable-remedy = Administrateur : ajoutez à la vue les déclencheurs INSTEAD OF qui lui manquent, ou mettez une table à sa place.
check-dangling-key = La ligne renvoie à une fiche de « { $parent } » qui n’existe pas.
check-dangling-key-remedy = Éditeur : rétablissez la fiche ou corrigez la ligne.
check-not-utf8 = « { $column } » n’est pas en UTF-8 : le texte est lu comme Windows-1252.
check-not-utf8-remedy = Éditeur : convertissez le texte en UTF-8.
check-illegal-character = « { $column } » contient un caractère invisible que XML interdit ; il est remplacé à l’envoi.
check-illegal-character-remedy = Agence : saisissez de nouveau ce texte.
check-bad-date = « { $column } » contient une date qui n’existe pas.
check-bad-date-remedy = Agence : corrigez la date de la fiche.
check-wrong-type = « { $column } » contient une valeur d’un autre type que celui de sa colonne.
check-wrong-type-remedy = Éditeur : corrigez la valeur ; un montant est un nombre entier de centimes.
check-no-account = Aucun compte n’est publié : la prochaine publication serait retenue.
check-no-account-remedy = Agence : cochez « Service client » sur les comptes à publier.
check-account-without-party = Le compte est coché, mais il n’est rattaché à aucune identité : il n’est pas publié.
check-account-without-party-remedy = Agence : rattachez le compte à une identité, ou décochez-le.
check-account-unreadable = Les écritures du compte ne peuvent pas être lues ou additionnées : il n’est pas publié.
check-account-unreadable-remedy = Agence : corrigez les dates et les montants que la partie « Base de données » signale.
check-record-of-another-party = Le compte est au tiers nº { $party } et sa fiche copropriétaire au tiers nº { $holder } : le premier lit ce qui est envoyé au compte.
check-record-of-another-party-remedy = Agence : vérifiez le tiers du compte et celui de la fiche.
check-not-validated = Le compte est publié, mais pas encore validé.
check-not-validated-remedy = Agence : validez-le, ou décochez sa publication.
check-stored-balance = Le solde enregistré n’est pas la somme des écritures ; c’est cette somme qui est publiée.
check-stored-balance-remedy = Agence : recalculez le solde.
check-opening-differs = Un à-nouveau n’est pas égal à la somme des écritures qui le précèdent.
check-opening-differs-remedy = Agence : vérifiez la clôture de l’exercice.
check-invalid-bank = Les coordonnées bancaires sont incorrectes ({ $what }) : elles sont envoyées vides.
check-invalid-bank-remedy = Agence : corrigez-les sur la fiche de l’immeuble, ou sur celle de l’entité.
check-shared-bank = Le compte bancaire de l’entité sert à plusieurs copropriétés : { $buildings }. Chaque syndicat doit avoir le sien (loi du 10 juillet 1965, article 18).
check-shared-bank-remedy = Agence : saisissez sur chaque immeuble le compte de son syndicat.
check-rights-hole = Un droit est coché sans tous ceux de sa droite : un membre ou le président du conseil verrait moins qu’un copropriétaire.
check-rights-hole-remedy = Agence : cochez les droits jusqu’au président, ou activez l’option qui les complète.
check-binder-without-name = Le classeur n’a pas de nom : le site affiche un classeur sans titre.
check-binder-without-name-remedy = Agence : donnez-lui un nom.
check-binder-cycle = Le classeur est contenu dans lui-même : il est envoyé à la racine.
check-binder-cycle-remedy = Agence : choisissez un autre classeur parent.
check-parent-missing = Le classeur parent n’existe pas : le classeur est envoyé à la racine.
check-parent-missing-remedy = Agence : choisissez un autre classeur parent.
check-parent-of-other-module = Le classeur parent est de l’autre module (gérance ou syndic) : le classeur est envoyé à la racine.
check-parent-of-other-module-remedy = Agence : choisissez un classeur parent du même module.
check-parent-fed-on-site = Le classeur parent est alimenté sur le site et n’est pas envoyé : le classeur est envoyé à la racine.
check-parent-fed-on-site-remedy = Agence : choisissez un autre classeur parent.
check-no-binder =
    { $count ->
        [one] Un événement demande à être publié, mais son modèle n’a pas de classeur.
       *[other] { $count } événements demandent à être publiés, mais leur modèle n’a pas de classeur.
    }
check-no-binder-remedy = Agence : choisissez un classeur dans le modèle d’événement, puis publiez de nouveau ces événements.
check-binder-linked-later =
    { $count ->
        [one] Un événement attend : son modèle a été rattaché à un classeur après coup.
       *[other] { $count } événements attendent : leur modèle a été rattaché à un classeur après coup.
    }
check-binder-linked-later-remedy = Agence : publiez en date du jour ceux qui doivent paraître.
check-binder-fed-on-site =
    { $count ->
        [one] Le classeur est alimenté directement sur le site : rien n’y est envoyé d’ici ({ $count } événement concerné).
       *[other] Le classeur est alimenté directement sur le site : rien n’y est envoyé d’ici ({ $count } événements concernés).
    }
check-binder-fed-on-site-remedy = Agence : choisissez un autre classeur, ou déposez les documents sur le site.
check-template-missing = Le modèle { $template } de l’événement n’existe pas.
check-template-missing-remedy = Éditeur : rétablissez le modèle, ou rattachez l’événement à un autre.
check-body-format =
    { $count ->
        [one] Un texte est en RTF ou en DOCX, qui n’est pas lu : il n’est pas publié.
       *[other] { $count } textes sont en RTF ou en DOCX, qui ne sont pas lus : ils ne sont pas publiés.
    }
check-body-format-remedy = Agence : enregistrez de nouveau ces textes dans l’éditeur du logiciel, ou joignez-les en PDF.
check-body-too-large = Le texte de l’événement dépasse 16 Mio : il n’est pas lu, donc pas publié.
check-body-too-large-remedy = Agence : réduisez les images du texte, ou joignez-le en PDF.
check-blank-event = L’événement est vide : ni texte, ni pièce jointe.
check-blank-event-remedy = Agence : complétez l’événement ou retirez sa date de publication.
check-no-scope = L’événement ne désigne ni compte, ni lot, ni immeuble, ni entité entière.
check-no-scope-remedy = Agence : indiquez dans l’événement le compte, le lot ou l’immeuble concerné.
check-dangling-target = Il désigne un compte, un lot ou un immeuble qui n’existe plus ; il n’est montré à personne.
check-dangling-target-remedy = Agence : corrigez le destinataire.
check-target-not-published = Il désigne un compte, un lot ou un immeuble qui n’est pas publié ; il n’est montré à personne.
check-target-not-published-remedy = Agence : publiez le compte, changez le destinataire ou retirez la date de publication.
check-no-document-date = L’événement concerne un lot et n’a pas de date : rien ne dit à qui était le lot ; il n’est montré à personne.
check-no-document-date-remedy = Agence : saisissez la date de l’événement.
check-module-mismatch = Le classeur est celui d’un autre module (syndic ou gérance).
check-module-mismatch-remedy = Agence : choisissez dans le modèle un classeur du même module.
check-no-processing-date = Le modèle prévoit une durée de publication, mais l’événement n’a pas de date de traitement : il attend.
check-no-processing-date-remedy = Agence : saisissez la date de traitement de l’événement.
check-supersedes-circle = L’événement annule et remplace un événement qui le remplace lui-même : aucun n’est retiré du site.
check-supersedes-circle-remedy = Agence : effacez « annule et remplace » sur le plus ancien.
check-expired-republished = L’événement a été publié de nouveau après la fin de sa durée de publication : il n’est pas envoyé.
check-expired-republished-remedy = Agence : changez sa date de traitement, ou la durée de son modèle.
check-empty-audience = Personne ne le verrait : aucun compte publié n’a le droit de lire ce classeur à cet endroit et à cette date.
check-empty-audience-remedy = Agence : vérifiez les droits du classeur et le destinataire.
check-readers =
    { $even ->
        [yes] Documents publiés : { $count }, lus par { $most } tiers.
       *[no] Documents publiés : { $count }, lus par { $fewest } à { $most } tiers selon le classeur.
    }
check-readers-remedy = Agence : vérifiez que ce nombre est celui que vous attendez.
check-id-out-of-range = Le numéro d’une fiche sort des bornes que l’extranet accepte (1 à 999 999 999 999).
check-id-out-of-range-remedy = Éditeur : donnez un autre numéro à cette fiche.
check-file-missing = Le fichier n’existe pas sur le disque (fiche { $of }).
check-file-missing-remedy = Agence : remettez le fichier à sa place ou joignez-le de nouveau.
check-file-empty = Le fichier est vide (fiche { $of }).
check-file-empty-remedy = Agence : joignez de nouveau le bon fichier.
check-file-too-large = Le fichier dépasse la taille permise (fiche { $of }).
check-file-too-large-remedy = Agence : réduisez le fichier ; sinon l’administrateur relève « publication.max_file_size ».
check-file-type = Le type de ce fichier n’est pas envoyé, ou il contient des macros (fiche { $of }).
check-file-type-remedy = Agence : joignez-le en PDF ; sinon l’administrateur complète « publication.file_types ».
check-photo-type = Cette photo n’est ni un JPEG ni un PNG (fiche { $of }).
check-photo-type-remedy = Agence : enregistrez-la en JPEG ou en PNG, puis remplacez-la.
check-file-damaged = Ce PDF ou cette photo est tronqué ou abîmé (fiche { $of }).
check-file-damaged-remedy = Agence : joignez de nouveau le bon fichier.
check-file-protected = Ce PDF demande un mot de passe ou est chiffré (fiche { $of }).
check-file-protected-remedy = Agence : enregistrez-le sans protection, puis joignez-le de nouveau.
check-file-unreadable = Le fichier ne peut pas être lu, se trouve hors des dossiers de fichiers, ou n’est pas une image (fiche { $of }).
check-file-unreadable-remedy = Administrateur : donnez au service le droit de lire ce fichier et vérifiez qu’il est bien dans un dossier de « agency.files ».
check-photo-without-binder = La photo a une date de publication mais pas de classeur : elle n’est pas envoyée.
check-photo-without-binder-remedy = Agence : choisissez un classeur pour cette photo, si elle doit être visible.
check-login-missing = Un compte est publié, mais l’identité n’a pas de code accès : elle ne peut pas se connecter.
check-login-missing-remedy = Agence : attribuez un code accès et un mot de passe.
check-password-missing = L’identité a un code accès, mais n’a jamais reçu de mot de passe temporaire.
check-password-missing-remedy = Agence : attribuez-lui un mot de passe.
check-stale-password = Le mot de passe temporaire a plus de trente jours.
check-stale-password-remedy = Agence : vérifiez que le client s’est connecté ; sinon, attribuez-en un nouveau.
check-password-not-renewed = L’accès avait été retiré et revient, sans nouveau mot de passe temporaire.
check-password-not-renewed-remedy = Agence : lancez « publier credentials assign », puis remettez au client son nouveau mot de passe.
check-party-without-name = L’identité n’a pas de nom à afficher : elle part sans nom.
check-party-without-name-remedy = Agence : complétez la fiche.
check-no-address = L’adresse postale est incomplète : les courriers partent sans elle.
check-no-address-remedy = Agence : complétez la fiche.
check-no-invoices-binder = L’envoi des dépenses est demandé, mais aucun classeur du syndic ne porte le code INVOICES, qui leur donne leurs droits.
check-no-invoices-binder-remedy = Agence : créez ce classeur, ou désactivez l’envoi des dépenses.
check-expense-unreadable = La dépense ne peut pas être lue ou additionnée : elle n’est pas envoyée.
check-expense-unreadable-remedy = Agence : corrigez sa date ou ses montants.
check-expense-dangling = L’exercice ou la clé de répartition n’existe pas, ou est d’un autre immeuble : la dépense n’est pas envoyée.
check-expense-dangling-remedy = Agence : corrigez l’exercice ou la clé de l’écriture.
check-shares-exceed-amount = La part déductible et la part récupérable dépassent ensemble le montant.
check-shares-exceed-amount-remedy = Agence : corrigez la répartition de l’écriture.
check-share-of-other-sign = La part déductible ou récupérable n’a pas le signe du montant.
check-share-of-other-sign-remedy = Agence : corrigez la répartition de l’écriture.
check-vat-of-other-sign = La TVA n’a pas le signe du montant.
check-vat-of-other-sign-remedy = Agence : corrigez la TVA de l’écriture.
check-event-of-other-building = L’événement d’origine ({ $other }) concerne un autre immeuble que la dépense.
check-event-of-other-building-remedy = Agence : corrigez l’immeuble de l’écriture ou celui de l’événement.
check-private-of-other-building = Le frais privatif est imputé à la fiche { $other }, qui est d’un autre immeuble.
check-private-of-other-building-remedy = Agence : corrigez la fiche ou l’immeuble de l’écriture.
check-former-holder = Un montant du compte { $account } reste sur la fiche d’un ancien copropriétaire (lot { $unit }) : il n’est montré à personne.
check-former-holder-remedy = Agence : transférez-le à l’acquéreur.
check-fund-unreadable = Le montant ou la date ne peut pas être lu ou additionné : rien n’est envoyé de cette fiche.
check-fund-unreadable-remedy = Agence : corrigez le montant ou la date.
check-list-half-set = La liste des copropriétaires demande deux réglages, et celui-ci manque : elle ne peut pas être générée.
check-list-half-set-remedy = Agence : renseignez le numéro du document et le modèle d’événement.
check-list-without-binder = Le modèle de la liste des copropriétaires n’a pas de classeur du syndic où la publier.
check-list-without-binder-remedy = Agence : choisissez dans ce modèle un classeur réservé au conseil syndical.
check-council-only = Le classeur de la liste des copropriétaires est ouvert à tous les copropriétaires, alors qu’elle est réservée au conseil syndical : elle est refusée.
check-council-only-remedy = Agence : réservez le classeur au conseil syndical, ou choisissez-en un autre dans le modèle.
check-no-slot = Le service est actif, mais aucun jour ni aucune heure n’est coché : rien ne partira.
check-no-slot-remedy = Agence : cochez les jours et les heures de publication.
check-bad-slot = Ce créneau n’est ni un jour ni une heure : le calendrier ne peut pas être suivi.
check-bad-slot-remedy = Agence : corrigez-le dans les services système.
check-service-missing = Le service système n’existe pas dans la base : rien ne partira tout seul.
check-service-missing-remedy = Agence : créez-le et activez-le.
check-service-inactive = Le service système n’est pas actif : rien ne partira tout seul.
check-service-inactive-remedy = Agence : activez-le.
check-service-dotted = Le service porte l’ancienne orthographe, avec des points ; elle est acceptée.
check-service-dotted-remedy = Agence : renommez-le { $name } à l’occasion.
check-no-reader = Aucun utilisateur ne reçoit les messages « système » : personne ne lira le compte-rendu.
check-no-reader-remedy = Agence : cochez « messages système » pour au moins un utilisateur.
check-server-unreachable = { $reason } ({ $words })
check-server-unreachable-remedy = { $advice }
check-server-unknown = { $reason } ({ $words })
check-server-unknown-remedy = { $advice } Si l’hébergeur confirme cette empreinte, écrivez dans agent.toml, sous ce serveur : { $setting }
check-login-refused = { $reason } ({ $words })
check-login-refused-remedy = { $advice }
check-operation-refused = Le serveur refuse l’opération « { $operation } », dont chaque publication a besoin ({ $words }).
check-operation-refused-remedy = Hébergeur : permettez « { $operation } » à ce compte. Avec OpenSSH, ôtez-la des requêtes que « internal-sftp -P » refuse, ou ajoutez-la à celles que « -p » permet.
check-deposit-missing = Le dossier de dépôt { $deposit } n’existe pas sur le serveur.
check-deposit-missing-remedy = Hébergeur : créez-le. Administrateur : ou corrigez « deposit » dans agent.toml.
check-deposit-unwritable = Un fichier d’essai n’a pas pu être écrit, renommé ou supprimé dans { $deposit }. { $reason } ({ $words })
check-deposit-unwritable-remedy = Hébergeur : donnez au compte le droit d’écrire, de renommer et de supprimer dans ce dossier.
check-folders-refused = Le serveur n’a pas créé de dossier d’essai dans { $folder } : une publication y range ses fichiers dans « documents », par dossiers numérotés qu’elle crée. { $reason } ({ $words })
check-folders-refused-remedy = Hébergeur : permettez à ce compte de créer des dossiers (« { $operation } »), ou créez vous-même « documents » dans { $deposit } et, dedans, les cent dossiers 00 à 99.
check-size-unconfirmed = Le serveur ne confirme pas la taille d’un fichier d’essai ({ $words }) : aucune publication ne serait confirmée.
check-size-unconfirmed-remedy = Hébergeur : autorisez SIZE, MLST ou LIST pour ce compte.
check-receipts-unread = La cible attend les accusés de réception de l’extranet (« receipts »), mais un fichier d’essai n’a pas pu être relu sur le serveur ({ $words }) : aucune publication ne serait confirmée.
check-receipts-unread-remedy = Hébergeur : permettez à ce compte de lire les fichiers du dossier de dépôt. Administrateur : à défaut, retirez « receipts » d’agent.toml.
check-folder-unlisted = Le dossier { $folder } n’a pas pu être listé ({ $words }) : les fichiers orphelins et les restes d’envois qui s’y trouvent ne sont pas connus.
check-folder-unlisted-remedy = Hébergeur : permettez « { $operation } » à ce compte dans ce dossier. Une publication n’en a pas besoin ; « publish --adopt », si.
check-orphan-file = Ce fichier se trouve sur le serveur, mais aucune publication de ce registre ne le liste.
check-orphan-file-remedy = Administrateur : si aucun autre agent ne publie ici, il peut être supprimé.
check-left-over-part = Un envoi interrompu a laissé cette partie sur le serveur.
check-left-over-part-remedy = Administrateur : rien à faire si une publication est en cours ; sinon, elle peut être supprimée.
