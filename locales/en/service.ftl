# The sentences of the room: service.

slot-line = { $day } { $date } at { $time } (Paris time)
slot-short = { $day } { $time }
day-monday = Mon
day-tuesday = Tue
day-wednesday = Wed
day-thursday = Thu
day-friday = Fri
day-saturday = Sat
day-sunday = Sun
service-next = next: { $slot }
service-no-slot = no slot: the service is off or no day is ticked
service-running = publishing (slot { $slot })
service-finished = publication ended (slot { $slot })
service-failed = the publication failed (slot { $slot }): “publier status” says why
service-stopped = publication interrupted (slot { $slot }): it will go on where it stopped
service-busy = another publication is under way
service-busy-since = another publication is under way (process { $pid }, since { $since })
service-trouble = the schedule can’t be followed: { $what }
