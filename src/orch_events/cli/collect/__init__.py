"""What `collect` does with all that `library.collector` reads: it hands it over, knows how far it came, and says so.

session   CollectSession: from the options to the end
handover  Handover: what was read, handed over in batches, and only then counted as done
sinks     standard output, and Kafka
keepers   what knows what was handed over: an archive, a state file, or nothing
watch     what is said meanwhile: a line a minute, live lines, metrics
"""
