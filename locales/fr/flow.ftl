# What stops a publication, and what staff should look at in one that left.

flow-no-licence = La licence de l’extranet n’est pas valide : rien n’est envoyé. Agence : validez la licence dans l’administration du logiciel, puis relancez la publication.
flow-bad-domain = Le nom de domaine de l’extranet est absent ou incorrect (« { $detail } ») : rien n’est envoyé. Agence : saisissez celui donné à Crypto (lettres minuscules, chiffres et traits d’union).
flow-database-missing = La base de données de l’agence est introuvable : { $detail }. Administrateur : corrigez « database » dans agent.toml, ou rendez ce fichier accessible.
flow-database-unreadable = La base de données de l’agence ne peut pas être lue ({ $detail }). Administrateur : vérifiez le fichier et les droits du compte qui exécute l’agent.
flow-database-damaged = La base de données de l’agence ne peut pas être lue : { $detail }. Rien n’est envoyé. Administrateur : vérifiez que « database » désigne bien la base du logiciel, puis faites-la réparer ou rétablissez-la d’une sauvegarde.
flow-database-schema = La base de données de l’agence n’a pas la forme attendue : { $detail }. Administrateur : mettez le logiciel à jour, ou complétez les vues ; la forme attendue est dans schemas/agency.sql.
flow-schema-no-table = { $table } : table absente
flow-schema-no-column = { $column } : colonne absente
flow-schema-other-type = { $column } : { $found } au lieu de { $expected }
flow-database-busy = La base de données de l’agence est restée verrouillée. Rien n’est perdu : la publication sera retentée.
flow-database-no-row = La base de données de l’agence ne contient pas la ligne attendue dans « { $detail } ». Administrateur : vérifiez que le fichier est bien celui de l’agence.
flow-ledger = Le registre de l’agent ne peut pas être utilisé ({ $detail }). Administrateur : vérifiez le dossier de données de l’agent.
flow-ledger-damaged = Le registre de l’agent (state.db, dans son dossier de données) ne peut pas être lu : { $detail }. Rien n’est envoyé. Administrateur : rétablissez ce fichier d’une sauvegarde ; à défaut, mettez-le de côté et lancez « publier publish --adopt », qui compare avec le serveur avant d’envoyer.
flow-ledger-newer = Le registre de l’agent ({ $path }) a été écrit par une version plus récente de l’agent (forme { $found }, celle-ci connaît jusqu’à { $known }). Administrateur : installez de nouveau la version récente ; l’ancienne ne doit pas y écrire.
flow-ledger-foreign = Le fichier { $path } n’est pas le registre de l’agent. Administrateur : donnez un autre « data.dir », ou mettez ce fichier de côté.
flow-ledger-network = Le registre de l’agent ({ $path }) est sur un disque du réseau ({ $detail }), où il peut s’abîmer. Administrateur : placez « data.dir » sur un disque local.
flow-disk = Un fichier local ne peut pas être lu ou écrit ({ $detail }). Administrateur : vérifiez la place libre et les droits du dossier de données.
flow-disk-full = Le disque de cette machine est plein. Rien n’est perdu : la publication repartira. Administrateur : libérez de la place dans le dossier de données de l’agent.
flow-out-of-order = La base de données de l’agence rend ses lignes dans un ordre incohérent ({ $detail }). Éditeur : à transmettre au support.
flow-stopped = La publication a été arrêtée. Rien n’est perdu : elle reprendra au prochain lancement.
flow-defect = L’agent a rencontré une erreur interne ({ $detail }). Éditeur : à transmettre au support avec le journal.
flow-gave-way = La publication a laissé la place à une autre qui n’est pas partie. Rien n’est perdu : relancez la publication.
flow-uncertain = Le serveur ne dit pas si la publication est arrivée : elle n’est ni sous son nom provisoire ni sous son nom définitif. Elle n’est pas confirmée, et la prochaine la remplacera. Éditeur : vérifiez si elle a été prise.
flow-no-receipt = La publication n° { $sequence } est sur le serveur, mais l’extranet n’en a pas encore accusé réception : elle n’est pas confirmée. La prochaine exécution cherchera d’abord cet accusé de réception, et renverra tout s’il n’est pas venu. Éditeur : vérifiez que l’extranet traite les fichiers déposés.
flow-receipt-unreadable = La publication n° { $sequence } est sur le serveur, mais son accusé de réception ne peut pas être lu : elle n’est pas confirmée. La prochaine exécution le cherchera de nouveau. Éditeur : comparez le fichier « receipt-….xml » avec schemas/receipt.xsd.
flow-receipt-of-another = La publication n° { $sequence } est sur le serveur, mais l’accusé de réception trouvé est celui d’une autre publication : elle n’est pas confirmée. La prochaine exécution le cherchera de nouveau. Éditeur : vérifiez la série, le numéro et l’empreinte que l’extranet écrit dans « receipt-….xml ».
flow-receipt-refused = L’extranet a refusé la publication n° { $sequence } : { $reasons }. Rien de ce qu’elle portait n’est confirmé, et tout sera renvoyé. Éditeur : corrigez ce qui l’a fait refuser.
flow-receipt-no-reason = aucune raison donnée

flow-stored-balance = Compte { $account } : le solde enregistré n’est pas la somme des écritures ; c’est cette somme qui est publiée. Agence : recalculez le solde.
flow-opening-differs = Compte { $account } : un à-nouveau n’est pas égal à la somme des écritures qui le précèdent. Agence : vérifiez la clôture.
flow-not-validated = Compte { $account } : publié, mais pas encore validé. Agence : validez-le, ou décochez sa publication.
flow-invalid-bank = Immeuble { $building } : l’IBAN ou le BIC est incorrect ; les coordonnées bancaires sont envoyées vides. Agence : corrigez-les.
flow-former-holders =
    { $count ->
        [one] Un montant de fonds de travaux reste sur la fiche d’un ancien copropriétaire. Agence : transférez-le à l’acquéreur ; « publier check » nomme la fiche.
       *[other] { $count } montants de fonds de travaux restent sur les fiches d’anciens copropriétaires. Agence : transférez-les aux acquéreurs ; « publier check » nomme les fiches.
    }
flow-more-remarks =
    { $count ->
        [one] Et une autre remarque : voir publier check.
       *[other] Et { $count } autres remarques : voir publier check.
    }
flow-plain-transport = Les fichiers voyagent en clair (FTP sans chiffrement). Administrateur : passez à FTPS ou SFTP.
flow-withheld-passwords =
    { $count ->
        [one] Un mot de passe temporaire attend un transport chiffré.
       *[other] { $count } mots de passe temporaires attendent un transport chiffré.
    }
flow-returning-access =
    { $count ->
        [one] Un accès retiré revient sans nouveau mot de passe temporaire : { $parties }. Agence : lancez « publier credentials assign ».
       *[other] { $count } accès retirés reviennent sans nouveau mot de passe temporaire : { $parties }. Agence : lancez « publier credentials assign ».
    }
flow-account-moved =
    { $count ->
        [one] Le compte { $account } a changé de tiers : son document en ligne passe au nouveau, qui le lira ; l’ancien ne le lit plus. Agence : vérifiez le tiers du compte.
       *[other] Le compte { $account } a changé de tiers : ses { $count } documents en ligne passent au nouveau, qui les lira ; l’ancien ne les lit plus. Agence : vérifiez le tiers du compte.
    }
flow-repaired-texts =
    { $count ->
        [one] Un texte de la base n’était pas en UTF-8 ; il a été lu comme Windows-1252.
       *[other] { $count } textes de la base n’étaient pas en UTF-8 ; ils ont été lus comme Windows-1252.
    }
flow-no-manifest = Le résumé de cette publication n’a pas été gardé dans l’historique. La publication, elle, est complète. { $words }
flow-not-wal = La base de l’agence n’est pas en mode WAL : elle a dû être copiée avant la lecture. Administrateur : passez-la en mode WAL.
flow-list-late = Liste des copropriétaires de { $building } : elle a changé et n’a pas pu être refaite. Elle le sera à la prochaine publication. { $words }
flow-lists-late = Les listes des copropriétaires n’ont pas pu être revues. Elles le seront à la prochaine publication. { $words }
flow-list-dropped = Liste des copropriétaires de { $building } : ce que le PDF ne montre pas : { $what }.
flow-letter-unmade = { $record } : { $what }
flow-letter-dropped = { $record } : ce que le PDF ne montre pas : { $what }.
flow-replaced-characters =
    { $count ->
        [one] Un caractère que XML interdit a été remplacé. « publier check » nomme l’enregistrement.
       *[other] { $count } caractères que XML interdit ont été remplacés. « publier check » nomme les enregistrements.
    }
