# The command line: help, refusals, what commands say.

help-template = { "{about-with-newline}" }\Utilisation : { "{usage}" }\\{ "{all-args}" }
help = L’agent de publication de l’agence : lit la base, décide, met en page, envoie, rend compte.
help-heading-commands = Commandes
help-heading-options = Options
help-value-command = COMMANDE
help-value-file = FICHIER
help-value-lang = LANGUE
help-value-n = N
help-value-dir = DOSSIER
help-value-digest = EMPREINTE
help-value-date = DATE
help-value-name = NOM
help-value-id = IDENTIFIANT
help-value-code = CODE
help-value-role = RÔLE
help-value-pattern = MOTIF
help-value-party = TIERS
help-value-building = IMMEUBLE
help-value-account = COMPTE
help-value-year = EXERCICE
help-value-co-owner = COPROPRIÉTAIRE
help-value-number = NUMÉRO
help-value-code-name = CODE=NOM
help-value-module = MODULE
help-value-rights = DROITS
help-value-initials = INITIALES
help-value-name-value = NOM=VALEUR
help-value-days-times = JOURS=HEURES
help-help = Affiche cette aide
help-version = Affiche la version
help-option-lang = Langue des messages : fr ou en
help-option-json = Un objet JSON par ligne, et un résumé à la fin
help-option-quiet = N’affiche que les erreurs
help-demo = Toute la chaîne sur une agence de démonstration : base, serveurs, publication, compte-rendu
help-demo-dir = Dossier de la démonstration (./demo par défaut)
help-demo-reset = Efface la démonstration qui s’y trouve et recommence
help-demo-keep = Laisse les serveurs en marche à la fin
help-demo-serve = Démarre seulement les serveurs
help-check = Vérifie la configuration, la base et chaque règle ; ne fait que lire
help-check-server = Essaie aussi chaque serveur : identité, connexion, dossier de dépôt
help-check-elan = Montre plutôt, par copropriété, les documents que le décret 2019-502 demande sur l’extranet
help-run = Démarre le service au premier plan, jusqu’à ce qu’un signal l’arrête
help-status = Montre ce qui s’est passé, ce qui attend et ce qui vient
help-schedule = Le calendrier de publication
help-schedule-next = Liste les prochains créneaux, à l’heure de l’agence
help-schedule-next-number = Nombre de créneaux (10 par défaut)
help-option-config-file = Fichier de configuration (./agent.toml par défaut, puis celui du système)
help-config = La configuration : la vérifier, la montrer
help-config-check = Vérifie la configuration et ce qu’elle désigne, sans rien écrire ni appeler le serveur
help-config-show = Montre chaque réglage et d’où il vient, secrets masqués
help-publish = Publie maintenant
help-publish-dry-run = Prévoit et met en page sans rien envoyer ni écrire dans aucune base
help-publish-out = Dossier où garder ce que l’essai a produit
help-publish-confirm = Accepte le plan retenu qui porte cette empreinte
help-publish-adopt = Compare d’abord avec le serveur : ce qui y est déjà n’est pas renvoyé (nouvelle machine, registre perdu)
help-publish-full-index = Liste de nouveau tous les documents en ligne, sans les renvoyer
help-publish-resend-since = Renvoie les documents publiés depuis cette date (AAAA-MM-JJ)
help-publish-target = Un seul serveur, par son nom dans la configuration

usage-unknown-argument = publier : option inconnue « { $argument } ». Voir « publier --help ».
usage-unknown-command = publier : commande inconnue « { $argument } ». Voir « publier --help ».
usage-missing = publier : il manque { $argument }. Voir « publier --help ».
usage-conflict = publier : « { $argument } » ne va pas avec une autre option donnée. Voir « publier --help ».
usage-bad-value = publier : « { $value } » n’est pas une valeur possible pour { $argument }{ $possible }. Voir « publier --help ».
usage-possible = {" "}(possibles : { $values })
usage-range = {" "}(de { $least } à { $most })
usage-date = {" "}(attendu : AAAA-MM-JJ)
usage-number = {" "}(attendu : un nombre entier)
usage-other = publier : la commande n’a pas été comprise. Voir « publier --help ».

commands-no-target = Aucun serveur ne s’appelle « { $name } » dans la configuration. Voir « publier config show ».
commands-bad-slot = Le calendrier de publication contient un horaire incorrect : { $slot }. Agence : corrigez-le dans les services système.
commands-already-running = Une publication est déjà en cours : attendez qu’elle se termine.
commands-already-running-since = Une publication est déjà en cours (processus { $pid }, depuis le { $since }) : attendez qu’elle se termine.
commands-withdraw-waits = Les dates sont retirées, mais une publication est en cours : relancez la commande quand elle sera terminée, ou la suivante les retirera du site.
commands-withdraw-waits-since = Les dates sont retirées, mais une publication est en cours (processus { $pid }, depuis le { $since }) : relancez la commande quand elle sera terminée, ou la suivante les retirera du site.
commands-service-running = Un service publier travaille déjà sur ce dossier de données : un seul suffit. Arrêtez-le d’abord, ou donnez un autre « data.dir » à celui-ci.
commands-service-running-since = Un service publier travaille déjà sur ce dossier de données (processus { $pid }, depuis le { $since }) : un seul suffit. Arrêtez-le d’abord, ou donnez un autre « data.dir » à celui-ci.
commands-check-read-only = La base ne peut pas être écrite par ce compte ({ $words }) : elle est publiée, mais le compte-rendu n’arrive pas dans les messages et les commandes du personnel sont refusées. Administrateur : donnez à ce compte le droit d’écrire la base et son dossier.
commands-check-unavailable = Des vues ne peuvent pas être écrites. Fonctions indisponibles : { $functions }.
commands-nothing-to-confirm = Aucune publication n’attend votre accord : rien n’est parti. Pour publier : publier publish
commands-dry-run = Essai : rien n’a été envoyé, aucune base n’a été modifiée.
commands-dry-run-kept = Ce qui a été produit se trouve dans { $folder }

commands-schedule-off = Aucun créneau : le service de publication est désactivé dans le logiciel. Agence : activez-le dans les services système.
commands-schedule-empty = Aucun créneau : aucun jour ni horaire n’est coché. Agence : cochez-les dans les services système.

commands-status-idle = Aucune publication en cours.
commands-status-running = Une publication est en cours (processus { $pid }, depuis le { $since }).
commands-status-never = { $name } : aucune publication confirmée.
commands-status-confirmed = { $name } : dernière publication confirmée n° { $sequence }, le { $at }.
commands-status-awaits-receipt = La publication n° { $sequence }, scellée le { $since }, est sur le serveur et attend l’accusé de réception de l’extranet.
commands-status-held = Une publication attend votre accord depuis le { $since }. { $reasons } Pour l’accepter : publier publish --confirm { $digest }
commands-status-waiting =
    { $count ->
        [0] Messages : aucun en attente.
        [one] Messages : un attend d’être remis dans la base de l’agence.
       *[other] Messages : { $count } attendent d’être remis dans la base de l’agence.
    }
commands-status-slots = Prochains créneaux :
commands-status-no-run = Aucune publication n’a encore été lancée.
commands-status-runs = Dernières publications :
commands-status-run = n° { $id }, { $at }, { $trigger } : { $outcome }
commands-status-ended = (code { $code }, { $took })
commands-trigger-slot = créneau
commands-trigger-manual = à la demande
commands-trigger-catch-up = rattrapage
commands-trigger-retry = nouvel essai
commands-outcome-running = en cours
commands-outcome-interrupted = interrompue
commands-outcome-done = terminée
commands-outcome-partial = partielle
commands-outcome-held = en attente d’un accord
commands-outcome-failed = échec

commands-check-well = [bon]        { $name } : { $what }
commands-check-wrong = [à corriger] { $name } : { $what }
commands-check-all-well = La configuration convient.
commands-check-file = Configuration
commands-check-database = Base de l’agence
commands-check-licence = Licence et nom de domaine
commands-check-schedule = Calendrier
commands-check-files = Dossier des pièces jointes
commands-check-data = Dossier de l’agent
commands-check-ledger = Registre de l’agent
commands-check-server = Serveur, sans l’appeler
commands-output-refused = l’affichage n’a pas pu être écrit en entier : { $why }. Le travail de la commande, lui, n’en souffre pas ; faites de la place ou choisissez une autre sortie.
