# What the system says, in words of ours.

system-not-found = ce fichier ou ce dossier n’existe pas
system-denied = accès refusé
system-exists = un fichier ou un dossier porte déjà ce nom
system-no-folder = un fichier se trouve là où un dossier est attendu
system-folder = un dossier se trouve là où un fichier est attendu
system-read-only = ce disque est en lecture seule
system-full = plus de place sur le disque
system-cut = le fichier s’arrête avant la fin
system-no-text = ce n’est pas du texte en UTF-8
system-port-taken = un autre programme occupe déjà ce port
system-file = { $path } : { $words }

database-damaged = le fichier est abîmé
database-none = ce n’est pas une base de données, ou son en-tête est abîmé
database-cannot-open = le fichier ne peut pas être ouvert
database-read-only = le fichier n’accepte pas d’écriture
database-disk = le disque a refusé de lire ou d’écrire
database-locked = un autre programme la garde verrouillée
