# The command line: help, refusals, what commands say.

help-template = { "{about-with-newline}" }\Utilisation : { "{usage}" }\\{ "{all-args}" }
help = L’agent de publication de l’agence : lit la base, décide, met en page, envoie, rend compte.
help-heading-commands = Commandes
help-heading-options = Options
help-value-command = COMMANDE
help-help = Affiche cette aide
help-version = Affiche la version
help-config = Fichier de configuration (./agent.toml par défaut, puis celui du système)
help-lang = Langue des messages : fr ou en
help-json = Un objet JSON par ligne, et un résumé à la fin
help-quiet = N’affiche que les erreurs
help-demo = Toute la chaîne sur une agence de démonstration : base, serveurs, publication, compte-rendu
help-demo-dir = Dossier de la démonstration (./demo par défaut)
help-demo-reset = Efface la démonstration qui s’y trouve et recommence
help-demo-keep = Laisse les serveurs en marche à la fin
help-demo-serve = Démarre seulement les serveurs
help-publish = Publie maintenant
help-publish-dry-run = Prévoit et met en page sans rien envoyer ni écrire dans aucune base
help-publish-out = Dossier où garder ce que l’essai a produit
help-publish-confirm = Accepte le plan retenu qui porte cette empreinte
help-publish-full-index = Liste de nouveau tous les documents en ligne, sans les renvoyer
help-publish-resend-since = Renvoie les documents publiés depuis cette date (AAAA-MM-JJ)
help-publish-target = Un seul serveur, par son nom dans la configuration

usage-unknown-argument = publier : option inconnue « { $argument } ». Voir « publier --help ».
usage-unknown-command = publier : commande inconnue « { $argument } ». Voir « publier --help ».
usage-missing = publier : il manque { $argument }. Voir « publier --help ».
usage-conflict = publier : « { $argument } » ne va pas avec une autre option donnée. Voir « publier --help ».
usage-bad-value = publier : « { $value } » n’est pas une valeur possible pour { $argument }. Voir « publier --help ».
usage-other = publier : la commande n’a pas été comprise. Voir « publier --help ».

commands-no-target = Aucun serveur ne s’appelle « { $name } » dans la configuration. Voir « publier config show ».
commands-bad-slot = Le calendrier de publication contient un horaire incorrect : { $slot }. Agence : corrigez-le dans les services système.
commands-already-running = Une publication est déjà en cours : attendez qu’elle se termine.
commands-already-running-since = Une publication est déjà en cours (processus { $pid }, depuis le { $since }) : attendez qu’elle se termine.
commands-dry-run = Essai : rien n’a été envoyé, aucune base n’a été modifiée.
commands-dry-run-kept = Ce qui a été produit se trouve dans { $folder }
