# Reasons: for every code, the sentence that tells it (reason-SET-CODE) and what to do about it,
# beginning with whose move it is (remedy-SET-CODE). The codes: core/src/publication/reason.rs.

## Why a transfer failed (rule A9).

reason-transfer-connection-refused = Le serveur refuse la connexion : aucun service ne répond à cette adresse et à ce port.
remedy-transfer-connection-refused = Hébergeur : vérifiez que le service de transfert est démarré et que le pare-feu laisse entrer ; s’il l’est, l’administrateur vérifie l’adresse et le port réglés.
reason-transfer-host-not-found = Le nom du serveur est introuvable.
remedy-transfer-host-not-found = Administrateur : vérifiez le nom du serveur dans les réglages, puis l’accès à Internet et au DNS de cet ordinateur.
reason-transfer-no-route = Aucun chemin du réseau ne mène au serveur.
remedy-transfer-no-route = Administrateur : vérifiez la connexion à Internet, le VPN et le pare-feu de cet ordinateur.
reason-transfer-timed-out = Le serveur n’a pas répondu à temps.
remedy-transfer-timed-out = Hébergeur : vérifiez la charge et l’accès du serveur si cela se répète ; la prochaine exécution reprend d’elle-même.
reason-transfer-connection-lost = La connexion avec le serveur s’est coupée pendant l’échange.
remedy-transfer-connection-lost = Administrateur : vérifiez la stabilité de la connexion à Internet si cela se répète ; la prochaine exécution reprend où le transfert s’est arrêté.
reason-transfer-authentication-refused = Le serveur refuse l’identifiant ou le mot de passe.
remedy-transfer-authentication-refused = Administrateur : vérifiez l’identifiant et le mot de passe du serveur dans les réglages ; s’ils sont justes, demandez à l’hébergeur si le compte est bloqué.
reason-transfer-login-paused = Le serveur a refusé deux fois le mot de passe en une heure : aucun autre essai n’est fait pour l’instant, pour que le compte ne soit pas bloqué.
remedy-transfer-login-paused = Administrateur : corrigez l’utilisateur ou le mot de passe dans les réglages ; un mot de passe changé est essayé aussitôt, sinon attendez l’heure indiquée.
reason-transfer-host-key-changed = La clé du serveur n’est plus celle qui est enregistrée : ce n’est peut-être pas le bon serveur, et rien ne lui a été envoyé.
remedy-transfer-host-key-changed = Administrateur : demandez à l’hébergeur s’il a changé sa clé et obtenez la nouvelle empreinte par téléphone ; ne la remplacez dans les réglages qu’ensuite.
reason-transfer-host-key-unknown = La clé du serveur n’est pas encore enregistrée : rien ne lui a été envoyé.
remedy-transfer-host-key-unknown = Administrateur : demandez à l’hébergeur l’empreinte de sa clé et inscrivez-la dans les réglages.
reason-transfer-certificate-refused = Le certificat du serveur n’est pas accepté : expiré, établi pour un autre nom, ou d’une autorité inconnue.
remedy-transfer-certificate-refused = Hébergeur : renouvelez ou corrigez le certificat ; s’il est juste, l’administrateur inscrit son autorité ou son empreinte dans les réglages.
reason-transfer-certificate-changed = Le certificat du serveur n’est pas celui qui est enregistré : ce n’est peut-être pas le bon serveur, et rien ne lui a été envoyé.
remedy-transfer-certificate-changed = Administrateur : demandez à l’hébergeur s’il a changé de certificat et obtenez la nouvelle empreinte par téléphone ; ne la remplacez dans les réglages qu’ensuite.
reason-transfer-tls-failed = La connexion chiffrée n’a pas pu s’établir avec le serveur.
remedy-transfer-tls-failed = Hébergeur : activez TLS 1.2 ou 1.3 sur le serveur ; l’administrateur vérifie que le protocole et le port réglés sont les bons.
reason-transfer-permission-denied = Le serveur interdit cette opération au compte utilisé.
remedy-transfer-permission-denied = Hébergeur : donnez au compte le droit d’écrire, de renommer et de créer des dossiers dans le dossier de dépôt.
reason-transfer-folder-missing = Le dossier n’existe pas sur le serveur.
remedy-transfer-folder-missing = Administrateur : vérifiez le dossier de dépôt dans les réglages ; s’il est juste, l’hébergeur le crée.
reason-transfer-file-exists = Un fichier du même nom existe déjà sur le serveur et ne peut pas être remplacé.
remedy-transfer-file-exists = Hébergeur : autorisez le compte à remplacer ses fichiers, ou retirez le fichier en place.
reason-transfer-disk-full = Le serveur n’a plus de place : disque plein ou quota du compte atteint.
remedy-transfer-disk-full = Hébergeur : libérez de la place ou augmentez le quota du compte ; l’envoi reprend ensuite de lui-même.
reason-transfer-file-locked = Le fichier est utilisé par un autre programme sur le serveur.
remedy-transfer-file-locked = Hébergeur : libérez le fichier si cela se répète ; la prochaine exécution essaie de nouveau.
reason-transfer-name-refused = Le serveur refuse le nom de ce fichier.
remedy-transfer-name-refused = Éditeur : transmettez le journal des transferts à l’assistance ; les autres fichiers sont partis.
reason-transfer-rename-failed = Le fichier est arrivé, mais le serveur n’a pas pu lui donner son nom définitif.
remedy-transfer-rename-failed = Hébergeur : autorisez le compte à renommer ses fichiers dans le dossier de dépôt.
reason-transfer-size-mismatch = La taille du fichier sur le serveur n’est pas celle du fichier envoyé.
remedy-transfer-size-mismatch = Hébergeur : vérifiez le disque du serveur et ses filtres (antivirus, conversion de texte) si cela se répète ; la prochaine exécution renvoie le fichier.
reason-transfer-data-channel-refused = Le serveur répond, mais refuse le canal de données (ports passifs).
remedy-transfer-data-channel-refused = Hébergeur : ouvrez les ports passifs du serveur FTP dans le pare-feu ; l’administrateur vérifie celui de l’agence.
reason-transfer-server-error = Le serveur a répondu par une erreur qui n’est pas dans la liste.
remedy-transfer-server-error = Éditeur : transmettez le journal des transferts à l’assistance, avec la réponse du serveur qui y figure.
reason-transfer-local-file-missing = Le fichier à envoyer n’existe plus sur cet ordinateur.
remedy-transfer-local-file-missing = Agence : remettez le fichier à sa place, ou retirez-le de l’événement.
reason-transfer-local-file-unreadable = Le fichier à envoyer ne peut pas être lu sur cet ordinateur.
remedy-transfer-local-file-unreadable = Administrateur : donnez au service le droit de lire ce fichier, et vérifiez le disque ou le partage qui le porte.
reason-transfer-local-file-changed = Le fichier a été modifié pendant son envoi.
remedy-transfer-local-file-changed = Agence : rien à faire si le document est terminé ; la prochaine exécution l’envoie en entier.
reason-transfer-local-disk-full = Le disque de cet ordinateur est plein.
remedy-transfer-local-disk-full = Administrateur : libérez de la place sur le disque qui porte le dossier de travail.
reason-transfer-interrupted = L’envoi a été arrêté par une personne ou par le système.
remedy-transfer-interrupted = Agence : rien à faire, la prochaine exécution reprend ; pour ne pas attendre, lancez la publication.

## Why a record is left out.

reason-refused-no-binder = Le modèle de l’événement n’a pas de classeur.
remedy-refused-no-binder = Agence : choisissez un classeur dans le modèle d’événement.
reason-refused-binder-fed-on-site = Le classeur du modèle est alimenté directement sur le site et ne reçoit rien d’ici.
remedy-refused-binder-fed-on-site = Agence : choisissez un autre classeur dans le modèle d’événement, ou déposez le document sur le site.
reason-refused-module-mismatch = Le classeur est celui d’un autre module (syndic ou gérance) que l’événement.
remedy-refused-module-mismatch = Agence : choisissez dans le modèle un classeur du même module que l’événement.
reason-refused-no-scope = L’événement ne désigne personne : ni compte, ni lot, ni immeuble.
remedy-refused-no-scope = Agence : indiquez dans l’événement le compte, le lot ou l’immeuble concerné.
reason-refused-dangling-target = L’événement désigne un compte, un lot ou un immeuble qui n’existe plus.
remedy-refused-dangling-target = Agence : corrigez le destinataire de l’événement.
reason-refused-target-not-published = Le compte désigné par l’événement n’est pas publié.
remedy-refused-target-not-published = Agence : publiez le compte, ou changez le destinataire de l’événement.
reason-refused-no-document-date = L’événement concerne un lot et n’a pas de date : rien ne dit à qui était le lot.
remedy-refused-no-document-date = Agence : saisissez la date de l’événement.
reason-refused-blank-event = L’événement est vide : ni texte, ni pièce jointe.
remedy-refused-blank-event = Agence : complétez l’événement ou retirez sa date de publication.
reason-refused-expired = La durée de publication de l’événement est écoulée.
remedy-refused-expired = Agence : rien à faire, sauf si le document doit rester visible : changez alors sa date de traitement ou la durée du modèle.
reason-refused-file-missing = Le fichier joint n’existe pas sur le disque.
remedy-refused-file-missing = Agence : remettez le fichier à sa place ou joignez-le de nouveau.
reason-refused-file-empty = Le fichier joint est vide.
remedy-refused-file-empty = Agence : joignez de nouveau le bon fichier.
reason-refused-file-too-large = Le fichier joint dépasse la taille permise.
remedy-refused-file-too-large = Agence : réduisez le fichier (numérisation moins fine, pages utiles seulement) ; sinon l’administrateur relève la limite.
reason-refused-file-unreadable = Le fichier joint ne peut pas être lu, ou se trouve hors du dossier des fichiers.
remedy-refused-file-unreadable = Administrateur : donnez au service le droit de lire ce fichier et vérifiez qu’il est bien dans le dossier des fichiers.
reason-refused-file-type = Le type du fichier joint n’est pas de ceux qui sont envoyés, ou il contient des macros.
remedy-refused-file-type = Agence : joignez-le en PDF ; sinon l’administrateur complète « publication.file_types » dans agent.toml.
reason-refused-file-damaged = Le fichier joint est tronqué ou abîmé : il ne s’ouvrirait pas.
remedy-refused-file-damaged = Agence : joignez de nouveau le bon fichier.
reason-refused-file-protected = Le PDF joint est chiffré ou demande un mot de passe.
remedy-refused-file-protected = Agence : enregistrez-le sans protection, puis joignez-le de nouveau.
reason-refused-body-format = Le format du texte de l’événement n’est pas pris en charge.
remedy-refused-body-format = Agence : enregistrez de nouveau le texte dans l’éditeur du logiciel, ou joignez-le en PDF.
reason-refused-render-failed = Le texte de l’événement n’a pas pu être mis en page.
remedy-refused-render-failed = Éditeur : transmettez le numéro de l’événement à l’assistance ; en attendant, joignez le texte en PDF.
reason-refused-transfer-refused = Le serveur refuse ce document définitivement.
remedy-refused-transfer-refused = Hébergeur : examinez la réponse du serveur dans le journal des transferts.
reason-refused-account-without-party = Le compte n’est rattaché à aucune identité.
remedy-refused-account-without-party = Agence : rattachez le compte à une identité.
reason-refused-bad-value = Une valeur de la fiche est illisible ou hors de ses limites.
remedy-refused-bad-value = Agence : corrigez la fiche ; la vérification (publier check) nomme la valeur.
reason-refused-unreadable = Une date, une case ou un renvoi de la fiche est illisible, ou son numéro est aussi celui d’une autre : elle n’est montrée à personne.
remedy-refused-unreadable = Agence : corrigez la fiche ; la vérification (publier check) nomme la valeur.
reason-refused-dangling-reference = La ligne renvoie à une fiche qui n’existe plus.
remedy-refused-dangling-reference = Agence : corrigez la ligne ou rétablissez la fiche ; la vérification (publier check) les nomme.
reason-refused-no-invoices-binder = Aucun classeur du syndic ne porte le code INVOICES, qui reçoit les factures.
remedy-refused-no-invoices-binder = Agence : créez ce classeur, ou désactivez l’envoi des pièces comptables.
reason-refused-council-only = Le classeur de cette liste est ouvert à tous les copropriétaires, alors qu’elle est réservée au conseil syndical.
remedy-refused-council-only = Agence : réservez le classeur au conseil syndical, ou choisissez-en un autre.

## Why a record waits.

reason-waits-future-date = La date de publication n’est pas encore arrivée.
remedy-waits-future-date = Agence : rien à faire, le document partira à sa date.
reason-waits-no-processing-date = Le modèle prévoit une durée de publication, mais l’événement n’a pas de date de traitement.
remedy-waits-no-processing-date = Agence : saisissez la date de traitement de l’événement.
reason-waits-binder-linked-later = Le modèle de l’événement a été rattaché à un classeur après coup : ce qui avait été laissé de côté n’est pas publié pour autant.
remedy-waits-binder-linked-later = Agence : publiez l’événement en date du jour s’il doit paraître.
reason-waits-plain-transport = Un mot de passe provisoire ne part jamais sur une connexion non chiffrée.
remedy-waits-plain-transport = Administrateur : réglez le serveur en FTPS ou en SFTP.
reason-waits-publication-held = La publication entière est retenue.
remedy-waits-publication-held = Agence : lisez le compte-rendu, puis acceptez la publication ou corrigez ce qu’il signale.

## Why a document, account or section is withdrawn.

reason-removed-manual = Une personne l’a retiré de la publication.
remedy-removed-manual = Agence : rien à faire ; pour le publier de nouveau, remettez sa date ou cochez de nouveau la publication.
reason-removed-expired = Sa durée de publication est écoulée.
remedy-removed-expired = Agence : rien à faire, sauf si le document doit rester visible : changez alors sa date de traitement ou la durée du modèle.
reason-removed-superseded = Un document plus récent l’annule et le remplace.
remedy-removed-superseded = Agence : rien à faire.
reason-removed-postponed = Sa date de publication a été reportée.
remedy-removed-postponed = Agence : rien à faire, il reviendra à sa nouvelle date.
reason-removed-gone = La fiche n’existe plus dans la base.
remedy-removed-gone = Agence : rien à faire si la suppression est voulue ; sinon, rétablissez la fiche.
reason-removed-binder = Son modèle n’a plus de classeur, ou le classeur n’existe plus.
remedy-removed-binder = Agence : choisissez un classeur dans le modèle d’événement si le document doit rester visible.
reason-removed-scope = Son destinataire a changé ou n’est plus publié.
remedy-removed-scope = Agence : rien à faire si le changement est voulu ; sinon, corrigez le destinataire de l’événement.
reason-removed-account = Le compte n’est plus publié : préavis, départ, vente ou compte clos.
remedy-removed-account = Agence : rien à faire si le départ est voulu ; sinon, vérifiez le compte et les options de publication.
reason-removed-option = L’option qui l’envoyait est désactivée.
remedy-removed-option = Agence : rien à faire ; pour l’envoyer de nouveau, cochez l’option.
reason-removed-year-closed = L’exercice est clos.
remedy-removed-year-closed = Agence : rien à faire.
reason-removed-refused = Sa nouvelle version est refusée alors que ses destinataires ont changé.
remedy-removed-refused = Agence : corrigez la nouvelle version ; le compte-rendu dit ce qui manque.

## Why a whole publication is held.

reason-hold-first-of-series = C’est la première publication vers ce serveur : elle attend votre accord.
remedy-hold-first-of-series = Agence : vérifiez les nombres de comptes et de documents, puis acceptez la publication.
reason-hold-no-account = Aucun compte n’est publié : le site serait vidé.
remedy-hold-no-account = Agence : vérifiez que la base est la bonne et que les comptes sont cochés ; n’acceptez que si c’est voulu.
reason-hold-collapse = Plus de la moitié des comptes ou des documents en ligne ont disparu de la base.
remedy-hold-collapse = Agence : vérifiez que la base est la bonne et complète ; n’acceptez que si cette disparition est voulue.
reason-hold-clock-back = L’horloge de l’ordinateur est en retard sur la dernière publication.
remedy-hold-clock-back = Administrateur : réglez l’heure de l’ordinateur ; la publication suivante partira.
reason-hold-clock-forward = L’horloge de l’ordinateur a plus de 45 jours d’avance sur la dernière publication : des documents seraient retirés comme périmés.
remedy-hold-clock-forward = Administrateur : vérifiez la date de l’ordinateur ; si elle est juste, l’agence accepte la publication.
reason-hold-plan-changed = Le plan accepté a changé depuis : il retire davantage.
remedy-hold-plan-changed = Agence : relisez le nouveau compte-rendu, puis acceptez son nouveau code.
reason-hold-unknown-plan = Le code donné n’est celui d’aucune publication retenue.
remedy-hold-unknown-plan = Agence : recopiez le code que donne ce compte-rendu, au moins huit caractères.

## Why a change that staff asked for is not made.

reason-staff-not-found = Aucune fiche ne porte ce numéro ou ce code.
remedy-staff-not-found = Agence : vérifiez le numéro ou le code ; la commande « list » les montre.
reason-staff-name-locked = Le nom de ce classeur ne peut pas être modifié.
remedy-staff-name-locked = Agence : créez un autre classeur, ou gardez ce nom.
reason-staff-fed-on-site = Ce classeur est alimenté sur l’extranet : l’agent n’y touche pas.
remedy-staff-fed-on-site = Agence : gérez-le sur le site, ou choisissez un autre classeur.
reason-staff-no-name = Le nom ou le code est vide.
remedy-staff-no-name = Agence : donnez un nom et un code.
reason-staff-illegal-character = Le nom ou le code contient un caractère qui ne peut pas être affiché.
remedy-staff-illegal-character = Agence : saisissez-le de nouveau, sans retour à la ligne ni caractère spécial.
reason-staff-code-taken = Un autre classeur porte déjà ce code.
remedy-staff-code-taken = Agence : choisissez un autre code, ou renommez le classeur existant.
reason-staff-wrong-module = Ce droit ou ce classeur parent est de l’autre module (gérance ou syndic).
remedy-staff-wrong-module = Agence : choisissez un droit ou un parent du même module.
reason-staff-no-login = Le nom de ce tiers ne donne aucun code d’accès.
remedy-staff-no-login = Agence : saisissez un code d’accès sur la fiche du tiers, puis recommencez.
reason-staff-no-ticked-account = Aucun compte de ce tiers n’est publié : il n’a pas besoin d’accès.
remedy-staff-no-ticked-account = Agence : cochez « Service client » sur l’un de ses comptes ; les accès sont attribués avec.
reason-staff-archive-only = Cet événement archive un envoi Statissimmo : il n’est jamais publié.
remedy-staff-archive-only = Agence : rien à faire.
reason-staff-no-credentials = Ce tiers n’a pas de code d’accès ou pas de mot de passe temporaire à remettre.
remedy-staff-no-credentials = Agence : attribuez-les avec « publier credentials assign », puis recommencez.
reason-staff-list-setting-missing = Le numéro du document ou le modèle d’événement de la liste des copropriétaires n’est pas réglé.
remedy-staff-list-setting-missing = Agence : réglez « co_owner_list_number » et « co_owner_list_template_id » avec « publier options set ».
reason-staff-nobody-listed = Aucun copropriétaire ne détient de lot dans cet immeuble aujourd’hui.
remedy-staff-nobody-listed = Agence : vérifiez l’immeuble et les détentions de ses lots.
reason-staff-no-statement-template = Le modèle d’événement des extraits de compte n’est pas réglé.
remedy-staff-no-statement-template = Agence : réglez « condo_statement_template_id » (syndic) ou « rental_statement_template_id » (gérance) avec « publier options set ».
reason-staff-file-stands = Un autre fichier porte déjà ce nom, ou le nom désigne les fichiers de l’agence : il n’est pas remplacé.
remedy-staff-file-stands = Agence : donnez un autre nom de fichier, en dehors des dossiers de l’agence.
