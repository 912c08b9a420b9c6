# The demo.

demo-not-a-demo = Le dossier { $folder } contient autre chose que la démonstration : choisissez-en un autre avec --dir.
demo-no-demo = Il n’y a pas de démonstration dans { $folder } : lancez d’abord « publier demo --dir { $folder } ».
demo-already-serving = Les serveurs de la démonstration de { $folder } sont déjà en marche : utilisez-les avec « --config { $folder }/agent.toml », ou arrêtez-les d’abord (Ctrl-C).
demo-failed = La démonstration n’a pas pu être préparée : { $detail }
demo-made =
    Démonstration : l’agence « TESTS 605 » est prête dans { $folder }
    - agency.db : la base du logiciel métier
    - files/ : les fichiers joints
    - agent.toml : la configuration de l’agent
    - server/ : ce que reçoit le serveur de l’extranet

demo-log =
    JOURNAL DES TRANSFERTS
    { $logged ->
        [one] - { $log } : { $logged } fichier envoyé, présent sur le serveur ({ $standing } en tout)
       *[other] - { $log } : { $logged } fichiers envoyés, tous présents sur le serveur ({ $standing } en tout)
    }
demo-log-differs =
    JOURNAL DES TRANSFERTS
    - { $log } : { $logged } fichiers envoyés, dont { $absent } absents du serveur ({ $standing } en tout)
demo-next =
    À ESSAYER ENSUITE
    - ouvrir les PDF : { $folder }/server/depot/documents/
    - lire la publication : unzip -p { $folder }/server/depot/publication-*.zip | less
    - publier une deuxième fois (rien de nouveau ne part) : { $program } demo --dir { $folder }
    - garder les serveurs pour essayer les autres commandes : { $program } demo --serve --dir { $folder }
    - puis, dans un autre terminal : { $program } --config { $folder }/agent.toml status
demo-serving =
    Serveurs de démonstration, sur cette machine seulement (Ctrl-C les arrête) :
    - FTPS 127.0.0.1:{ $ftps }, SFTP 127.0.0.1:{ $sftp }, utilisateur { $user }, mot de passe dans { $folder }/secrets/extranet.password
    - toutes les commandes marchent avec « --config { $folder }/agent.toml », par exemple :
      { $program } --config { $folder }/agent.toml publish --dry-run
