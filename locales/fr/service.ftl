# The sentences of the room: service.

slot-line = { $day } { $date } à { $time } (heure de Paris)
slot-short = { $day } { $time }
day-monday = lun.
day-tuesday = mar.
day-wednesday = mer.
day-thursday = jeu.
day-friday = ven.
day-saturday = sam.
day-sunday = dim.
service-next = prochain : { $slot }
service-no-slot = aucun créneau : le service est désactivé ou aucun jour n’est coché
service-running = publication en cours (créneau { $slot })
service-finished = publication terminée (créneau { $slot })
service-failed = échec de la publication (créneau { $slot }) : « publier status » dit pourquoi
service-stopped = publication interrompue (créneau { $slot }) : elle reprendra où elle s’est arrêtée
service-busy = une autre publication est en cours
service-busy-since = une autre publication est en cours (processus { $pid }, depuis { $since })
service-trouble = le planning ne peut pas être suivi : { $what }
