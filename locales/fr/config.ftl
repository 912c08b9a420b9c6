# The sentences of the room: config.

config-invalid = { $count ->
    [one] La configuration { $file } ne convient pas : un problème.
   *[other] La configuration { $file } ne convient pas : { $count } problèmes.
}
config-none = Aucun fichier de configuration n’a été trouvé : { $tried }.
config-none-remedy = Administrateur : donnez son nom par « --config FICHIER », ou copiez agent.toml.example sous le nom agent.toml et complétez-le.
config-unreadable = Le fichier de configuration { $path } ne peut pas être lu ({ $words }).
config-unreadable-remedy = Donnez le nom d’un fichier, vérifiez ses droits et qu’il est enregistré en UTF-8.
config-not-toml = Le fichier n’est pas du TOML valide ({ $detail }).
config-not-toml-remedy = Corrigez la ligne indiquée : un texte se met entre guillemets, une ligne s’écrit « clé = valeur ».
config-unknown-key = La clé « { $key } » n’existe pas.
config-unknown-key-remedy = Clés possibles ici : { $expected }.
config-secret-in-file = Un secret est écrit dans le fichier (« { $key } ») : il n’est pas accepté ici.
config-secret-in-file-remedy = Mettez le mot de passe seul dans un fichier lisible par le service seulement (mode 0600) et indiquez son chemin par « password_file » (ou « key_passphrase_file » pour une clé), puis effacez cette ligne.
config-wrong-type = La valeur est de type { $found }, le type attendu est { $expected }.
config-wrong-type-remedy = Un texte (string) se met entre guillemets, un nombre (integer) et true ou false (boolean) n’en ont pas, une liste (array) se met entre crochets.
config-missing = La clé « { $key } » manque.
config-missing-remedy = Ajoutez-la ; agent.toml.example l’explique et en donne un exemple.
config-empty = La valeur de « { $key } » est vide.
config-empty-remedy = Donnez-lui une valeur, ou effacez la ligne si la clé est facultative.
config-choice = « { $value } » n’est pas une valeur possible de « { $key } ».
config-choice-remedy = Valeurs possibles : { $expected }.
config-duration = « { $value } » n’est pas une durée (« { $key } »).
config-duration-remedy = Écrivez un nombre entier et son unité : s (secondes), m (minutes), h (heures) ou d (jours), par exemple « 20s » ou « 72h ».
config-size = « { $value } » n’est pas une taille (« { $key } »).
config-size-remedy = Écrivez un nombre entier et son unité : B, KiB, MiB, GiB ou TiB, par exemple « 100MiB ».
config-hours = « { $value } » n’est pas une plage horaire (« { $key } »).
config-hours-remedy = Écrivez deux heures de Paris séparées par un trait d’union, par exemple « 08:00-19:00 » ou « 22:00-06:00 ».
config-no-days = « { $key } » ne nomme aucun jour : la limite ne vaudrait jamais.
config-no-days-remedy = Écrivez des jours séparés par une espace, par exemple « mon tue wed thu fri », ou effacez « days » : la limite vaut alors tous les jours.
config-range = « { $value } » est hors limites pour « { $key } ».
config-range-remedy = Choisissez une valeur de { $min } à { $max }.
config-no-folder = Le dossier { $path } n’existe pas (« { $key } »).
config-no-folder-remedy = Corrigez le chemin, ou vérifiez que le disque ou le partage est bien monté. Un chemin relatif part du dossier de agent.toml.
config-no-file = Le fichier { $path } n’existe pas (« { $key } »).
config-no-file-remedy = Corrigez le chemin ou créez le fichier. Un chemin relatif part du dossier de agent.toml.
config-file-mode = D’autres utilisateurs peuvent lire le secret { $path } (mode { $mode }, « { $key } »).
config-file-mode-remedy = Réservez-le au compte du service : chmod 600 { $path }
config-file-unreadable = Le fichier { $path } ne peut pas être lu ({ $words }, « { $key } »).
config-file-unreadable-remedy = Vérifiez qu’il appartient au compte du service et qu’il ne contient que le secret, en UTF-8.
config-authorities = Le fichier { $path } ne contient aucun certificat d’autorité lisible (« { $key } »).
config-authorities-remedy = Mettez-y le certificat de l’autorité du serveur, au format PEM, lisible par le compte du service ; ou donnez l’empreinte du certificat du serveur (« certificate_fingerprint »).
config-picture = Le fichier { $path } n’est pas une image PNG ou JPEG que les courriers puissent porter (« { $key } »).
config-picture-remedy = Donnez un PNG ou un JPEG entier, de moins de 2 Mio, que le compte du service peut lire.
config-secret-empty = Le fichier { $path } est vide (« { $key } »).
config-secret-empty-remedy = Mettez-y le secret, seul sur une ligne.
config-secret-lines = Le fichier { $path } contient plus d’une ligne, ou un caractère invisible (« { $key } »).
config-secret-lines-remedy = N’y laissez que le secret, sur une seule ligne, en UTF-8 ; un retour à la ligne à la fin ne gêne pas.
config-no-credential = systemd n’a pas fourni le secret « { $name } » (« { $key } »).
config-no-credential-remedy = Ajoutez « LoadCredential={ $name }:/chemin/du/fichier » à l’unité du service. Hors du service, utilisez « password_file ».
config-name = « { $value } » ne peut pas nommer un serveur : le nom sert dans des noms de fichiers.
config-name-remedy = Utilisez des lettres minuscules sans accent, des chiffres et des tirets, 32 caractères au plus.
config-name-twice = Deux serveurs portent le nom « { $value } ».
config-name-twice-remedy = Donnez à chaque [[target]] un nom différent.
config-same-place = Les serveurs « { $first } » et « { $second } » déposent au même endroit ({ $place }) : chacun écraserait ce que l’autre envoie.
config-same-place-remedy = Donnez à chaque [[target]] son dossier (« deposit »), ou n’en gardez qu’un.
config-host = « { $value } » n’est pas un nom de serveur ni une adresse (« { $key } »).
config-host-remedy = Écrivez le nom seul, sans « ftp:// », sans port ni dossier : le port va dans « port », le dossier dans « deposit ».
config-user = L’utilisateur contient un caractère invisible (« { $key } »).
config-user-remedy = Saisissez-le de nouveau, sans retour à la ligne ni tabulation.
config-fingerprint = « { $value } » n’est pas une empreinte SHA-256 de certificat (« { $key } »).
config-fingerprint-remedy = Écrivez ses 64 chiffres hexadécimaux, avec ou sans deux-points ; « publier check --server » affiche celle du serveur.
config-host-key = « { $value } » n’est pas une empreinte de clé SSH (« { $key } »).
config-host-key-remedy = Écrivez « SHA256: » suivi de 43 caractères, comme l’affichent ssh-keygen -l et « publier check --server ».
config-deposit = « { $value } » n’est pas un dossier du serveur (« { $key } »).
config-deposit-remedy = Écrivez un chemin avec des barres obliques, sans « .. », par exemple « /depot ».
config-plain-ftp = Le protocole « ftp » envoie tout en clair, mot de passe compris.
config-plain-ftp-remedy = Préférez « ftps » ou « sftp ». Si l’hébergeur n’offre que cela, ajoutez « allow_plain = true » : aucun mot de passe provisoire de client ne partira par ce serveur.
config-not-for-protocol = La clé « { $key } » n’a pas de sens avec le protocole « { $protocol } ».
config-not-for-protocol-remedy = Effacez la ligne, ou changez « protocol ».
config-only-one = Ces clés s’excluent : { $names }.
config-only-one-remedy = N’en gardez qu’une.
config-passphrase-alone = « { $key } » est donnée sans clé à ouvrir.
config-passphrase-alone-remedy = Ajoutez « key_file », ou effacez cette ligne.
config-removes-blindly = « { $key } » supprimerait des fichiers que l’extranet n’a peut-être pas encore pris.
config-removes-blindly-remedy = Écrivez aussi receipts = "required", si l’extranet accuse réception, ou effacez cette ligne.
config-no-login = Rien ne permet de se connecter à « { $key } ».
config-no-login-remedy = Ajoutez « password_file », « credential » ou, en SFTP, « key_file » ou « key_agent ».
config-two-receivers = Deux serveurs reçoivent les mots de passe provisoires.
config-two-receivers-remedy = Gardez « receives_credentials = true » pour un seul [[target]].
config-no-target = Aucun serveur n’est décrit.
config-no-target-remedy = Ajoutez une section [[target]] ; agent.toml.example en montre une.
config-origin-line = ligne { $line }
config-origin-default = valeur par défaut
